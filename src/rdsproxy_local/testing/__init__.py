"""Types of the pytest plugin's fixtures, and their work for programs that are no tests."""

from ..databases import NoLogin, SqlError
from ..deployment.deployed_stack import DeployedStack
from ..faults import SLOW
from ..local_cloud import Account
from ..organization import Organization, called_by, trust_stack_sets
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
    "Organization",
    "RenderedBundle",
    "Sql",
    "SqlError",
    "TestCloud",
    "called_by",
    "trust_stack_sets",
]
