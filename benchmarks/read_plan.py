"""Read what the plan of a fleet is made from: its accounts, its instances and their overrides.

`fleet.py` runs this in a process of its own: `fleet plan` itself would also render, and have one
stack of each wave compared.
"""

from __future__ import annotations

from pathlib import Path

import boto3

from many_accounts import FLEET, STACK_SET
from rdsproxy_templates.deploy.accounts import patient_session
from rdsproxy_templates.fleet.desired import DesiredStackSet
from rdsproxy_templates.fleet.fleet_settings import FleetSettings
from rdsproxy_templates.fleet.organization import Organization
from rdsproxy_templates.fleet.parameter_rows import ParameterRows
from rdsproxy_templates.fleet.planning import fleet_plan
from rdsproxy_templates.fleet.stack_set import StackSet
from rdsproxy_templates.fleet.targets import found_waves
from rdsproxy_templates.model.settings_file import read

if __name__ == "__main__":
    settings = read(Path("fleet.yaml")).parse(FleetSettings)
    session = boto3.Session(botocore_session=patient_session())
    waves = found_waves(settings, Organization(session.client("organizations")))
    desired = DesiredStackSet(
        template=FLEET,
        template_argument={},
        declared={},
        rows=ParameterRows(),
        parameters={},
        capabilities=(),
        tags={},
        description="",
    )
    plan = fleet_plan(
        StackSet(session.client("cloudformation"), STACK_SET), settings, desired, waves
    )
    print(sum(1 for _ in plan.lines()))
