"""STS, for one role: whoever may assume it gets keys that a login front can know."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self
from urllib.parse import parse_qsl

from .loopback import HOST, Background

ANSWER: Final = """\
<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>{0}</AccessKeyId><SecretAccessKey>{1}</SecretAccessKey>
<SessionToken>{2}</SessionToken><Expiration>{3:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""


class Sts:
    """Answers AssumeRole for *role_arn* to callers with the access key *caller*."""

    def __init__(self, role_arn: str, caller: str) -> None:
        self.role_arn, self.caller = role_arn, caller
        self.renew()
        self.sessions: list[str] = []
        """The name of each session, in which a role's log shows who assumed it."""
        self._server = _Server((HOST, 0), _Handler)
        self._server.sts = self
        self._background = Background(self._server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._background.close()

    def renew(self) -> None:
        """Hand out other keys from now on; those before are revoked."""
        self.key_id, self.key = f"ASIA{secrets.token_hex(8).upper()}", secrets.token_hex(20)
        self.session = secrets.token_hex(40)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    @property
    def keys(self) -> dict[str, tuple[str, str | None]]:
        """The credentials that it issues, in the form that a login front accepts."""
        return {self.key_id: (self.key, self.session)}

    def answer(self, authorization: str, form: dict[str, str]) -> str | None:
        """The body of the answer; None for a caller or a role that is not the right one."""
        allowed = f"Credential={self.caller}/" in authorization
        if not allowed or form.get("RoleArn") != self.role_arn:
            return None
        self.sessions.append(form["RoleSessionName"])
        ends = datetime.now(UTC) + timedelta(hours=1)
        return ANSWER.format(self.key_id, self.key, self.session, ends)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    sts: Sts


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = self.server.sts.answer(self.headers["Authorization"], dict(parse_qsl(body)))
        self.send_response(HTTPStatus.FORBIDDEN if answer is None else HTTPStatus.OK)
        self.end_headers()
        self.wfile.write((answer or "AccessDenied").encode())

    def log_message(self, *_: object) -> None:
        """Log nothing."""
