"""Types of the pytest plugin's fixtures, and their work for programs that are no tests."""

from ..databases import NoLogin, SqlError
from ..deployment.deployed_stack import DeployedStack
from ..local_cloud import Account
from .answers import Answer
from .cloud import RenderedBundle, TestCloud
from .fixtures import Call, Deploy, Logs, Sql

__all__ = [
    "Account",
    "Answer",
    "Call",
    "Deploy",
    "DeployedStack",
    "Logs",
    "NoLogin",
    "RenderedBundle",
    "Sql",
    "SqlError",
    "TestCloud",
]
