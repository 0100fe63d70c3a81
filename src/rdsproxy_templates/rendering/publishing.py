"""Outputs of a root stack as parameters of Systems Manager, which other tools read by name."""

from __future__ import annotations

from dataclasses import replace

from ..model.customization import Publication
from ..model.template import Body, Template, in_reading_order


def published(root: Template, publication: Publication) -> Template:
    """Return *root* with a parameter for each of its outputs, below the chosen prefix."""
    resources = {
        f"Published{name}": _parameter(f"{publication.ssm_prefix}/{name}", output)
        for name, output in root.outputs.items()
    }
    return replace(root, resources={**root.resources, **resources})


def _parameter(name: str, output: Body) -> Body:
    return in_reading_order(
        {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Name": name,
                "Description": output["Description"],
                "Type": "String",
                "Value": output["Value"],
            },
        }
    )
