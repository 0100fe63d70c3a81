"""A viewer in front of CloudFront and of APIs, at an address of this machine."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import urllib.request
from contextlib import closing
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from .servers.loopback import HOST, IPV6_HOST

SECONDS: Final = 40
PORTS: Final = {"http": 80, "https": 443, "postgresql": 5432}
NO_PROXY: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Viewer:
    """Asks a local cloud's distributions and their APIs, by name, from 127.0.0.2, ::1 and so on."""

    def __init__(self, endpoint: str, address: str = HOST) -> None:
        self._endpoint, self._address = endpoint, address

    def ask(self, url: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        """CloudFront's answer, with its certificate verified if the URL says https."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
        with closing(connection):
            connection.sock = self._connected(parts.scheme, parts.hostname or "")
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())

    def configure_curl(self, folder: Path, *urls: str) -> None:
        """Have curl ask the hosts of these as this viewer, where CURL_HOME is *folder*."""
        authorities = folder / "authorities.pem"
        authorities.write_bytes(self._local("authorities"))
        ways = [self._way(urlsplit(url).hostname or "") for url in urls]
        lines = [f'cacert = "{authorities}"', f'interface = "{self._address}"', *ways]
        (folder / ".curlrc").write_text("\n".join(lines))

    def place(self, scheme: str, host: str) -> tuple[str, int]:
        """The address and port on this machine at which the host answers this viewer."""
        place = json.loads(self._local(f"host/{host}?port={PORTS[scheme]}"))
        is_ipv6 = ip_address(self._address).version == 6
        return IPV6_HOST if is_ipv6 else place["address"], place["port"]

    def _way(self, host: str) -> str:
        """The host's entry for curl."""
        address, port = self.place("https", host)
        place = f"[{address}]" if ":" in address else address
        return f'connect-to = "{host}:{PORTS["https"]}:{place}:{port}"'

    def _connected(self, scheme: str, host: str) -> socket.socket:
        source = self._address, 0
        plain = socket.create_connection(self.place(scheme, host), SECONDS, source)
        return self._tls.wrap_socket(plain, server_hostname=host) if scheme == "https" else plain

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self._local("authorities").decode())

    def _local(self, path: str) -> bytes:
        with NO_PROXY.open(f"{self._endpoint}/_local/{path}", timeout=SECONDS) as answer:
            content: bytes = answer.read()
        return content
