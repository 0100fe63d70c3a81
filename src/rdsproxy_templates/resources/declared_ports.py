"""Groups of ports from which declared functions log in, each as its own user."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field
from troposphere import Select

from ..aws.database_users import User, secrets
from ..aws.kinds import (
    DatabaseName,
    DatabaseUser,
    DatabaseUsers,
    Hostname,
    KeyArn,
    ProxyArn,
    SecretArn,
    SecretArns,
)
from ..errors import Problem, WiringError
from ..model import Ports
from ..records import record
from .function_declaration import DeclaredFunction
from .logins import Login, SecretLogin, TokenLogin
from .proxy_logins import ExistingLogin


@record(frozen=True, kw_only=True)
class ProxyHosts:
    """Hosts of the proxy that takes one kind of login."""

    writer: Hostname | None
    reader: Hostname | None

    def of(self, one: DeclaredFunction) -> tuple[Hostname | None, Hostname | None]:
        """Return the host that *one* connects to, and that of readers beside it."""
        return (self.reader, None) if one.reads_only else (self.writer, self.reader)


class ProxyPorts(Ports):
    """One proxy, which takes every login, as far as a function needs it."""

    rds_proxy_endpoint: Hostname | None = Field(
        default=None, description="Host that the functions connect to."
    )
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host of the proxy's read-only endpoint, which leads to readers."
    )
    rds_proxy_arn: ProxyArn | None = Field(
        default=None, description="Proxy that the functions may log in to."
    )

    @property
    def for_passwords(self) -> ProxyHosts:
        return ProxyHosts(writer=self.rds_proxy_endpoint, reader=self.rds_proxy_read_only_endpoint)

    @property
    def for_tokens(self) -> ProxyHosts:
        return self.for_passwords

    @property
    def token_proxy_arn(self) -> ProxyArn | None:
        return self.rds_proxy_arn


class TwoProxiesPorts(Ports):
    """A proxy that takes passwords and one that takes IAM tokens, as far as a function needs it."""

    password_proxy_endpoint: Hostname | None = Field(
        default=None, description="Host that takes passwords."
    )
    password_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes passwords, and leads to readers."
    )
    iam_proxy_endpoint: Hostname | None = Field(
        default=None, description="Host that takes IAM tokens."
    )
    iam_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes IAM tokens, and leads to readers."
    )
    iam_proxy_arn: ProxyArn | None = Field(
        default=None, description="Proxy that functions may log in to with a token."
    )

    @property
    def for_passwords(self) -> ProxyHosts:
        return ProxyHosts(
            writer=self.password_proxy_endpoint, reader=self.password_read_only_endpoint
        )

    @property
    def for_tokens(self) -> ProxyHosts:
        return ProxyHosts(writer=self.iam_proxy_endpoint, reader=self.iam_read_only_endpoint)

    @property
    def token_proxy_arn(self) -> ProxyArn | None:
        return self.iam_proxy_arn


class DeclaredPorts(Ports):
    """One proxy or two, and the users of the functions that a person declares."""

    rds_database_name: DatabaseName = Field(description="Database that the functions use.")
    proxy: ProxyPorts | None = Field(default=None, description="The one proxy of all users.")
    two_proxies: TwoProxiesPorts | None = Field(
        default=None, description="Two proxies, one for each kind of login."
    )
    function_users: DatabaseUsers | None = Field(
        default=None, description="Users of the functions that log in with a token, in their order."
    )
    user_secret_arns: SecretArns | None = Field(
        default=None, description="Secrets of the users that have a password, in their order."
    )
    own_key_arn: KeyArn | None = Field(
        default=None, description="Key of these secrets, where it is not AWS's."
    )

    def login(
        self,
        one: DeclaredFunction,
        users: Sequence[User],
        tokens: Sequence[str],
        existing: Sequence[ExistingLogin] = (),
    ) -> Login:
        """Return the login of the user of *one*; *tokens* names the function users.

        Users of *existing* are not the stack's. Raises :class:`WiringError` where it is not wired.
        """
        front = self.two_proxies or self.proxy
        login: Login | None = None
        logins = {it.user: it for it in existing if it.user}
        if front and one.user in logins:
            login = self._as_existing(one, front, DatabaseUser(one.user), logins[one.user])
        elif front and one.user in tokens:
            if self.function_users:
                user = DatabaseUser(Select(tokens.index(one.user), self.function_users))
                login = self._by_token(one, front, user)
        elif front:
            login = self._by_password(one, front, users)
        if login is None:
            sentence = f"does not wire the login of {one.title}"
            raise WiringError([Problem("declared_ports.DeclaredPorts", sentence)])
        return login

    def _by_token(
        self, one: DeclaredFunction, front: ProxyPorts | TwoProxiesPorts, user: DatabaseUser
    ) -> TokenLogin | None:
        host, reader = front.for_tokens.of(one)
        if not (host and front.token_proxy_arn):
            return None
        return TokenLogin(
            host=host,
            proxy_arn=front.token_proxy_arn,
            user=user,
            database=self.rds_database_name,
            read_only_host=reader,
        )

    def _by_password(
        self, one: DeclaredFunction, front: ProxyPorts | TwoProxiesPorts, users: Sequence[User]
    ) -> SecretLogin | None:
        wired = secrets(users, self.user_secret_arns) if self.user_secret_arns else ()
        arns = {user.name: arn for user, arn in wired}
        if one.user not in arns:
            return None
        return self._with_secret(one, front, arns[one.user], self.own_key_arn)

    def _as_existing(
        self,
        one: DeclaredFunction,
        front: ProxyPorts | TwoProxiesPorts,
        user: DatabaseUser,
        given: ExistingLogin,
    ) -> TokenLogin | SecretLogin | None:
        if given.by_token:
            return self._by_token(one, front, user)
        return self._with_secret(one, front, SecretArn(given.secret_arn), given.key)

    def _with_secret(
        self,
        one: DeclaredFunction,
        front: ProxyPorts | TwoProxiesPorts,
        secret: SecretArn,
        key: KeyArn | None,
    ) -> SecretLogin | None:
        host, reader = front.for_passwords.of(one)
        if not host:
            return None
        return SecretLogin(
            host=host,
            secret_arn=secret,
            database=self.rds_database_name,
            read_only_host=reader,
            key_arn=key,
        )
