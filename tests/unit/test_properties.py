"""Of whatever is chosen: it renders clean, or it is a ConfigError; there is no third."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.engines import ENGINES, regions
from rdsproxy_templates.frame import NESTINGS
from rdsproxy_templates.frame.references import references
from rdsproxy_templates.validate import validate
from rdsproxy_templates.variants import VARIANTS, base

AURORA = ENGINES["aurora-mysql"]
CLASSES = [
    name
    for name in AURORA.classes
    if name != "db.serverless" and not list(AURORA.class_problems(name, regions()))
]
halves = st.integers(1, 512).map(lambda number: number / 2)


@st.composite
def capacities(draw):
    most = draw(halves.filter(lambda acu: acu >= 1))
    return {"max_capacity": most, "min_capacity": min(most, draw(halves))}


@st.composite
def pools(draw):
    most = draw(st.integers(1, 100))
    return {
        "max_connections_percent": most,
        "max_idle_connections_percent": draw(st.integers(0, most)),
    }


@st.composite
def networks(draw):
    second = draw(st.integers(0, 255))
    prefix = draw(st.integers(20, 28))
    return {
        "vpc_cidr": f"10.{second}.0.0/16",
        "private_subnet1_cidr": f"10.{second}.0.0/{prefix}",
        "private_subnet2_cidr": f"10.{second}.16.0/{prefix}",
        "availability_zones": draw(
            st.none()
            | st.permutations(["us-east-1a", "us-east-1b", "us-east-1f"]).map(lambda z: z[:2])
        ),
    }


def some(**fields):
    """A mapping with any of the optional fields."""
    return st.fixed_dictionaries({}, optional=fields)


rds = st.builds(
    lambda *parts: {key: value for part in parts for key, value in part.items()},
    capacities() | some(instance_class=st.sampled_from(CLASSES)),
    pools() | st.just({}),
    some(
        engine_version=st.sampled_from(AURORA.versions),
        readers=st.integers(0, 15),
        backup_retention_period=st.integers(1, 35),
        deletion_protection=st.booleans(),
        extended_support=st.booleans(),
        idle_client_timeout=st.integers(1, 28800),
    ),
)
authorizers = st.sampled_from(
    [
        {},
        {"authorizer": "none"},
        {"authorizer": "jwt", "jwt_issuer": "https://id.example", "jwt_audience": ["me", "you"]},
    ]
)
functions = some(
    runtime=st.sampled_from(["python3.13", "python3.14"]),
    architecture=st.sampled_from(["arm64", "x86_64"]),
    memory_size=st.integers(128, 10240),
    timeout=st.integers(15, 29),
    reserved_concurrent_executions=st.integers(1, 1000),
    log_retention_in_days=st.sampled_from([1, 30, 3653]),
    code_uri=st.sampled_from([None, "../code", "./code/app"]),
)
sam = st.builds(lambda one, other: one | other, functions, authorizers)
valid = st.fixed_dictionaries(
    {"regions": st.just(["us-east-1"])},
    optional={
        "database": some(
            name=st.from_regex("shop[a-z0-9_]{0,20}", fullmatch=True),
            master_username=st.from_regex("boss[a-z0-9]{0,12}", fullmatch=True),
        ),
        "secrets": some(password_length=st.integers(16, 41)),
        "vpc": networks(),
        "rds": rds,
        "sam": sam,
    },
)

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)
FIELDS = [
    (group, name)
    for group in ("database", "secrets", "vpc", "rds", "sam")
    for name in base.Config.model_fields[group].annotation.model_fields
]


@settings(max_examples=60)
@given(settings=valid, nesting=st.sampled_from(NESTINGS))
def test_every_valid_configuration_renders_clean(settings, nesting):
    bundle = render(base, base.Config.parse(settings, "any.yaml"), nesting=nesting)

    assert validate(bundle, lint=False) == []


@settings(max_examples=150)
@given(settings=valid, field=st.sampled_from(FIELDS), value=junk)
def test_whatever_else_is_chosen_is_a_config_error(settings, field, value):
    group, name = field
    changed = {**settings, group: {**settings.get(group, {}), name: value}}
    try:
        config = base.Config.parse(changed, "any.yaml")
    except ConfigError as error:
        assert all(problem.place.startswith("any.yaml") for problem in error.problems)
    else:
        assert validate(render(base, config), lint=False) == []


@settings(max_examples=60)
@given(settings=junk)
def test_what_is_no_configuration_is_a_config_error(settings):
    try:
        base.Config.parse(settings, "any.yaml")
    except ConfigError as error:
        assert error.problems
    else:
        assert settings in (None, {})


@settings(max_examples=40)
@given(settings=valid)
def test_every_reference_in_every_template_leads_somewhere(settings):
    for variant in VARIANTS.values():
        known_to_both = {k: v for k, v in settings.items() if k in variant.Config.model_fields}
        root = render(variant, variant.Config.parse(known_to_both, "any.yaml")).root
        for _, template in root.walk():
            known = (
                template.parameters.keys() | template.resources.keys() | template.children.keys()
            )
            bodies = [*template.resources.values(), *template.outputs.values()]
            bodies += [nested.arguments for nested in template.children.values()]
            assert {name for body in bodies for name in references(dict(body))} <= known
