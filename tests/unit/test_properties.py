"""Every choice of settings either renders clean or is a ConfigError."""

from __future__ import annotations

from inspect import get_annotations
from itertools import product
from typing import get_args, get_origin

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.model.references import references
from rdsproxy_templates.model.setting_problems import is_model
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import VARIANTS
from strategies import VALID

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)
every_variant = pytest.mark.parametrize("name", VARIANTS)


def fields(variant):
    """Every setting of *variant*, and every setting in them, as paths."""
    yield from below(variant.Config)


def below(record):
    for name, field in record.model_fields.items():
        yield (name,)
        for inner in (field.annotation, *get_args(field.annotation)):
            # A list holds records, too, but at places that have no name.
            if is_model(inner) and get_origin(field.annotation) is not tuple:
                yield from ((name, *path) for path in below(inner))


def models(annotation):
    """Every record in a type, such as that in a list."""
    if is_model(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from models(inner)


def declared(record):
    """Every setting in *record*, each by its name and the first class that declares it."""
    for name, field in record.model_fields.items():
        yield declaration(record, name)
        for inner in models(field.annotation):
            yield from declared(inner)


def declaration(record, name):
    first = [one for one in record.__mro__ if name in get_annotations(one)][-1]
    return f"{first.__module__.rpartition('.')[-1]}.{first.__qualname__}.{name}"


def chosen(record, values):
    """The settings of *record* that *values* choose, as :func:`declared` names them."""
    for name, value in values.items():
        yield declaration(record, name)
        for inner in models(record.model_fields[name].annotation):
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict):
                    yield from chosen(inner, one)


def with_junk(settings, path, value):
    name, *rest = path
    inner = settings.get(name) or {}
    return settings | {name: with_junk(inner, rest, value) if rest else value}


def strategies_reach(name, number):
    """The settings that some draws of a variant's settings choose; another *number*, others."""
    reached = set()

    @seed(number)
    @settings(
        max_examples=30,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(VALID[name])
    def draw(values):
        reached.update(chosen(VARIANTS[name].Config, values))

    draw()
    return reached


def test_every_setting_has_a_strategy():
    missing = {one for variant in VARIANTS.values() for one in declared(variant.Config)}
    for number, name in product(range(10), VARIANTS):
        if not missing.isdisjoint(declared(VARIANTS[name].Config)):
            missing -= strategies_reach(name, number)

    assert missing == set()


@every_variant
@settings(max_examples=40)
@given(data=st.data(), nesting=st.sampled_from(NESTINGS))
def test_every_valid_configuration_renders_clean(name, data, nesting):
    variant = VARIANTS[name]
    config = variant.Config.parse(data.draw(VALID[name]), "any.yaml")

    bundle = render(variant, config, nesting=nesting, validate=False)
    assert validate(bundle, lint=False) == []


@every_variant
@settings(max_examples=80)
@given(data=st.data(), value=junk)
def test_every_other_choice_is_a_config_error(name, data, value):
    variant = VARIANTS[name]
    path = data.draw(st.sampled_from(list(fields(variant))))
    try:
        config = variant.Config.parse(with_junk(data.draw(VALID[name]), path, value), "any.yaml")
    except ConfigError as error:
        assert all(problem.place.startswith("any.yaml") for problem in error.problems)
    else:
        assert validate(render(variant, config, validate=False), lint=False) == []


@every_variant
@settings(max_examples=40)
@given(settings=junk)
def test_anything_but_a_configuration_is_a_config_error(name, settings):
    try:
        VARIANTS[name].Config.parse(settings, "any.yaml")
    except ConfigError as error:
        assert error.problems
    else:
        assert settings in (None, {})


@every_variant
@settings(max_examples=20)
@given(data=st.data())
def test_every_reference_in_every_template_has_a_target(name, data):
    variant = VARIANTS[name]
    config = variant.Config.parse(data.draw(VALID[name]), "any.yaml")
    root = render(variant, config, validate=False).root
    for _, template in root.walk():
        known = template.parameters.keys() | template.resources.keys() | template.children.keys()
        bodies = [*template.resources.values(), *template.outputs.values()]
        bodies += [nested.arguments for nested in template.children.values()]
        assert {name for body in bodies for name in references(dict(body))} <= known
