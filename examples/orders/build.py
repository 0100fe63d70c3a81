"""Render the orders family into ./build, validated: then `cd build && sam build`."""

from __future__ import annotations

from pathlib import Path

import orders
from rdsproxy_templates import refuse, render, validate

if __name__ == "__main__":
    bundle = render(orders, orders.Config())
    # `render` asked our rules and AWS's validator; cfn-lint is asked here, for one region.
    refuse(validate(bundle, regions=["eu-central-1"]))
    for path in bundle.write(Path("build")).created:
        print(path)
