"""cfn-lint as a part of the build: findings at their place, and nothing linted twice."""

from __future__ import annotations

import pytest
from broken_variants import broken

from rdsproxy_templates import InvalidTemplateError, render
from rdsproxy_templates.aws import cfn_lint
from rdsproxy_templates.validators import lint, refuse, validate
from rdsproxy_templates.validators.findings import Finding
from rdsproxy_templates.variants import base, existing_vpc

pytestmark = pytest.mark.xdist_group("lint")
REGIONS = ("us-east-1",)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def linted(bundle):
    return lint.Lint({"base": (bundle, REGIONS)}).findings()["base"]


def unknown(cluster):
    return cluster | {"Properties": cluster["Properties"] | {"EngineVersion": "8.9"}}


def without_deletion_policy(cluster):
    return {key: value for key, value in cluster.items() if key != "DeletionPolicy"}


def test_a_finding_is_at_its_place_in_the_rendered_file():
    bundle = broken(unknown)
    (finding,) = linted(bundle)

    assert (finding.file, finding.rule) == ("cloudformation/rds.yaml", "E3690")
    lines = bundle.templates[finding.file].splitlines()
    assert lines[finding.line - 1].startswith("      EngineVersion: ")


def test_data_without_a_deletion_policy_is_an_error():
    findings = linted(broken(without_deletion_policy))

    assert ("cloudformation/rds.yaml", "I3011", "warning") in [
        (found.file, found.rule, found.level) for found in findings
    ]


def test_a_rebuild_lints_nothing_again(monkeypatch):
    bundles = {v.__name__: (render(v, v.Config()), REGIONS) for v in (base, existing_vpc)}
    first = lint.Lint(bundles).findings()
    monkeypatch.setattr(lint.cfn_lint, "worker", lambda: pytest.fail("cfn-lint ran again"))

    assert lint.Lint(bundles).findings() == first


def test_another_region_is_linted_again():
    task, *_ = lint.tasks_for(render(base, base.Config()), ["us-east-1"])
    other, *_ = lint.tasks_for(render(base, base.Config()), ["eu-west-1"])

    assert task.key != other.key


def test_templates_that_two_variants_share_are_linted_once():
    one = {task.key for task in lint.tasks_for(render(base, base.Config()), REGIONS)}
    two = {
        task.key for task in lint.tasks_for(render(existing_vpc, existing_vpc.Config()), REGIONS)
    }

    assert len(one & two) == 2


def test_a_cache_that_cannot_be_written_does_not_stop_a_build(cache):
    (cache / "rdsproxy_templates").write_text("a file in the way")

    assert validate(render(existing_vpc, existing_vpc.Config())) == []


def test_all_findings_are_refused_at_once():
    finding = Finding(
        file="a.yaml", line=3, rule="E1", level="error", sentence="It is wrong", remedy="Mend it"
    )
    with pytest.raises(InvalidTemplateError, match=r"\[a.yaml:3 E1\] It is wrong. Mend it"):
        refuse([finding, finding])

    refuse([])


def test_a_worker_that_was_started_early_is_taken_or_ended():
    cfn_lint.start_early()
    (early,) = cfn_lint._early
    taken = cfn_lint.worker()
    cfn_lint.send(taken, [])

    assert taken is early
    assert cfn_lint.finished(taken) == []

    cfn_lint.start_early()
    (early,) = cfn_lint._early
    cfn_lint.stop_early()

    assert early.returncode is not None
    assert cfn_lint._early == []
