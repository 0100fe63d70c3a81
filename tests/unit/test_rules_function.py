"""Functions: what they are made of, and whether they run at all."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, violations, without

from rdsproxy_templates.validators.rules import function

FUNCTION = "SAMStackBlogRDSProxyFunction"


class TestLayer:
    LAYER = "SAMStackDatabaseLayer"

    @pytest.mark.parametrize(
        ("place", "value", "said"),
        [
            (f"{FUNCTION}/Architectures", ["x86_64"], "is for arm64, and the function is x86_64"),
            (f"{FUNCTION}/Architectures", None, "is for arm64, and the function is x86_64"),
            (f"{FUNCTION}/Runtime", "python3.14", "is for python3.13"),
            (f"{LAYER}/CompatibleRuntimes", ["nodejs22.x"], "is for nodejs22.x"),
        ],
    )
    def test_a_layer_for_something_else_is_refused(self, place, value, said):
        wrong = without(place) if value is None else faulted(place, value)

        [one] = violations(function.layer, wrong)

        assert one.resource == FUNCTION
        assert said in one.sentence

    @pytest.mark.parametrize(
        ("suffix", "found"), [("", 1), ("-Arm64", 0)], ids=["for x86_64", "for arm64"]
    )
    def test_a_layer_of_aws_is_known_by_its_name(self, suffix, found):
        name = f"AWS-Parameters-and-Secrets-Lambda-Extension{suffix}"
        arn = f"arn:aws:lambda:eu-west-1:015030872274:layer:{name}:12"

        assert len(violations(function.layer, faulted(f"{FUNCTION}/Layers/1", arn))) == found

    @pytest.mark.parametrize(
        "place",
        [
            f"{FUNCTION}/Architectures",
            f"{FUNCTION}/Runtime",
            f"{FUNCTION}/Layers",
            f"{LAYER}/CompatibleRuntimes",
            f"{LAYER}/CompatibleArchitectures",
        ],
    )
    def test_what_only_deployment_knows_is_left_alone(self, place):
        assert_holds(function.layer, faulted(place, GIVEN))


class TestConcurrency:
    PLACE = f"{FUNCTION}/ReservedConcurrentExecutions"

    @pytest.mark.parametrize("value", [0, "0"])
    def test_a_function_that_never_runs_is_refused(self, value):
        [one] = violations(function.concurrency, faulted(self.PLACE, value))

        assert one.sentence == "it is 0, so that the function never runs"

    @pytest.mark.parametrize("value", [1, "5", GIVEN])
    def test_one_that_runs_is_accepted(self, value):
        assert_holds(function.concurrency, faulted(self.PLACE, value))
