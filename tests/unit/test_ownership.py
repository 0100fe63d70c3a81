"""A stack is deployed or deleted only where it was made for its variant."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rdsproxy_templates.deploy.operation import MARK
from rdsproxy_templates.deploy.ownership import TAG, ownership_problem, tags_for

STACK = SimpleNamespace(
    name="rdsproxy-base",
    session=SimpleNamespace(place="account 1, eu-west-1"),
    change_set_names=list,
)
CHANGE_SET = "arn:aws:cloudformation:eu-west-1:1:changeSet"


def found(tags=None, change_set="samcli-deploy1", status="CREATE_COMPLETE"):
    """A stack as CloudFormation describes it."""
    return {
        "StackStatus": status,
        "ChangeSetId": f"{CHANGE_SET}/{change_set}/1" if change_set else None,
        "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
    }


def refused(stack, shell=STACK):
    problem = ownership_problem(shell, stack, "base")
    return problem.sentence if problem else None


class TestOwnership:
    def test_the_tag_names_the_variant(self):
        assert refused(found({TAG: "base"})) is None

    def test_another_variants_stack_is_refused(self):
        assert refused(found({TAG: "orders"}, f"{MARK}1")) == (
            "the stack rdsproxy-base in account 1, eu-west-1 belongs to orders, not to base; "
            "choose another name by --stack-prefix, or take it over by --adopt-stack"
        )

    @pytest.mark.parametrize("change_set", [None, "samcli-deploy1", "other"])
    def test_a_foreign_stack_is_refused(self, change_set):
        assert "was not created by this command" in refused(found({"a": "b"}, change_set))

    def test_a_stack_of_an_earlier_version_is_known_by_its_change_set(self):
        assert refused(found(change_set=f"{MARK}1790000000")) is None

    @pytest.mark.parametrize(("names", "ours"), [([], True), ([f"{MARK}1"], True), (["x"], False)])
    def test_a_stack_under_review_is_known_by_all_of_its_change_sets(self, names, ours):
        shell = SimpleNamespace(**{**vars(STACK), "change_set_names": lambda: names})
        reviewed = found(change_set=None, status="REVIEW_IN_PROGRESS")

        assert (refused(reviewed, shell) is None) is ours


class TestTags:
    @pytest.mark.parametrize("stack", [None, found(status="REVIEW_IN_PROGRESS")])
    @pytest.mark.parametrize("wanted", [None, {}, {"team": "a"}])
    def test_a_new_stack_gets_the_tag(self, stack, wanted):
        assert tags_for(stack, "base", wanted, adopt=False) == {**(wanted or {}), TAG: "base"}

    def test_a_stack_that_has_it_keeps_it(self):
        tagged = found({TAG: "base", "team": "a"})

        assert tags_for(tagged, "base", None, adopt=False) is None
        assert tags_for(tagged, "base", {"team": "b"}, adopt=False) == {"team": "b", TAG: "base"}

    @pytest.mark.parametrize("wanted", [None, {"team": "b"}])
    def test_nothing_changes_in_a_stack_of_an_earlier_version(self, wanted):
        old = found({"team": "a"}, f"{MARK}1")

        assert tags_for(old, "base", wanted, adopt=False) == wanted

    def test_an_adopted_stack_keeps_its_own(self):
        foreign = found({"team": "a", "aws:x": "y"})

        assert tags_for(foreign, "base", None, adopt=True) is None
        assert tags_for(foreign, "base", {"b": "c"}, adopt=True) == {"b": "c"}

    def test_an_adopted_stack_of_another_variant_changes_its_tag(self):
        other = found({"team": "a", "aws:x": "y", TAG: "orders"})

        assert tags_for(other, "base", None, adopt=True) == {"team": "a", TAG: "base"}
        assert tags_for(other, "base", {}, adopt=True) == {TAG: "base"}
