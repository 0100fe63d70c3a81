"""nginx, on loopback, with what it serves changed while it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from .accounts import SERVICES, Account
from .certificates import Certificate
from .loopback import HOST, IPV6_HOST, free_port, has_ipv6, listens, wait_for
from .programs import Program, find

SECONDS: Final = 60
ACCOUNT: Final = Account(SERVICES)
TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
"""Things for which nginx needs a folder, which would be root's unless it is told another."""


def program() -> Program:
    """nginx, or :class:`MissingServer`."""
    return find("nginx", "nginx")


class Nginx:
    """Answers at :attr:`http` and :attr:`https`, with one certificate, until it is closed.

    Servers behind it that speak TLS show certificates of *authority*.
    """

    def __init__(self, certificate: Certificate, authority: Path) -> None:
        self.http, self.https = free_port(), free_port()
        self._program = program()
        self._folder = Path(tempfile.mkdtemp(prefix="standin-"))
        shutil.copy(certificate.cert, self._folder / "certificate.pem")
        shutil.copy(certificate.key, self._folder / "key.pem")
        shutil.copy(authority, self._folder / "authority.pem")
        ACCOUNT.own([self._folder, *self._folder.iterdir()])
        self._servers: str | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def addresses(self, *, ipv6: bool = True) -> list[str]:
        """The addresses of a server that both ports reach, by IPv4 only or by IPv6 too."""
        hosts = [HOST, f"[{IPV6_HOST}]"] if ipv6 and has_ipv6() else [HOST]
        return [
            address
            for host in hosts
            for address in (f"{host}:{self.http}", f"{host}:{self.https} ssl")
        ]

    def serve(self, servers: str) -> None:
        """Serve this, and nothing else any more, from now on.

        It starts anew: after a reload the old process may still answer for a moment.
        """
        if servers == self._servers:
            return
        self._end()
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(self._whole(servers))
        ACCOUNT.own([self._configuration])
        self._start()
        self._servers = servers

    def close(self) -> None:
        """End it, and leave nothing behind."""
        self._end()
        shutil.rmtree(self._folder)

    @property
    def _configuration(self) -> Path:
        return self._folder / "nginx.conf"

    @property
    def _log(self) -> Path:
        return self._folder / "log"

    def _whole(self, servers: str) -> str:
        folders = [f"{name}_temp_path {self._folder}/{name};" for name in TEMPORARY]
        http = [
            "access_log off;",
            "server_tokens off;",
            f"ssl_certificate {self._folder}/certificate.pem;",
            f"ssl_certificate_key {self._folder}/key.pem;",
            f"proxy_ssl_trusted_certificate {self._folder}/authority.pem;",
            "proxy_ssl_verify on;",
            "proxy_ssl_server_name on;",
            "proxy_http_version 1.1;",
            *folders,
            servers,
        ]
        lines = [
            "daemon off;",
            "worker_processes 1;",
            f"pid {self._folder}/pid;",
            "events {}",
            "http {",
            *http,
            "}",
        ]
        return "\n".join(lines)

    def _start(self) -> None:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [self._program.path, "-c", self._configuration, "-e", "stderr"],
                stdout=log,
                stderr=log,
                env={"PATH": os.defpath, **self._program.variables},
                cwd="/",
                start_new_session=True,
                **ACCOUNT.options,
            )
        self._process = process
        wait_for(lambda: process.poll() is not None or listens(self.https), SECONDS)
        if not listens(self.https):
            raise RuntimeError(f"nginx did not start:\n{self._log.read_text()[-2000:]}")

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(SECONDS)
            self._process = None
