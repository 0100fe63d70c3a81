"""Log groups: logs end some day."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, resource, template, violations, without

from rdsproxy_templates.validators.rules import log_group

FUNCTION = "SAMStackBlogRDSProxyFunction"


class TestLogRetention:
    def test_a_group_that_keeps_logs_forever_is_worth_a_look(self):
        [one] = violations(log_group.log_retention, without(f"{FUNCTION}LogGroup/RetentionInDays"))

        assert one.resource == f"{FUNCTION}LogGroup"
        assert log_group.log_retention.level == "opinion"

    def test_a_function_without_a_group_beside_others_is_too(self):
        [one] = violations(log_group.log_retention, without(f"{FUNCTION}/LoggingConfig"))

        assert one.resource == FUNCTION

    def test_a_group_by_the_name_that_lambda_uses_is_its_group(self):
        name = {"Fn::Sub": f"/aws/lambda/${{{FUNCTION}}}"}
        changed = faulted(f"{FUNCTION}LogGroup/LogGroupName", name)

        assert_holds(log_group.log_retention, without(f"{FUNCTION}/LoggingConfig", changed))

    @pytest.mark.parametrize("name", ["/aws/lambda/blog", GIVEN])
    def test_a_group_by_the_functions_own_name_is_its_group(self, name):
        changed = faulted(f"{FUNCTION}LogGroup/LogGroupName", name)
        changed = faulted(f"{FUNCTION}/FunctionName", "blog", changed)

        assert_holds(log_group.log_retention, without(f"{FUNCTION}/LoggingConfig", changed))

    def test_a_group_of_an_api_says_nothing_of_functions(self):
        changed = without(f"{FUNCTION}LogGroup", without(f"{FUNCTION}/LoggingConfig"))

        assert_holds(log_group.log_retention, changed)

    def test_a_template_without_any_group_is_left_alone(self):
        assert_holds(log_group.log_retention, template(Function=resource("Lambda::Function")))

    def test_a_retention_that_is_given_is_accepted(self):
        assert_holds(log_group.log_retention, faulted(f"{FUNCTION}LogGroup/RetentionInDays", GIVEN))
