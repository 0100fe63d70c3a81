"""Render `base` with a configuration of our own into ./build: then `cd build && sam build`."""

from __future__ import annotations

from pathlib import Path

from rdsproxy_templates import render, stacks
from rdsproxy_templates.variants import base

config = base.Config(
    regions=("eu-central-1",),
    database=base.Database(name="blog", master_username="editor"),
    vpc=stacks.vpc.Config(
        vpc_cidr="10.40.0.0/16",
        private_subnet1_cidr="10.40.1.0/24",
        private_subnet2_cidr="10.40.2.0/24",
        availability_zones=("eu-central-1a", "eu-central-1b"),
    ),
    rds=stacks.rds.Config(max_capacity=16, readers=1),
    sam=stacks.functions.FunctionApiSettings(reserved_concurrent_executions=100),
)

if __name__ == "__main__":
    # Our rules and AWS's validator have their say before anything is written.
    for path in render(base, config).write(Path("build")).created:
        print(path)
