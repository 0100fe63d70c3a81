"""Actions of policies, and what they are on, by cfn-lint's data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def actions_of(service: str) -> Mapping[str, tuple[str, ...]]:
    """The actions of a service in lower case, each with the kinds of resource that it is on."""
    place = files("cfnlint.data.AdditionalSpecs") / "Policies.json"
    actions = json.loads(place.read_text("utf-8"))[service]["Actions"]
    return {name: tuple(one.get("Resources", ())) for name, one in actions.items()}
