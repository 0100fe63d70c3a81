"""Templates of a deployed stack, and of those nested in it, as CloudFormation has processed them.

Only ``DescribeStacks``, ``GetTemplate`` and ``ListStackResources`` are called.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ..aws.regions import session_region_problems
from ..errors import ConfigError, Problem
from ..model.yaml_scalars import ReadError
from .auditing import audited, only_rules, refuse_unknown
from .reading import read
from .report import Report
from .shape import mended
from .sources import Source, Sources

_NESTED: Final = "AWS::CloudFormation::Stack"


def audit_stack(  # noqa: PLR0913 - one parameter a choice
    name: str,
    *,
    region: str | None = None,
    profile: str | None = None,
    rules: Sequence[str] = (),
    ignore: Sequence[str] = (),
    aws: bool = True,
    lint: bool = False,
) -> Report:
    """Judge what the stack *name* and those nested in it have deployed; nothing is changed.

    The session is boto3's, by *profile* and *region* or the environment.
    """
    refuse_unknown(rules, ignore, None)
    import boto3  # noqa: PLC0415 - an extra, and slow
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    sources, values = Sources(), {}
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        if problems := [*session_region_problems(session, region)]:
            raise ConfigError(problems)
        values = _read(session.client("cloudformation"), name, name, sources)
    except (BotoCoreError, ClientError) as error:
        sources.problems.append(Problem(name, str(error).rstrip(".")))
    except ReadError as error:
        sources.problems.append(Problem(name, error.sentence))
    return only_rules(audited(sources, values, aws=aws, lint=lint), rules, ignore)


def _read(client: Any, stack: str, shown: str, sources: Sources) -> dict[str, str]:
    """Read the template of *stack*, and of what it nests; return what is known of it."""
    described = client.describe_stacks(StackName=stack)["Stacks"][0]
    body = client.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    text = body if isinstance(body, str) else json.dumps(body, indent=2, default=str)
    document = read(text)
    mending = mended(document)
    given = {one["ParameterKey"]: one for one in described.get("Parameters", [])}
    for name, one in given.items():
        if "ResolvedValue" in one and name in mending.body["Parameters"]:
            # What the path led to when the stack was deployed.
            mending.body["Parameters"][name]["Type"] = "String"
    nests = {title: Path(f"{shown}/{title}") for title, _ in _nested(client, stack)}
    source = Source(Path(shown), shown, text, document, mending, nests=nests)
    sources.by_path[Path(shown)] = source
    for title, physical in _nested(client, stack):
        _read(client, physical, f"{shown}/{title}", sources)
    return {**_values(given), **_pseudo(described)}


def _nested(client: Any, stack: str) -> Iterator[tuple[str, str]]:
    for page in client.get_paginator("list_stack_resources").paginate(StackName=stack):
        for one in page["StackResourceSummaries"]:
            if one["ResourceType"] == _NESTED and one.get("PhysicalResourceId"):
                yield one["LogicalResourceId"], one["PhysicalResourceId"]


def _values(given: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    values = {
        name: one.get("ResolvedValue", one.get("ParameterValue", "")) for name, one in given.items()
    }
    # What is not to be echoed comes as asterisks.
    return {name: value for name, value in values.items() if value.strip("*") or not value}


def _pseudo(described: Mapping[str, Any]) -> dict[str, str]:
    _, partition, _, region, account, *_ = described["StackId"].split(":")
    return {
        "AWS::Partition": partition,
        "AWS::Region": region,
        "AWS::AccountId": account,
        "AWS::StackName": described["StackName"],
    }
