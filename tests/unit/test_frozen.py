"""Settings with every default in them are the same settings."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.metadata import version

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rdsproxy_templates import Field, Settings, render
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.cli.configuration import VariantSettings
from rdsproxy_templates.cli.freeze import frozen_text
from rdsproxy_templates.model.frozen import digest
from rdsproxy_templates.model.yaml_reader import parsed
from rdsproxy_templates.variants import VARIANTS, base
from strategies import VALID

every_variant = pytest.mark.parametrize("name", VARIANTS)


def chosen_for(name, values):
    return {name: VariantSettings(config=VARIANTS[name].Config.parse(values, "any.yaml"))}


def frozen_of(name, values=None):
    """The settings of the variant, frozen to YAML and read again."""
    return parsed(frozen_text(chosen_for(name, values), VARIANTS)).value


@every_variant
@settings(
    max_examples=6,
    # Each example is rendered some dozens of times; what fails is not looked for in a smaller one.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_frozen_settings_render_the_same_bytes(name, data):
    variant, values = VARIANTS[name], data.draw(VALID[name])
    config = variant.Config.parse(values, "any.yaml")

    again = variant.Config.parse(frozen_of(name, values), "frozen.yaml")

    assert (
        render(variant, again, validate=False).files()
        == render(variant, config, validate=False).files()
    )


@every_variant
def test_frozen_settings_name_what_the_library_chooses(name):
    defaults, written = VARIANTS[name].Config.parse(None, name), frozen_of(name)

    assert written.keys() <= type(defaults).model_fields.keys()
    for setting in ("regions", "rds", "database"):
        assert setting in written or not hasattr(defaults, setting)


def test_versions_classes_names_and_logs_are_written_out():
    frozen_base = frozen_of("base")

    engine = ENGINES["aurora-mysql"]
    assert frozen_base["rds"]["engine_version"] == engine.default_version
    assert frozen_base["rds"]["instance_class"] == engine.default_class
    assert frozen_base["rds"]["logs"] == {"exports": list(engine.log_exports)}
    assert frozen_base["database"]["master_username"] == "root"


def test_another_default_version_changes_nothing_for_frozen_settings(monkeypatch):
    frozen_base = frozen_of("base")
    newer = replace(ENGINES["aurora-mysql"], default_version="8.0.mysql_aurora.3.11.1")
    monkeypatch.setitem(ENGINES, "aurora-mysql", newer)

    version = base.Config.parse(frozen_base, "frozen.yaml").rds.version

    assert base.Config.parse(None, "base").rds.version == newer.default_version
    assert version != newer.default_version


def test_what_somebody_has_chosen_stays():
    values = {"rds": {"engine": "aurora-postgresql", "readers": 2, "max_capacity": 4}}

    assert frozen_of("base", values)["rds"].items() >= values["rds"].items()


def test_a_version_that_looks_like_a_number_stays_text():
    assert frozen_of("base", {"rds": {"engine": "postgres"}})["rds"]["engine_version"] == (
        ENGINES["postgres"].default_version
    )


class TestDigest:
    """The hash in each template of the settings that it was rendered with."""

    def test_it_is_of_what_differs_from_the_defaults(self):
        assert digest(base.Config()) == digest(base.Config.parse(frozen_of("base"), "frozen"))
        assert digest(base.Config()) != digest(base.Config.parse({"rds": {"readers": 2}}, "base"))

    def test_a_setting_that_a_later_version_adds_leaves_it_as_it_is(self):
        class Before(Settings):
            days: int = Field(default=7)

        class After(Before):
            weeks: int = Field(default=1)

        assert digest(Before(days=3)) == digest(After(days=3))

    def test_it_stands_in_each_template_beside_the_version(self):
        templates = render(base, base.Config()).templates

        for text in templates.values():
            assert re.search(
                "^Metadata:\n  rdsproxy_templates:\n"
                f"    Version: {re.escape(version('rdsproxy_templates'))}\n"
                "    Settings: sha256:[0-9a-f]{16}\n",
                text,
                re.MULTILINE,
            )


def test_defaults_inside_entries_of_lists_are_written_out():
    entry = {"name": "shop", "login": "password"}

    [frozen_user] = frozen_of("base", {"rds": {"users": [entry]}})["rds"]["users"]

    assert frozen_user.items() > entry.items()
    assert frozen_user.keys() > {"grants"}


def test_each_entry_keeps_what_somebody_chose_for_it():
    instances = [{"promotion_tier": 3}, {}]

    written = frozen_of("base", {"rds": {"readers": 1, "instances": instances}})["rds"]

    assert written["instances"][0]["promotion_tier"] == 3
    assert len(written["instances"]) == 2
