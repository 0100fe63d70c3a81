"""Deployed variants change, fail to change, and are deleted, as the services show afterwards."""

from __future__ import annotations

import pytest
from deployed import DeployedVariant
from deployed_inventory import SNAPSHOTS, inventory
from deploying import stack_name

from rdsproxy_templates import render, stacks
from rdsproxy_templates.variants import VARIANTS, base, existing_vpc

REFUSED = """\
  Refused:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: there-is-no-such-function
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
Outputs:
"""
"""A resource that its service refuses, in the place of the line before the outputs."""


MASTER_ONLY = existing_vpc.Config.parse(
    {"rds": {"users": [], "master_login": True}, "function_user": None}, "the test"
)
"""Settings without users: the function that creates them runs only where it was built."""


def config_of(module, **settings):
    """A configuration in which settings of ``rds`` differ from their defaults."""
    return module.Config(rds=stacks.rds.Config(**settings))


def spoil(template):
    """Add the refused resource to a template."""
    template.write_text(template.read_text().replace("Outputs:\n", REFUSED))


def proxies(account):
    return account.client("rds").describe_db_proxies()["DBProxies"]


def replacements(change_set):
    """The replacement of each modified resource in a change set, by logical ID."""
    changes = [change["ResourceChange"] for change in change_set["Changes"]]
    return {
        change["LogicalResourceId"]: change["Replacement"]
        for change in changes
        if change["Action"] == "Modify"
    }


@pytest.mark.xdist_group("deploy-changes")
class TestChangeSets:
    def test_settings_change_in_place(self, desk, tmp_path):
        mine = desk("222222222201")
        bundle = render(base, base.Config(), nesting="flat")
        bundle.write(tmp_path)
        made = mine.change_set(tmp_path, "CREATE", mine.package(tmp_path))
        assert {change["ResourceChange"]["Action"] for change in made["Changes"]} == {"Add"}
        mine.execute(made)
        deployed = DeployedVariant(mine.account, stack_name(tmp_path), bundle)
        before = deployed.physical_ids()
        assert len(made["Changes"]) == len(before)

        config = config_of(
            base,
            idle_client_timeout=600,
            max_connections_percent=80,
            max_idle_connections_percent=10,
            instance_class="db.r6g.large",
        )
        changed = render(base, config, nesting="flat")
        changed.write(tmp_path)
        change_set = mine.change_set(tmp_path, "UPDATE", mine.package(tmp_path))
        assert replacements(change_set) == {
            "RDSStackDBInstance1": "False",
            "RDSStackRDSProxy": "False",
            "RDSStackRDSProxyTargetGroup": "False",
        }
        mine.execute(change_set)

        after = DeployedVariant(mine.account, stack_name(tmp_path), changed)
        assert after.statuses() == {"UPDATE_COMPLETE"}
        assert after.physical_ids() == before
        assert not [sentence for one in after.resources for sentence in one.differences()]
        rds = mine.account.client("rds")
        (instance,) = rds.describe_db_instances()["DBInstances"]
        (proxy,) = proxies(mine.account)
        (group,) = rds.describe_db_proxy_target_groups(DBProxyName=proxy["DBProxyName"])[
            "TargetGroups"
        ]
        assert instance["DBInstanceClass"] == "db.r6g.large"
        assert proxy["IdleClientTimeout"] == 600
        assert group["ConnectionPoolConfig"]["MaxConnectionsPercent"] == 80
        assert group["ConnectionPoolConfig"]["MaxIdleConnectionsPercent"] == 10

    def test_other_subnets_are_refused_while_the_database_is_in_them(self, desk, network, tmp_path):
        mine = desk("222222222202")
        given = network(mine, "existing_vpc")
        ec2 = mine.account.client("ec2")
        (subnet,) = ec2.describe_subnets(SubnetIds=[given["PrivateSubnet2Id"]])["Subnets"]
        other = ec2.create_subnet(
            VpcId=subnet["VpcId"],
            CidrBlock="10.1.2.0/24",
            AvailabilityZone=subnet["AvailabilityZone"],
        )["Subnet"]["SubnetId"]
        bundle = render(existing_vpc, MASTER_ONLY, nesting="flat")
        bundle.write(tmp_path)
        template = mine.package(tmp_path)
        mine.execute(mine.change_set(tmp_path, "CREATE", template, given))
        before = DeployedVariant(mine.account, stack_name(tmp_path), bundle, given).physical_ids()

        moved = {**given, "PrivateSubnet2Id": other}
        change_set = mine.change_set(tmp_path, "UPDATE", template, moved)
        assert replacements(change_set)["RDSStackRDSProxy"] == "True"
        mine.execute(change_set, ends="stack_rollback_complete")

        deployed = DeployedVariant(mine.account, stack_name(tmp_path), bundle, given)
        reasons = "".join(mine.account.failures(deployed.name))
        in_use = (
            f"Some of the subnets to be deleted are currently in use: {given['PrivateSubnet2Id']}"
        )
        assert in_use in reasons
        assert deployed.physical_ids() == before
        assert not [sentence for one in deployed.resources for sentence in one.differences()]


@pytest.mark.xdist_group("deploy-changes")
class TestFailures:
    def test_a_broken_update_leaves_every_stack_as_it_was(self, desk, tmp_path):
        mine = desk("222222222203")
        bundle = render(base, base.Config(), nesting="plain")
        bundle.write(tmp_path)
        mine.package(tmp_path)
        mine.with_aws(tmp_path)
        deployed = DeployedVariant(mine.account, stack_name(tmp_path), bundle)
        ids, there = deployed.physical_ids(), inventory(mine.account)

        config = config_of(base, idle_client_timeout=600, readers=1, backup_retention_period=14)
        render(base, config, nesting="plain").write(tmp_path)
        spoil(tmp_path / "cloudformation" / "sam.yaml")
        mine.package(tmp_path)
        mine.with_aws(tmp_path, fails=True)

        again = DeployedVariant(mine.account, stack_name(tmp_path), bundle)
        assert mine.account.stack(deployed.name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert again.physical_ids() == ids
        assert inventory(mine.account) == there
        assert not [sentence for one in again.resources for sentence in one.differences()]
        assert "there-is-no-such-function" in "".join(mine.account.failures(deployed.name))
        failed = mine.account.stack(again.root.children["SAMStack"].id)
        assert failed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"

    def test_a_broken_create_leaves_nothing(self, desk, tmp_path):
        mine = desk("222222222204")
        before = inventory(mine.account)
        config = config_of(base, deletion_protection=False)
        render(base, config, nesting="flat").write(tmp_path)
        spoil(tmp_path / "template.yaml")
        mine.package(tmp_path)

        mine.with_aws(tmp_path, fails=True)

        name = stack_name(tmp_path)
        assert mine.account.stack(name)["StackStatus"] == "ROLLBACK_COMPLETE"
        assert "there-is-no-such-function" in "".join(mine.account.failures(name))
        left = inventory(mine.account)
        left["Stacks"] -= {mine.account.stack(name)["StackId"]}
        assert {kind: names for kind, names in left.items() if names} == before


@pytest.mark.xdist_group("deploy-deletion")
class TestDeletion:
    @pytest.mark.parametrize("variant", ["base", "auth"])
    def test_leaves_the_last_snapshots_once_nothing_is_protected(
        self, variant, desk, network, tmp_path
    ):
        mine = desk({"base": "333333333300", "auth": "333333333301"}[variant])
        given = network(mine, variant)
        before = inventory(mine.account)
        bundle = render(VARIANTS[variant], VARIANTS[variant].Config(), nesting="plain")
        bundle.write(tmp_path)
        mine.package(tmp_path)
        mine.with_aws(tmp_path, given)
        deployed = DeployedVariant(mine.account, stack_name(tmp_path), bundle, given)
        kept = [one for one in deployed.resources if one.deletion_policy == "Snapshot"]
        stack_id = deployed.root.id

        mine.delete(deployed.name, fails=True)
        assert mine.account.stack(stack_id)["StackStatus"] == "DELETE_FAILED"
        assert "protect" in "".join(mine.account.failures(stack_id))
        assert all(one.shown for one in kept)

        unprotect(mine.account)
        mine.delete(deployed.name)
        assert mine.account.stack(stack_id)["StackStatus"] == "DELETE_COMPLETE"
        left = inventory(mine.account)
        snapshots = [name for kind in SNAPSHOTS for name in left.pop(kind, ())]
        assert left == before
        assert len(snapshots) == len(kept)

    def test_of_a_service_whose_protection_was_turned_off_needs_nothing_else(self, desk, tmp_path):
        mine = desk("222222222205")
        before = inventory(mine.account)
        for protection in (True, False):
            config = config_of(base, deletion_protection=protection)
            render(base, config, nesting="flat").write(tmp_path)
            mine.package(tmp_path)
            mine.with_aws(tmp_path)

        mine.delete(stack_name(tmp_path))

        left = inventory(mine.account)
        assert len(left.pop("DBClusterSnapshots")) == 1
        assert left == before


def unprotect(account):
    """Turn deletion protection off, as the services' consoles do."""
    rds = account.client("rds")
    for cluster in rds.describe_db_clusters()["DBClusters"]:
        name = cluster["DBClusterIdentifier"]
        rds.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
    for instance in rds.describe_db_instances()["DBInstances"]:
        name = instance["DBInstanceIdentifier"]
        rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
