"""Sessions in the accounts of a plan, and AWS's errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

from ..aws.regions import session_region_problems, unlisted
from ..errors import ConfigError, DeploymentError, Problem, TemplatesError
from .call_trace import Tell, tell_calls
from .faults import RETRIES
from .plan import AccountName, Plan

NOT_AWS: Final = (
    "the answer is not AWS's: something between may have answered in its place, such as a proxy; "
    "look at HTTPS_PROXY, AWS_ENDPOINT_URL and the network, and run the same command again"
)
SERVERS_ERRORS: Final = 500
EXPIRED: Final = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")


@dataclass(frozen=True, kw_only=True)
class AccountSettings:
    """The profile and the bucket to use in an account."""

    profile: str | None = None
    profile_option: str | None = None
    """The option that chose the profile, for errors. Default: that of the account."""
    bucket: str | None = None
    """Bucket for packages, in the session's Region. Default: SAM CLI's own, created if missing."""
    bucket_option: str | None = None
    """The option that chose the bucket, for errors. Default: that of the account."""
    package_prefix: str | None = None
    """Beginning of the packages' keys in the bucket. Default: none."""
    package_key: str | None = None
    """KMS key that encrypts the packages. Default: the bucket's own encryption."""


@dataclass(frozen=True, kw_only=True)
class AccountSession:
    """A session of boto3 in an account, for one Region."""

    name: AccountName
    settings: AccountSettings
    id: str
    session: Any
    region: str
    tell: Tell | None = None
    """Says more of what happens; None where nobody wants to know."""
    _clients: dict[str, Any] = field(init=False, default_factory=dict, repr=False, compare=False)
    """Its own: a session that `replace` makes of this one has none of them."""
    _turn: Lock = field(default_factory=Lock, repr=False, compare=False)
    """boto3 makes clients one after another; what they do may go on at once."""

    @property
    def place(self) -> str:
        """Where its stacks are."""
        return f"account {self.id}, {self.region}"

    def described(self) -> str:
        """Return :attr:`place` with the account's alias, if it has one and it may be read."""
        from botocore.config import Config  # noqa: PLC0415 - optional
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        soon = Config(connect_timeout=3, read_timeout=3, retries={"total_max_attempts": 1})
        try:
            iam = self.session.client("iam", region_name=self.region, config=soon)
            aliases = iam.list_account_aliases()["AccountAliases"]
        except (BotoCoreError, ClientError):
            aliases = []
        return f"account {self.id}{f' ({aliases[0]})' if aliases else ''}, {self.region}"

    def at(self, region: str | None) -> AccountSession:
        """Return this session for *region*, without its bucket, which is in another Region."""
        if region in {None, self.region}:
            return self
        return replace(self, region=region, settings=replace(self.settings, bucket=None))

    def client(self, service: str) -> Any:
        """Return boto3's client for *service*, made once."""
        with self._turn:
            if service not in self._clients:
                self._clients[service] = self.session.client(service, region_name=self.region)
            return self._clients[service]


def account_sessions(
    plan: Plan,
    settings: Mapping[AccountName, AccountSettings],
    region: str | None,
    tell: Tell | None = None,
) -> dict[AccountName, AccountSession]:
    """Open a session in each account of *plan*; *tell* is told of each call.

    Raises :class:`DeploymentError` if any fails, :class:`ConfigError` where only Regions are
    missing or unknown.
    """
    found: dict[AccountName, AccountSession] = {}
    failures: list[TemplatesError] = []
    for name in plan.accounts:
        try:
            found[name] = _opened(name, settings.get(name, AccountSettings()), region, tell)
        except TemplatesError as failed:
            failures.append(failed)
    if mismatches := [*_mismatches(list(found.values()))]:
        failures.append(DeploymentError(mismatches))
    if failures:
        only_regions = all(isinstance(one, ConfigError) for one in failures)
        problems = dict.fromkeys(problem for one in failures for problem in one.problems)
        raise (ConfigError if only_regions else DeploymentError)(problems)
    return found


@contextmanager
def aws_errors_at(place: str) -> Iterator[None]:
    """Raise the errors of AWS and of its clients as :class:`DeploymentError` at *place*."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - optional
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if code in EXPIRED:
            message = "the credentials have expired; log in again, and run the same command"
        raise DeploymentError([Problem(place, f"{error.operation_name}: {message}")]) from error
    except BotoCoreError as error:
        raise DeploymentError([Problem(place, str(error))]) from error
    except ResponseParserError as error:
        raise DeploymentError([Problem(place, NOT_AWS)]) from error


def _opened(
    name: AccountName, settings: AccountSettings, region: str | None, tell: Tell | None
) -> AccountSession:
    try:
        import boto3  # noqa: PLC0415 - optional
    except ImportError:
        sentence = "needs boto3: install `rdsproxy_templates[deploy]`"
        raise DeploymentError([Problem("deploy", sentence)]) from None
    # Who gives `--profile` need not know the account's name in a plan.
    place = "account" if settings.profile_option == "--profile" else f"account {name}"
    option = settings.profile_option or f"--{name}-profile"
    chosen = f": {option} {settings.profile}" if settings.profile else f", without {option}"
    with aws_errors_at(f"{place}{chosen}"):
        session = boto3.Session(
            botocore_session=patient_session(tell),
            profile_name=settings.profile,
            region_name=region,
        )
        if problems := [*session_region_problems(session, region)]:
            raise ConfigError(problems)
        caller = _caller(session, f"{place}{chosen}")
    return AccountSession(
        name=name,
        settings=settings,
        id=caller["Account"],
        session=session,
        region=session.region_name,
        tell=tell,
    )


def _caller(session: Any, place: str) -> Any:
    """Return who calls. A Region that nobody knows is asked for once, since most are mistyped."""
    from botocore.config import Config  # noqa: PLC0415 - optional
    from botocore.exceptions import EndpointConnectionError  # noqa: PLC0415

    doubt = unlisted(session)
    config = Config(retries={"total_max_attempts": 1}) if doubt else None
    try:
        return session.client("sts", config=config).get_caller_identity()
    except EndpointConnectionError as error:
        raise DeploymentError([Problem(place, f"{error}{doubt}")]) from error


def patient_session(tell: Tell | None = None) -> Any:
    """Return a session of botocore that outlasts throttling."""
    from botocore.config import Config  # noqa: PLC0415 - optional
    from botocore.session import get_session  # noqa: PLC0415

    session = get_session()
    session.set_default_client_config(Config(retries=RETRIES))
    session.register("before-parse", _refuse_page)
    if tell is not None:
        tell_calls(session, tell)
    return session


def _refuse_page(response_dict: Mapping[str, Any], **_: Any) -> None:
    """Raise botocore's own error for a page, which it would take for an answer in XML.

    AWS's own with a server's error, which begins so, botocore knows.
    """
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - optional

    body = response_dict["body"]  # else a stream, which only its reader may read
    begins = body[:100].strip().lower() if isinstance(body, bytes) else b""
    is_aws = begins.startswith(b"<html>") and response_dict["status_code"] >= SERVERS_ERRORS
    if begins.startswith((b"<!doctype html", b"<html")) and not is_aws:
        raise ResponseParserError(f"a page in HTML, with status {response_dict['status_code']}")


def _mismatches(found: list[AccountSession]) -> Iterator[Problem]:
    """Yield a problem where both are one account, or in two Regions."""
    if len(found) < 2:  # noqa: PLR2004 - a pair
        return
    app, db = found
    if app.id == db.id:
        yield Problem(
            f"account {db.name}",
            f"is {db.id}, and so is account {app.name}; give --{app.name}-profile and "
            f"--{db.name}-profile of two accounts",
        )
    if app.region != db.region:
        yield Problem(
            f"account {db.name}",
            f"is used in {db.region}, and account {app.name} in {app.region}; RAM shares "
            "subnets within a Region: give --region",
        )
