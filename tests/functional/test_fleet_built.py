"""One template for all Regions, and the packages that it names."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from rdsproxy_templates import render
from rdsproxy_templates.audit.reading import read
from rdsproxy_templates.fleet.built_code import content_digest
from rdsproxy_templates.fleet.fleet_settings import FleetSettings
from rdsproxy_templates.fleet.regional_packages import (
    images_of,
    package_problems,
    regional_packages,
)
from rdsproxy_templates.fleet.rendered_fleet import RenderedFleet
from rdsproxy_templates.model import Template
from rdsproxy_templates.rendering.documents import bundle
from rdsproxy_templates.variants import VARIANTS

REGIONS = ["eu-west-1", "us-east-1"]
PREFIX = {"bucket_prefix": "acme-packages"}
BUCKETS = {"buckets": {"eu-west-1": "acme-dublin", "us-east-1": "acme-virginia"}}


def settings(packages):
    waves = [{"name": "all", "accounts": ["111111111111"], "regions": REGIONS}]
    given = {"variant": "base", "targets": {"waves": waves}, "packages": packages}
    return FleetSettings.parse(given, "fleet.yaml")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Renders a variant in a nesting, with its files."""

    def rendered(variant, nesting):
        module = VARIANTS[variant]
        bundle = render(module, module.Config(), nesting=nesting, expand=True, validate=False)
        folder = tmp_path_factory.mktemp(variant)
        bundle.write(folder)
        return RenderedFleet(name=variant, bundle=bundle, folder=folder)

    return rendered


@pytest.fixture(scope="module")
def flat(rendered):
    """The packages of `base` in one template."""
    return regional_packages(rendered("base", "flat"), settings(PREFIX))


@pytest.fixture(scope="module")
def nested(rendered):
    """The packages of `base` in nested templates."""
    return regional_packages(rendered("base", "plain"), settings(PREFIX))


def code_of(text):
    resources = read(text).value["Resources"].values()
    properties = (one.get("Properties", {}) for one in resources)
    found = (one.get("Code") or one.get("Content") for one in properties)
    return [one for one in found if isinstance(one, dict) and "S3Key" in one]


def test_a_flat_template_names_code_by_region_and_content(flat):
    codes = code_of(flat.template)

    assert {one["S3Key"] for one in codes} == {*flat.objects}
    assert [one["S3Bucket"] for one in codes] == [{"Fn::Sub": "acme-packages-${AWS::Region}"}] * 2


def test_nested_templates_are_named_by_region_and_content(nested):
    keys = {key for key in nested.objects if key.endswith(".template")}
    resources = read(nested.template).value["Resources"].values()
    urls = {one["Properties"]["TemplateURL"]["Fn::Sub"] for one in resources}
    home = "https://acme-packages-${AWS::Region}.s3.${AWS::Region}.${AWS::URLSuffix}"
    assert urls == {f"{home}/{key}" for key in keys}
    assert len(keys) == 4


def test_given_buckets_are_looked_up_by_region(rendered):
    packages = regional_packages(rendered("cross_account_network", "plain"), settings(BUCKETS))

    found = read(packages.template).value
    assert found["Mappings"]["PackageBuckets"]["us-east-1"] == {"Name": "acme-virginia"}
    (one, *_) = found["Resources"].values()
    text, values = one["Properties"]["TemplateURL"]["Fn::Sub"]
    assert text.startswith("https://${Bucket}.s3.${AWS::Region}.")
    lookup = {"Fn::FindInMap": ["PackageBuckets", {"Ref": "AWS::Region"}, "Name"]}
    assert values == {"Bucket": lookup}


def test_the_same_code_has_the_same_keys_in_both_nestings(flat, nested):
    assert {*flat.objects} == {key for key in nested.objects if key.endswith(".zip")}


def test_without_code_and_nesting_the_template_is_as_it_was_rendered(rendered):
    fleet = rendered("edge_waf", "flat")

    packages = regional_packages(fleet, settings(None))

    assert packages.template == fleet.text
    assert (packages.objects, packages.is_long) == ({}, False)
    assert images_of(fleet) == []
    assert [*package_problems(fleet, settings(None))] == []


def test_an_image_is_named_by_its_digest_so_that_a_moved_tag_is_a_change(tmp_path):
    uri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:1"
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ImageUri": uri}}}
    root = Template(
        description="One image",
        parameters={},
        children={},
        resources={"One": function, "Two": function},
        outputs={},
    )
    fleet = RenderedFleet(name="one", bundle=bundle(root, nesting="flat"), folder=tmp_path)
    (image,) = images_of(fleet)

    packages = regional_packages(fleet, settings(None), {image: "sha256:abc"})

    code = {"Fn::Sub": "123456789012.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/orders@sha256:abc"}
    resources = read(packages.template).value["Resources"].values()
    assert [one["Properties"]["Code"]["ImageUri"] for one in resources] == [code] * 2


def test_code_without_buckets_is_refused(rendered):
    (problem,) = package_problems(rendered("base", "flat"), settings(None))

    assert problem.place == "packages"
    assert "SAMStackBlogRDSProxyFunction" in problem.sentence


def test_a_region_without_a_bucket_is_refused(rendered):
    lacking = {"buckets": {"eu-west-1": "acme-dublin"}}

    (problem,) = package_problems(rendered("base", "flat"), settings(lacking))

    assert str(problem) == ("[packages.buckets] has no bucket in us-east-1, a Region of a wave")


def test_a_digest_is_that_of_the_files_however_they_are_compressed():
    def archive(method, text="print()"):
        written = BytesIO()
        with zipfile.ZipFile(written, "w", method) as made:
            made.writestr(zipfile.ZipInfo("app.py"), text)
        return written.getvalue()

    assert content_digest(archive(zipfile.ZIP_STORED)) == content_digest(
        archive(zipfile.ZIP_DEFLATED)
    )
    assert content_digest(archive(zipfile.ZIP_STORED)) != content_digest(
        archive(zipfile.ZIP_STORED, "print(1)")
    )
