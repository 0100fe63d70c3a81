"""`deploy --drift` shows what somebody has changed by hand, and `--revert-drift` takes it back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from planning import Planner

pytestmark = pytest.mark.xdist_group("drift-reverted")

ACCOUNT = "444444444477"
ROOT = "rdsproxy-base"
LOG = "HttpApiAccessLogGroup"


class Base:
    """The deployed variant, and what is changed in it by hand."""

    def __init__(self, planner, account):
        self.planner, self.account = planner, account
        functions = account.resources(account.nested(ROOT, "SAMStack"))
        network = account.resources(account.nested(ROOT, "VPCStack"))
        self.function = functions["BlogRDSProxyFunction"]
        self.group = network["FunctionSecurityGroup"]
        self.database = account.resources(account.nested(ROOT, "RDSStack"))
        self.proxy = f"proxy {self.database['RDSProxy']}"

    def deploy(self, *more):
        """Run the command, and return the end of it."""
        return self.planner.run("deploy", "base", *CHOSEN, *more)

    def timeout(self):
        functions = self.account.client("lambda")
        return functions.get_function_configuration(FunctionName=self.function)["Timeout"]

    def ports(self):
        """The first port of each rule out of the functions' group."""
        found = self.account.client("ec2").describe_security_groups(GroupIds=[self.group])
        rules = found["SecurityGroups"][0]["IpPermissionsEgress"]
        return sorted(one.get("FromPort", -1) for one in rules)

    @property
    def log(self):
        """The name of the API's log group."""
        return self.account.resources(self.account.nested(ROOT, "SAMStack"))[LOG]

    def logs(self):
        """The groups of that name, and the one that the API writes to."""
        found = self.account.client("logs").describe_log_groups(logGroupNamePrefix=self.log)
        api = self.account.outputs(ROOT)["APIEndpoint"].removeprefix("https://").partition(".")[0]
        [stage] = self.account.client("apigatewayv2").get_stages(ApiId=api)["Items"]
        written = stage["AccessLogSettings"]["DestinationArn"].removesuffix(":*").rpartition(":")[2]
        return {written, *(one["logGroupName"] for one in found["logGroups"])}

    def change(self):
        """Change a rule, a time limit and a proxy, and delete a log group."""
        self.account.client("ec2").authorize_security_group_egress(
            GroupId=self.group,
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": 22,
                    "ToPort": 22,
                    "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
                }
            ],
        )
        functions = self.account.client("lambda")
        functions.update_function_configuration(FunctionName=self.function, Timeout=99)
        self.account.client("logs").delete_log_group(logGroupName=self.log)
        self.account.client("rds").modify_db_proxy(
            DBProxyName=self.database["RDSProxy"], IdleClientTimeout=61
        )


CHOSEN = ("--profile", "app", "--bucket", f"packages-{ACCOUNT}", "--out", "out")


@pytest.fixture(scope="module")
def base(cloud, sam_cli, tmp_path_factory):
    account = cloud.account(ACCOUNT)
    planner = Planner(tmp_path_factory.mktemp("plan"), {"app": account}, Path(sam_cli).parent)
    planner.prepare()
    done = planner.run("deploy", "base", *CHOSEN, "--yes")
    assert done.status == 0, done.errors
    return Base(planner, account)


def test_a_stack_that_nobody_touched_has_nothing_to_revert(base):
    done = base.deploy("--yes", "--revert-drift")

    assert done.status == 0, done.errors
    assert "nothing was changed by hand" in done.errors + done.output
    assert "nothing to change" in done.errors + done.output


def test_changes_by_hand_are_shown_reviewed_and_taken_back(base):
    before = base.timeout(), base.ports()
    base.change()

    shown = base.deploy("--plan", "plan.json", "--drift")
    assert shown.status == 0, shown.errors
    said = shown.errors + shown.output
    for line in (
        "drift    SAMStack.BlogRDSProxyFunction  AWS::Lambda::Function  was changed by hand",
        f"Timeout: {before[0]} in the template, 99 now",
        "AWS::Logs::LogGroup  was deleted by hand",
        "drift    VPCStack.FunctionSecurityGroup",
        "RDSStack.RDSProxyTargetGroup  could not be checked",
    ):
        assert line in said
    [step] = json.loads((base.planner.folder / "plan.json").read_text())["steps"]
    assert {one["path"].split(".")[-1]: one["status"] for one in step["drift"]} == {
        "BlogRDSProxyFunction": "MODIFIED",
        LOG: "DELETED",
        "FunctionSecurityGroup": "MODIFIED",
        "RDSProxy": "MODIFIED",
    }
    assert "**deleted**" in (base.planner.folder / "plan.md").read_text()

    ill = base.planner.run("doctor", "base", "--profile", "app", "--drift", "--format", "json")
    diagnoses = {
        one["resource"]: one
        for one in json.loads(ill.output)["diagnoses"]
        if one["reason"] == "drift" and one["severity"] != "skipped"
    }
    assert ill.status == 1
    function = diagnoses[f"function {base.function}"]
    assert function["sentence"] == "Timeout of SAMStack.BlogRDSProxyFunction was changed by hand"
    assert function["remedy"] == "Set it back by `rdsproxy-templates deploy base --revert-drift`"
    assert function["evidence"] == [f"Timeout: {before[0]} in the template, 99 now"]
    assert f"security group {base.group}" in diagnoses
    assert "CloudFormation does not revert it" in diagnoses[base.proxy]["remedy"]
    assert len(diagnoses) == 3

    planned = base.deploy("--plan", "plan.json", "--revert-drift")
    assert planned.status == 4, planned.errors
    said = planned.errors + planned.output
    assert f"Timeout: 99 -> {before[0]} (changed by hand)" in said
    assert "stays    RDSStack.RDSProxy: IdleClientTimeout: CloudFormation compares" in said
    done = base.planner.run(
        "deploy", "base", "--profile", "app", "--out", "out", "--from", "plan.json", "--yes"
    )
    assert done.status == 0, done.errors
    assert (base.timeout(), base.ports()) == before
    assert base.logs() == {base.log}
    again = base.planner.run("doctor", "base", "--profile", "app", "--drift", "--format", "json")
    assert [
        one["resource"]
        for one in json.loads(again.output)["diagnoses"]
        if one["reason"] == "drift" and one["severity"] != "skipped"
    ] == [base.proxy]
