"""Errors about ranges, zones and subnets of networks, which a database keeps as it found them."""

from __future__ import annotations

import pytest

from rdsproxy_templates import render
from rdsproxy_templates.model import Settings
from rdsproxy_templates.variants import VARIANTS

KEPT = ("Cidr", "SubnetId", "ZoneIds")
ONLY = "at creation only"


def fields(settings):
    """Each setting of a variant, also those inside others, with its name."""
    for name, field in settings.model_fields.items():
        yield name, field.description or ""
        if isinstance(field.annotation, type) and issubclass(field.annotation, Settings):
            yield from fields(field.annotation)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_parameter_that_a_database_depends_on_says_that_it_is_for_its_creation(name):
    variant = VARIANTS[name]
    kinds = {port.logical_id: port.kind.__name__ for port in variant.Inputs.ports()}
    root = render(variant, variant.Config()).root

    asked = {one: body for one, body in root.parameters.items() if kinds[one] in KEPT}
    assert [one for one, body in asked.items() if ONLY not in body["Description"]] == []


@pytest.mark.parametrize("name", VARIANTS)
def test_a_setting_of_ranges_or_zones_says_so_too(name):
    settings = {
        one: text
        for one, text in fields(VARIANTS[name].Config)
        if one.endswith(("_cidr", "availability_zones")) and one != "ssh_cidr"
    }

    assert [one for one, text in settings.items() if ONLY not in text] == []
