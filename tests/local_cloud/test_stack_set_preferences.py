"""How many failures an operation on a stack set bears, and how many accounts it works on at once."""

from __future__ import annotations

import threading
import time

import pytest

from rdsproxy_local.stack_sets.instance import Instance, Place
from rdsproxy_local.stack_sets.operation import Operation, Result
from rdsproxy_local.stack_sets.preferences import Preferences
from rdsproxy_local.stack_sets.running import start

TEN, REGIONS = 10, ("eu-west-1", "us-east-1")


@pytest.mark.parametrize(
    ("given", "tolerance", "concurrent"),
    [
        ({}, 0, 1),
        ({"FailureToleranceCount": 3, "MaxConcurrentCount": 2}, 3, 2),
        ({"FailureToleranceCount": 3, "MaxConcurrentCount": 9}, 3, 4),
        ({"FailureTolerancePercentage": 25, "MaxConcurrentPercentage": 25}, 2, 2),
        ({"FailureTolerancePercentage": 9, "MaxConcurrentPercentage": 5}, 0, 1),
        ({"MaxConcurrentCount": 9, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}, 0, 9),
    ],
)
def test_numbers_and_percentages(given, tolerance, concurrent):
    preferences = Preferences.read(given, REGIONS)
    assert preferences.tolerance(TEN) == tolerance
    assert preferences.concurrent(TEN) == concurrent


def test_failures_lower_a_strict_concurrency():
    strict = Preferences({"FailureToleranceCount": 3, "MaxConcurrentCount": 9})
    assert [strict.concurrent(TEN, failed) for failed in range(4)] == [4, 3, 2, 1]
    soft = Preferences({**strict.given, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"})
    assert [soft.concurrent(TEN, failed) for failed in range(4)] == [9] * 4


class Work:
    """Work in some accounts, of which some fail; knows how many were worked on at once.

    Nothing ends before as many as are *together* have begun.
    """

    def __init__(self, failing=(), together=1):
        self._failing, self._turn, self._now = failing, threading.Lock(), 0
        self._begun = threading.Barrier(together, timeout=60)
        self.most = 0

    def __call__(self, result):
        with self._turn:
            self._now += 1
            self.most = max(self.most, self._now)
        self._begun.wait()
        time.sleep(0.01)
        result.becomes("FAILED" if result.instance.place.account in self._failing else "SUCCEEDED")
        with self._turn:
            self._now -= 1


def carried_out(work, preferences, accounts=6, regions=REGIONS):
    places = [Place(str(number), region) for region in regions for number in range(accounts)]
    results = {one: Result(Instance("fleet", one)) for one in places}
    operation = Operation("id", "fleet", "CREATE", Preferences(preferences), results)
    start(operation, work, lambda result, reason: result.becomes("CANCELLED", reason))
    assert operation.wait(60)
    return operation


def test_no_more_accounts_at_once_than_are_wanted():
    work = Work(together=3)
    soft = {"MaxConcurrentCount": 3, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}
    assert carried_out(work, soft).status == "SUCCEEDED"
    assert work.most == 3


def test_one_after_another_by_default():
    work = Work()
    carried_out(work, {})
    assert work.most == 1


def test_regions_in_parallel_have_a_tolerance_each():
    work = Work(failing={"0"})
    operation = carried_out(work, {"RegionConcurrencyType": "PARALLEL"}, accounts=2)
    assert operation.status == "FAILED"
    assert [one.status for one in operation.results.values()] == ["FAILED", "CANCELLED"] * 2


def test_a_region_that_fails_ends_those_after_it():
    operation = carried_out(Work(failing={"1"}), {}, accounts=3)
    statuses = [one.status for one in operation.results.values()]
    assert statuses == ["SUCCEEDED", "FAILED", *["CANCELLED"] * 4]
