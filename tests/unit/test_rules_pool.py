"""Connection pools: percentages, timeouts and pinning."""

from __future__ import annotations

import pytest
from faults import BASE, GIVEN, POSTGRESQL, assert_holds, faulted, violations

from rdsproxy_templates.validators.rules import pool

PROXY, TARGETS = "RDSStackRDSProxy", "RDSStackRDSProxyTargetGroup"
POOL = f"{TARGETS}/ConnectionPoolConfigurationInfo"


class TestIdleAboveMax:
    @pytest.mark.parametrize("idle", [51, "51"])
    def test_more_idle_than_open_connections_are_refused(self, idle):
        """A number is text where it comes from the default of a parameter."""
        given = {"MaxConnectionsPercent": 50, "MaxIdleConnectionsPercent": idle}

        [one] = violations(pool.idle_above_max, faulted(POOL, given))

        assert one.resource == TARGETS
        assert "Idle" in one.sentence
        assert "51 is above MaxConnectionsPercent 50" in one.sentence
        assert one.remedy == "Lower the one or raise the other"

    @pytest.mark.parametrize("given", [{}, {"MaxIdleConnectionsPercent": 100}])
    def test_the_service_opens_all_connections_unless_told_otherwise(self, given):
        assert_holds(pool.idle_above_max, faulted(POOL, given))

    def test_all_connections_may_be_kept_idle(self):
        given = {"MaxConnectionsPercent": 50, "MaxIdleConnectionsPercent": 50}

        assert_holds(pool.idle_above_max, faulted(POOL, given))


class TestBounds:
    @pytest.mark.parametrize("seconds", [0, 28801, "30000", 1.5])
    def test_a_client_is_idle_for_one_second_to_eight_hours(self, seconds):
        [one] = violations(pool.bounds, faulted(f"{PROXY}/IdleClientTimeout", seconds))

        assert one.resource == PROXY
        assert one.sentence.endswith("and 1 to 28800 are allowed")

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("MaxConnectionsPercent", 0),
            ("MaxConnectionsPercent", 101),
            ("MaxIdleConnectionsPercent", -1),
            ("MaxIdleConnectionsPercent", "101"),
            ("ConnectionBorrowTimeout", 301),
        ],
    )
    def test_a_pool_is_within_its_ranges(self, key, value):
        [one] = violations(pool.bounds, faulted(f"{POOL}/{key}", value))

        assert one.resource == TARGETS
        assert one.sentence.startswith(f"{key} is {value}")

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{PROXY}/IdleClientTimeout", 28800),
            (f"{POOL}/MaxConnectionsPercent", "100"),
            (f"{POOL}/ConnectionBorrowTimeout", 0),
            (f"{POOL}/ConnectionBorrowTimeout", GIVEN),
            (f"{PROXY}/IdleClientTimeout", GIVEN),
            (POOL, GIVEN),
        ],
    )
    def test_what_is_within_them_or_given_is_accepted(self, path, value):
        assert_holds(pool.bounds, faulted(path, value))


class TestPinningFilters:
    FILTERS = f"{POOL}/SessionPinningFilters"

    def test_the_one_filter_of_mysql_is_accepted(self):
        assert_holds(pool.pinning_filters, BASE)
        assert_holds(pool.pinning_filters, faulted(self.FILTERS, ["EXCLUDE_VARIABLE_SETS"]))

    def test_any_other_filter_is_refused(self):
        [one] = violations(pool.pinning_filters, faulted(self.FILTERS, ["EXCLUDE_EVERYTHING"]))

        assert one.resource == TARGETS
        assert one.sentence == "unknown pinning filter 'EXCLUDE_EVERYTHING'"

    def test_a_filter_in_front_of_postgresql_is_refused(self):
        filters = {"SessionPinningFilters": ["EXCLUDE_VARIABLE_SETS"]}

        [one] = violations(
            pool.pinning_filters,
            faulted("Targets/ConnectionPoolConfigurationInfo", filters, POSTGRESQL),
        )

        assert one.resource == "Targets"
        assert one.sentence == "SessionPinningFilters are for MySQL, and Proxy is for POSTGRESQL"

    @pytest.mark.parametrize("filters", [[], [GIVEN], GIVEN])
    def test_filters_that_are_given_are_left_alone(self, filters):
        assert_holds(pool.pinning_filters, faulted(self.FILTERS, filters))

    def test_a_family_that_is_given_is_left_alone(self):
        changed = faulted(f"{PROXY}/EngineFamily", GIVEN)

        assert_holds(
            pool.pinning_filters, faulted(self.FILTERS, ["EXCLUDE_VARIABLE_SETS"], changed)
        )
