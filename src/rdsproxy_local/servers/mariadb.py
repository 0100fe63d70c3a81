"""MariaDB, in the place of RDS for MySQL."""

from __future__ import annotations

import atexit
import shutil
import ssl
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pymysql
from pymysql.constants import ER
from pymysql.converters import escape_string

from .certificates import Authority, Certificate
from .loopback import HOST
from .programs import MissingServer, Program, find
from .server import Credentials, Server


class MariaDB(Server):
    """Its user logs in by ``mysql_native_password``, which every client of MySQL knows."""

    accounts: ClassVar = ("mysql", "nobody")

    @property
    def unix_socket(self) -> Path:
        return self.folder / "socket"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._rows(self.credentials, sql, self.database)

    def accepts(self, login: Credentials) -> bool:
        try:
            return bool(self._rows(login, "SELECT 1"))
        except pymysql.err.OperationalError as error:
            if error.args[0] != ER.ACCESS_DENIED_ERROR:
                raise
            return False

    def has_user(self, name: str) -> bool:
        return bool(self.rows(f"SELECT 1 FROM mysql.user WHERE user = {_quoted(name)}"))

    def create_user(self, login: Credentials) -> None:
        who = f"{_quoted(login.user)}@'%'"
        self.rows(f"CREATE USER {who}")
        self.rows(f"GRANT ALL ON *.* TO {who} WITH GRANT OPTION")
        self.set_password(login)

    def set_password(self, login: Credentials) -> None:
        by = f"mysql_native_password USING PASSWORD({_quoted(login.password)})"
        self.rows(f"ALTER USER {_quoted(login.user)}@'%' IDENTIFIED VIA {by}")

    def create_database(self, name: str, owner: str) -> None:
        escaped = name.replace("`", "``")
        self.rows(f"CREATE DATABASE IF NOT EXISTS `{escaped}`")
        self.rows(f"GRANT ALL ON `{escaped}`.* TO {_quoted(owner)}@'%'")

    def _rows(
        self, login: Credentials, sql: str, database: str | None = None
    ) -> list[tuple[Any, ...]]:
        # Over a socket of ours, because the driver does not close one that it fails on.
        connection = pymysql.connect(
            user=login.user,
            password=login.password,
            database=database,
            autocommit=True,
            ssl=_UNVERIFIED,
            defer_connect=True,
        )
        with self.connect() as end:
            connection.connect(end)
            with connection, connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())

    @classmethod
    def _program(cls) -> Program:
        return find("mariadbd", "mariadb-server-core")

    @classmethod
    def _initialise(cls, data: Path) -> None:
        # What mariadb-install-db does, without the client's programs that it needs.
        data.mkdir()
        cls._hand_over(data)
        tables = next(cls._share().glob("m*_system_tables.sql")).read_text()
        who = f"'{cls.user}'@'%'"
        statements = [
            "CREATE DATABASE mysql;",
            "USE mysql;",
            tables,
            f"CREATE DATABASE {cls.database};",
            "FLUSH PRIVILEGES;",
            f"CREATE USER {who} IDENTIFIED VIA mysql_native_password;",
            f"GRANT ALL ON *.* TO {who} WITH GRANT OPTION;",
        ]
        cls._run(cls._program(), *cls._basics(data), "--bootstrap", text="\n".join(statements))

    def _options(self) -> list[str]:
        certificate = self._certificate()
        return [
            *self._basics(self._data),
            f"--bind-address={HOST}",
            f"--port={self.port}",
            f"--socket={self.unix_socket}",
            f"--pid-file={self.folder / 'pid'}",
            f"--init-file={self._write_login()}",
            f"--tmpdir={self.folder}",
            f"--ssl-cert={certificate.cert}",
            f"--ssl-key={certificate.key}",
            "--max-connections=400",
            "--skip-name-resolve",
        ]

    def _write_login(self) -> Path:
        """Write the statement that gives its own user the password, at each start."""
        by = f"mysql_native_password USING PASSWORD({_quoted(self.password)})"
        file = self.folder / "login.sql"
        file.touch(mode=0o600)
        file.write_text(f"ALTER USER '{self.user}'@'%' IDENTIFIED VIA {by};\n")
        self._hand_over(file)
        return file

    def _answers(self) -> bool:
        try:
            return bool(self.rows("SELECT 1"))
        except (pymysql.MySQLError, OSError):
            return False

    @classmethod
    def _basics(cls, data: Path) -> list[str]:
        """Options that the first start and all later ones share: small, and fast, not safe."""
        share = cls._share()
        return [
            "--no-defaults",
            f"--basedir={cls._program().prefix}",
            f"--datadir={data}",
            f"--lc-messages-dir={share}",
            f"--character-sets-dir={share / 'charsets'}",
            "--silent-startup",
            "--skip-log-bin",
            "--innodb-buffer-pool-size=16M",
            "--innodb-log-file-size=4M",
            "--innodb-data-file-path=ibdata1:4M:autoextend",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-use-native-aio=0",
        ]

    @classmethod
    @cache
    def _certificate(cls) -> Certificate:
        """The certificate for users that must use TLS; made once a process."""
        folder = cls._private_folder()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        certificate = Authority(folder).issue("localhost")
        cls._hand_over(folder)
        return certificate

    @classmethod
    def _share(cls) -> Path:
        """The folder in which the package keeps its messages and the SQL of the system's tables."""
        prefix = cls._program().prefix
        for name in ("mysql", "mariadb"):
            if (prefix / "share" / name / "charsets").is_dir():
                return prefix / "share" / name
        raise MissingServer(f"share/mysql of MariaDB is not in {prefix}: install it as a whole")


def _unverified() -> ssl.SSLContext:
    """TLS with a server on a socket of this machine, which nobody else could serve."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


_UNVERIFIED = _unverified()


def _quoted(text: str) -> str:
    return f"'{escape_string(text)}'"
