"""What a deployment is given, where the account shows less than it is asked."""

from __future__ import annotations

from botocore.exceptions import ClientError

from rdsproxy_templates import render
from rdsproxy_templates.deploy.given import given_problems
from rdsproxy_templates.variants import existing_database, existing_vpc

VALUES = {
    "PrivateSubnet1Id": "subnet-1",
    "PrivateSubnet2Id": "subnet-2",
    "DBIdentifier": "old",
    "DBEndpoint": "old.example",
    "DBResourceId": "cluster-OLD",
    "DBClusterSecurityGroupId": "sg-1",
    "RDSMasterUserSecretArn": "arn",
}


class Refusing:
    """A session, and its clients, that answer with an error."""

    def __init__(self, code):
        self._code = code

    def client(self, _service):
        return self

    def __getattr__(self, name):
        def refuse(**_arguments):
            raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, name)

        return refuse


def test_a_right_that_is_missing_is_said_and_stops_nothing():
    said = []
    root = render(existing_database, existing_database.Config()).root

    assert given_problems(Refusing("AccessDenied"), root, VALUES, said.append) == []
    assert said == [
        f"not compared with the account: {name} is not allowed"
        for name in ("describe_subnets", "describe_db_clusters", "get_secret_value")
    ]


def test_any_other_error_is_a_problem_each():
    root = render(existing_database, existing_database.Config()).root

    assert [one.sentence for one in given_problems(Refusing("NotFound"), root, VALUES, print)] == [
        "describe_subnets: no",
        "describe_db_clusters: no",
        "get_secret_value: no",
    ]


def test_a_variant_with_a_database_of_its_own_asks_nothing():
    root = render(existing_vpc, existing_vpc.Config()).root

    assert given_problems(Refusing("NotFound"), root, VALUES, print) == []
