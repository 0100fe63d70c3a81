"""What exists under a name: groups of parameters, subnets and options, snapshots, layers, keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ...errors import Problem
from .account import AccountReader
from .groups import makes_network_of
from .named_fits import fit_problems
from .roles import CLUSTER, INSTANCE
from .subnets import FUNCTIONS, PROXY, vpc_of
from .values import Given, GivenValues, Use


class Named(NamedTuple):
    """A property that names what exists, and the question whether it does."""

    path: str
    types: tuple[str, ...]
    service: str
    operation: str
    argument: str
    only_at_creation: bool = False
    """True for what the database needs no longer once it is there."""


NAMED: Final = (
    Named("DBSubnetGroupName", (CLUSTER, INSTANCE), "rds", "describe_db_subnet_groups",
          "DBSubnetGroupName"),
    Named("DBClusterParameterGroupName", (CLUSTER,), "rds", "describe_db_cluster_parameter_groups",
          "DBClusterParameterGroupName"),
    Named("DBParameterGroupName", (INSTANCE,), "rds", "describe_db_parameter_groups",
          "DBParameterGroupName"),
    Named("DBInstanceParameterGroupName", (CLUSTER,), "rds", "describe_db_parameter_groups",
          "DBParameterGroupName"),
    Named("OptionGroupName", (INSTANCE,), "rds", "describe_option_groups", "OptionGroupName"),
    Named("SnapshotIdentifier", (CLUSTER,), "rds", "describe_db_cluster_snapshots",
          "DBClusterSnapshotIdentifier", only_at_creation=True),
    Named("SourceDBClusterIdentifier", (CLUSTER,), "rds", "describe_db_clusters",
          "DBClusterIdentifier", only_at_creation=True),
    Named("DBSnapshotIdentifier", (INSTANCE,), "rds", "describe_db_snapshots",
          "DBSnapshotIdentifier", only_at_creation=True),
    Named("SourceDBInstanceIdentifier", (INSTANCE,), "rds", "describe_db_instances",
          "DBInstanceIdentifier", only_at_creation=True),
    Named("Layers", FUNCTIONS, "lambda", "get_layer_version_by_arn", "Arn"),
)  # fmt: skip


OF_INSTANCE: Final = next(one for one in NAMED if one.path == "DBSnapshotIdentifier")


def named_problems(account: AccountReader, given: GivenValues) -> Iterator[Problem]:
    """Report names that the account does not know, and what does not fit its database."""
    for kind in NAMED:
        if kind.only_at_creation and not account.creates:
            continue
        for use in given.uses(kind.path, *kind.types):
            for one in use.given:
                if problem := _of_another_region(account, one):
                    yield problem
                elif kind.service == "lambda" or not account.skips(one.place, one.text):
                    yield from _named(account, given, kind, use, one)
    for use in given.uses("KeyName", "AWS::EC2::Instance"):
        (one,) = use.given
        account.ask("ec2", "describe_key_pairs", one.place, KeyNames=[one.text])


def _of_another_region(account: AccountReader, one: Given) -> Problem | None:
    region = one.text.split(":")[3] if one.text.startswith("arn:") else account.session.region
    if region == account.session.region:
        return None
    sentence = f"is {one.text} of {region}; give one of {account.session.region}"
    return Problem(one.place, sentence)


def _named(
    account: AccountReader, given: GivenValues, kind: Named, use: Use, one: Given
) -> Iterator[Problem]:
    if ":snapshot:" in one.text:
        kind = OF_INSTANCE  # A cluster is restored from an instance's snapshot by its ARN.
    answer = account.ask(kind.service, kind.operation, one.place, **{kind.argument: one.text})
    if not answer:
        return
    if kind.path == "DBSubnetGroupName":
        yield from _subnet_group(account, given, one.place, answer)
    elif kind.path == "Layers":
        yield from _layer(use.properties, one.place, one.text, answer)
    else:
        yield from fit_problems(use.properties, one, kind.operation, answer)


def _subnet_group(
    account: AccountReader, given: GivenValues, place: str, answer: Any
) -> Iterator[Problem]:
    (group,) = answer["DBSubnetGroups"]
    for name, body in given.flat.resources.items():
        vpc = vpc_of(account, given, name) if body["Type"] == PROXY else None
        if vpc and vpc != group["VpcId"]:
            yield Problem(
                place,
                f"is {group['DBSubnetGroupName']} of {group['VpcId']}, and the proxy's subnets are "
                f"in {vpc}",
            )
        elif account.creates and body["Type"] == PROXY and makes_network_of(given, name):
            yield Problem(
                place,
                f"is {group['DBSubnetGroupName']} of {group['VpcId']}, and the stack makes a VPC "
                "of its own for the proxy; leave it out, or deploy into a VPC that exists",
            )


def _layer(function: Any, place: str, arn: str, layer: Any) -> Iterator[Problem]:
    for key, offered in (
        ("Runtime", layer.get("CompatibleRuntimes")),
        ("Architectures", layer.get("CompatibleArchitectures")),
    ):
        wanted = function.get(key)
        wanted = wanted[0] if isinstance(wanted, list) and wanted else wanted
        if offered and isinstance(wanted, str) and wanted not in offered:
            yield Problem(
                place, f"is {arn}, which is for {', '.join(offered)}, and the function has {wanted}"
            )
