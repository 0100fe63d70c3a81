"""All comparisons of what is given with an account.

They only describe and get. Where the account refuses an operation, that is said, and the
deployment goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ...errors import Problem
from ...model import Template
from ..accounts import AccountSession
from .account import AccountReader
from .database import database_problems
from .endpoints import endpoint_problems
from .groups import group_problems
from .hops import hop_problems
from .key_policies import key_policy_problems
from .keys import key_problems
from .named import named_problems
from .network_acls import acl_problems
from .proxied_vpcs import proxied_vpc_problems
from .roles import role_problems
from .secrets import secret_problems
from .subnets import subnet_problems
from .values import GivenValues

Check = Callable[[AccountReader, GivenValues], Iterator[Problem]]
CHECKS: Final[tuple[Check, ...]] = (
    subnet_problems,
    proxied_vpc_problems,
    group_problems,
    endpoint_problems,
    hop_problems,
    acl_problems,
    secret_problems,
    key_problems,
    key_policy_problems,
    role_problems,
    named_problems,
    database_problems,
)


def given_problems(  # noqa: PLR0913 - what is given, and who is told
    session: AccountSession,
    root: Template,
    values: Mapping[str, str],
    say: Callable[[str], None],
    *,
    config: Any = None,
    creates: bool = True,
) -> list[Problem]:
    """Return all that is wrong with what *root* is given by *values* and by its settings.

    *config* tells what no template holds, such as the engine version of a database that exists.
    *creates* is False where the stack exists, which holds what it was made from.
    """
    account = AccountReader(session, say, creates)
    given = GivenValues.of(root, values, config)
    found = [problem for check in CHECKS for problem in check(account, given)]
    return list(dict.fromkeys([*account.refusals, *found]))
