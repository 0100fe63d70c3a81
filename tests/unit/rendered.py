"""Variants with settings: what is refused, and what is rendered."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, render


def problems(variant, **settings):
    """Everything that *variant* refuses in these settings, a line each."""
    with pytest.raises(ConfigError) as caught:
        variant.Config.parse(settings, "my.yaml")
    return [str(problem) for problem in caught.value.problems]


def flat(variant, **settings):
    """The flat form of *variant* with these settings."""
    return render(variant, variant.Config.parse(settings, "my.yaml")).flat()[0]


def of_type(resources, kind):
    """The properties of each resource of type ``AWS::<kind>``."""
    return list(named_of_type(resources, kind).values())


def named_of_type(resources, kind):
    """The properties of each resource of type ``AWS::<kind>``, by its flat logical ID."""
    return {
        name: body["Properties"]
        for name, body in resources.items()
        if body["Type"] == f"AWS::{kind}"
    }
