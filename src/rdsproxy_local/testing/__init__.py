"""Types of the pytest plugin's fixtures, and their work for programs that are no tests."""

from ..databases import NoLogin, SqlError
from ..deployment.deployed_stack import DeployedStack
from ..faults import SLOW
from ..local_cloud import Account
from .answers import Answer
from .cloud import RenderedBundle, TestCloud
from .fixtures import Call, Deploy, InjectFaults, Logs, Sql

__all__ = [
    "SLOW",
    "Account",
    "Answer",
    "Call",
    "Deploy",
    "DeployedStack",
    "InjectFaults",
    "Logs",
    "NoLogin",
    "RenderedBundle",
    "Sql",
    "SqlError",
    "TestCloud",
]
