"""templates_out/ holds exactly the command's output, and every tool accepts it."""

from __future__ import annotations

import pytest
from cfnlint.decode import decode_str

from rdsproxy_templates import render
from rdsproxy_templates.cli.rendered_variants import RenderSettings, render_variants
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.rendering.sam_transform import expanded
from rdsproxy_templates.validators import validate_all
from rdsproxy_templates.variants import VARIANTS

WITHOUT_CODE = ("bastion", "cross_account_network", "cross_account_db", "edge_waf")


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    """A cache of its own, so that no finding is remembered from another day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.mark.parametrize("name", VARIANTS)
def test_templates_out_is_current(name, repository):
    out = repository / "templates_out"
    [rendered] = render_variants(RenderSettings(variants=[name], out=out, code_root=repository))

    assert not rendered.bundle.changes(out / name)


def test_templates_out_holds_the_variants_and_nothing_else(repository):
    assert {folder.name for folder in (repository / "templates_out").iterdir()} == set(VARIANTS)


@pytest.mark.xdist_group("lint")
def test_no_validator_finds_anything_in_any_nesting():
    bundles = {
        f"{name} {nesting} {expand}": (
            render(variant, variant.Config(), nesting=nesting, expand=expand),
            variant.Config().regions,
        )
        for name, variant in VARIANTS.items()
        for nesting in NESTINGS
        for expand in (False, True)
    }

    assert validate_all(bundles) == {name: [] for name in bundles}


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("name", VARIANTS)
def test_sam_expands_every_template(name, nesting):
    bundle = render(VARIANTS[name], VARIANTS[name].Config(), nesting=nesting)
    for text in bundle.templates.values():
        template, faults = decode_str(text)
        assert not faults

        plain = expanded(template)
        assert "Transform" not in plain
        assert not [r for r in plain["Resources"].values() if "Serverless" in r["Type"]]


@pytest.mark.parametrize("name", VARIANTS)
def test_an_expanded_flat_variant_is_plain_cloudformation(name):
    bundle = render(VARIANTS[name], VARIANTS[name].Config(), nesting="flat", expand=True)
    (text,) = bundle.templates.values()

    assert "AWS::Serverless" not in text


@pytest.mark.parametrize("name", ["base", "existing_vpc", "auth", "edge"])
def test_an_expanded_flat_variant_names_its_code(name):
    bundle = render(VARIANTS[name], VARIANTS[name].Config(), nesting="flat", expand=True)
    (text,) = bundle.templates.values()

    assert "      Content: lambda/database_layer\n" in text
    assert "!Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPC" in text
