"""Client authentication of a proxy, as strict as RDS when a proxy is created or modified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue
from moto.rds.models import RDSBackend
from moto.secretsmanager.models import secretsmanager_backends

from .roles import may_assume

PASSWORD_TYPES: Final = {
    "MYSQL": ("MYSQL_NATIVE_PASSWORD", "MYSQL_CACHING_SHA2_PASSWORD"),
    "POSTGRESQL": ("POSTGRES_SCRAM_SHA_256", "POSTGRES_MD5"),
    "SQLSERVER": ("SQL_SERVER_AUTHENTICATION",),
}


@dataclass(frozen=True)
class Authentication:
    """The part of a proxy's settings that says how it authenticates clients."""

    engine_family: str
    role_arn: str
    auth: Sequence[Mapping[str, Any]]
    default_scheme: str
    require_tls: bool

    def require_valid(self, backend: RDSBackend) -> None:
        """Refuse what could let nobody in."""
        if not may_assume(backend, self.role_arn, "rds.amazonaws.com"):
            raise InvalidParameterValue(f"RDS is not authorized to assume the role {self.role_arn}")
        if not self.auth and self.default_scheme != "IAM_AUTH":
            raise InvalidParameterCombination("Auth is needed unless DefaultAuthScheme is IAM_AUTH")
        for login in self.auth:
            self._require_login(backend, login)

    def _require_login(self, backend: RDSBackend, login: Mapping[str, Any]) -> None:
        _require_secret(backend, login.get("SecretArn"))
        match login.get("IAMAuth"):
            case "REQUIRED" if not self.require_tls:
                # https://github.com/cds-snc/notification-terraform/pull/283
                raise InvalidParameterValue("Must enable TLS, when IAM Auth is required")
            case "ENABLED" if self.engine_family != "SQLSERVER":
                raise InvalidParameterValue("IAMAuth ENABLED is valid only for SQLSERVER")
            case None | "DISABLED" | "REQUIRED" | "ENABLED":
                pass
            case unknown:
                raise InvalidParameterValue(f"IAMAuth {unknown} is not valid")
        password_type = login.get("ClientPasswordAuthType")
        if password_type not in (None, *PASSWORD_TYPES[self.engine_family]):
            raise InvalidParameterValue(
                f"ClientPasswordAuthType {password_type} is not valid for {self.engine_family}"
            )


def _require_secret(backend: RDSBackend, arn: str | None) -> None:
    if arn is None:
        raise InvalidParameterValue("SecretArn is needed for AuthScheme SECRETS")
    match arn.split(":"):
        case ["arn", _, "secretsmanager", backend.region_name, account, "secret", _]:
            secrets = secretsmanager_backends[account][backend.region_name].secrets
            known = arn in secrets and not secrets[arn].is_deleted()
        case _:
            known = False
    if not known:
        raise InvalidParameterValue(f"There is no secret {arn} in {backend.region_name}")
