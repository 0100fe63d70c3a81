"""OpenSSH's server, in the place of a bastion's."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final, Self

from .accounts import SERVICES, Account
from .loopback import HOST, free_port, listens, wait_for
from .programs import find

SECONDS: Final = 60
ACCOUNT: Final = Account(SERVICES)


class SshServer:
    """It lets in who has its ``key``, as ``user``, to forward connections and nothing else."""

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp())
        self.port = free_port()
        self.key, self._host_key = self._make_key("key"), self._make_key("host_key")
        self.known_hosts.write_text(
            f"[{HOST}]:{self.port} {self._host_key.with_suffix('.pub').read_text()}"
        )
        self._configuration.write_text("\n".join(self._settings()))
        self._hand_over()
        program = find("sshd", "openssh-server")
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [program.path, "-D", "-e", "-f", self._configuration],
                stdout=log,
                stderr=log,
                env={"PATH": os.defpath, **program.variables},
                start_new_session=True,
                **ACCOUNT.options,
            )
        wait_for(lambda: self._process.poll() is not None or listens(self.port), SECONDS)
        if not listens(self.port):
            said = self._log.read_text()
            self.close()
            raise RuntimeError(f"sshd did not start:\n{said}")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def user(self) -> str:
        return ACCOUNT.name

    @property
    def known_hosts(self) -> Path:
        """The known_hosts file that a client needs to verify its key."""
        return self.folder / "known_hosts"

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(SECONDS)
        shutil.rmtree(self.folder)

    @property
    def _configuration(self) -> Path:
        return self.folder / "sshd_config"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _make_key(self, name: str) -> Path:
        file = self.folder / name
        program = find("ssh-keygen", "openssh-client")
        subprocess.run(
            [program.path, "-q", "-t", "ed25519", "-N", "", "-f", file],
            check=True,
            env={"PATH": os.defpath, **program.variables},
        )
        return file

    def _settings(self) -> list[str]:
        return [
            f"Port {self.port}",
            f"ListenAddress {HOST}",
            f"HostKey {self._host_key}",
            f"AuthorizedKeysFile {self.key.with_suffix('.pub')}",
            "PidFile none",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "AllowTcpForwarding local",
            "PermitTTY no",
            # It runs in a folder of the tests, which is no user's home.
            "StrictModes no",
        ]

    def _hand_over(self) -> None:
        """The server's account reads its own key; the client's stays with the tests."""
        self.folder.chmod(0o755)
        ACCOUNT.own([self._host_key])
