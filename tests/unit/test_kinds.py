"""Values that RDS refuses cannot be values of their kind."""

from __future__ import annotations

import pytest
from troposphere import Ref

from rdsproxy_templates import WiringError
from rdsproxy_templates.aws.kinds import DatabaseName, DatabaseUser


@pytest.mark.parametrize("name", ["rdsadmin", "", "a-b", "1a", "a" * 64])
def test_a_user_that_no_engine_accepts_is_refused(name):
    with pytest.raises(WiringError) as caught:
        DatabaseUser(name)

    [problem] = caught.value.problems
    assert problem.place == "DatabaseUser"
    assert repr(name) in problem.sentence


@pytest.mark.parametrize("name", ["root", "admin", "postgres", "order_writer", "a" * 63])
def test_a_user_that_some_engine_accepts_is_a_user(name):
    assert DatabaseUser(name).to_dict() == name


@pytest.mark.parametrize("name", ["", "blog-rds-proxy", "a" * 65])
def test_a_database_that_no_engine_accepts_is_refused(name):
    with pytest.raises(WiringError, match=r"\[DatabaseName\] must be 1 to 6"):
        DatabaseName(name)


def test_values_known_only_at_deployment_are_not_judged():
    assert DatabaseUser(Ref("Name")).to_dict() == {"Ref": "Name"}
