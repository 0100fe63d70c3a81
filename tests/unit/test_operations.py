"""Operations on a stack survive lag, throttling and lost answers, and nothing is left of others."""

from __future__ import annotations

import pytest
from unreliable import STACK_ID, Unreliable, refusal

from rdsproxy_templates.deploy import faults, operation
from rdsproxy_templates.deploy.root_stack import OVERTAKEN
from rdsproxy_templates.errors import DeploymentError

UPDATED = ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE")
DELETED = ("DELETE_IN_PROGRESS", "DELETE_COMPLETE")


def silent(*_):
    """A report that nobody reads."""


def requested(stack):
    """A change set, as `deploy` requests it."""
    return stack.change_set("{}", [], [])


def updated(monkeypatch, **conditions):
    """The API, and the status that the execution of a change set returns."""
    api = Unreliable("CREATE_COMPLETE", **conditions)
    api.outcomes["execute_change_set"] = UPDATED
    stack = api.patch(monkeypatch)
    return api, stack.execute(requested(stack), silent)


def first(name, kind, times=1):
    """A fault of the first calls of an operation; a refused call is not counted."""
    left = [kind] * times
    return lambda called, _: left.pop() if called == name and left else None


class TestLag:
    @pytest.mark.parametrize("lag", [0, 3, 60, 250])
    def test_the_old_status_is_not_taken_for_the_outcome(self, monkeypatch, lag):
        api, status = updated(monkeypatch, lag=lag)

        assert status == api.status == "UPDATE_COMPLETE"
        assert api.now >= lag + 2

    def test_a_failure_that_comes_late_is_one(self, monkeypatch):
        api = Unreliable("UPDATE_COMPLETE", lag=3)
        api.outcomes["execute_change_set"] = ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
        stack = api.patch(monkeypatch)

        assert stack.execute(requested(stack), silent) == "UPDATE_ROLLBACK_COMPLETE"

    def test_an_operation_of_somebody_else_is_not_ours(self, monkeypatch):
        api = Unreliable("UPDATE_COMPLETE", lag=30)
        api.outcomes["execute_change_set"] = UPDATED
        stack = api.patch(monkeypatch)
        change_set = requested(stack)
        seen = []

        def theirs(event):
            if event is None:
                return
            seen.append(event.status)
            if len(seen) == 1:
                assert event.status == "UPDATE_ROLLBACK_COMPLETE"

        api._planned.append((2, lambda: _becomes_theirs(api)))
        assert stack.execute(change_set, theirs) == "UPDATE_COMPLETE"
        assert seen == ["UPDATE_ROLLBACK_COMPLETE", *UPDATED]

    def test_a_deletion_after_a_failed_one_is_waited_for(self, monkeypatch):
        api = Unreliable("DELETE_FAILED", lag=40)
        api.outcomes["delete_stack"] = DELETED

        assert api.patch(monkeypatch).delete(silent) == "DELETE_COMPLETE"
        assert api.asked("delete_stack")[0]["StackName"] == STACK_ID

    def test_a_request_that_shows_no_sign_is_given_up(self, monkeypatch):
        api = Unreliable("CREATE_COMPLETE", lag=10_000)
        api.outcomes["execute_change_set"] = UPDATED
        stack = api.patch(monkeypatch)
        change_set = requested(stack)

        with pytest.raises(DeploymentError, match="shows no sign of it; look at the stack"):
            stack.execute(change_set, silent)
        assert operation.BEGINS_WITHIN <= api.now < 400

    def test_an_execution_that_ended_without_events_is_known_by_its_change_set(self, monkeypatch):
        api = Unreliable("CREATE_COMPLETE")
        api.outcomes["execute_change_set"] = ()
        stack = api.patch(monkeypatch)
        change_set = requested(stack)
        api._planned.append((5, lambda: api._change_set(change_set.id).update(
            ExecutionStatus="EXECUTE_COMPLETE"
        )))  # fmt: skip

        assert stack.execute(change_set, silent) == "CREATE_COMPLETE"
        assert api.now >= 5


def _becomes_theirs(api):
    api.token = "somebody"  # noqa: S105 - no secret
    api.becomes("UPDATE_ROLLBACK_COMPLETE")


class TestFaultsOfTheWatch:
    @pytest.mark.parametrize("kind", ["throttled", "down", "lost"])
    def test_a_minute_of_them_does_not_end_it(self, monkeypatch, kind):
        api = Unreliable("CREATE_COMPLETE")
        api.outcomes["execute_change_set"] = UPDATED
        stack = api.patch(monkeypatch)
        change_set = requested(stack)
        api.fault = lambda *_: kind if api.now < 60 else None
        reported = []

        assert stack.execute(change_set, reported.append) == "UPDATE_COMPLETE"
        assert 60 <= api.now < 100
        assert [one.status for one in reported if one and one.status in UPDATED] == [*UPDATED]

    def test_they_are_told_once(self, monkeypatch):
        api = Unreliable("CREATE_COMPLETE")
        api.outcomes["execute_change_set"] = UPDATED
        stack = api.patch(monkeypatch)
        change_set = requested(stack)
        api.fault = lambda name, _: "throttled" if 0.4 < api.now < 30 else None
        said = []
        stack.execute(change_set, said.append)

        told = [one.status for one in said if one]
        assert told.count("no answer yet, asking again") == 1

    def test_those_that_last_are_raised(self, monkeypatch):
        api = Unreliable("CREATE_COMPLETE")
        api.outcomes["execute_change_set"] = UPDATED
        stack = api.patch(monkeypatch)
        change_set = requested(stack)
        api.fault = lambda *_: "down" if api.now > 0 else None

        with pytest.raises(Exception, match="Service Unavailable"):
            stack.execute(change_set, silent)
        assert api.now >= faults.OUTLASTED

    def test_a_refusal_is_no_fault(self, monkeypatch):
        assert not faults.passes(refusal("ExpiredToken"))
        assert not faults.passes(refusal("AccessDenied", status=403))
        assert faults.passes(refusal("RequestLimitExceeded"))


class TestPages:
    def test_events_are_read_from_where_they_were_left(self, monkeypatch):
        api = Unreliable("CREATE_COMPLETE")
        for number in range(100):
            api.notes(f"Resource{number}", "CREATE_COMPLETE")
        api.outcomes["execute_change_set"] = UPDATED
        stack = api.patch(monkeypatch)
        change_set, before = requested(stack), api.names().count("page")
        polled = stack.execute(change_set, silent)

        assert polled == "UPDATE_COMPLETE"
        assert api.names().count("page") - before <= 14

    def test_many_events_between_two_polls_are_all_reported_in_order(self, monkeypatch):
        api = Unreliable("CREATE_COMPLETE")
        api.outcomes["execute_change_set"] = UPDATED
        stack = api.patch(monkeypatch)
        change_set = requested(stack)
        names = [f"Resource{number}" for number in range(15)]
        api._planned.append((1.2, lambda: [api.notes(one, "UPDATE_COMPLETE") for one in names]))
        told = []
        stack.execute(change_set, lambda event: told.append(event.path) if event else None)

        assert [one for one in told if one in names] == names


class TestLostAnswers:
    @pytest.mark.parametrize(
        "name", ["create_change_set", "execute_change_set", "describe_change_set"]
    )
    @pytest.mark.parametrize("kind", ["lost", "throttled", "down"])
    @pytest.mark.parametrize("times", [1, 5])
    def test_of_a_deployment_are_no_failure(self, monkeypatch, name, kind, times):
        api, status = updated(monkeypatch, lag=3, fault=first(name, kind, times))

        assert status == "UPDATE_COMPLETE"
        assert api.status == "UPDATE_COMPLETE"
        assert [one["ExecutionStatus"] for one in api.change_sets.values()] == [
            "EXECUTE_IN_PROGRESS"
        ]

    def test_of_a_creation_repeat_the_request_with_its_token(self, monkeypatch):
        api = Unreliable(fault=first("create_change_set", "down", 2))
        stack = api.patch(monkeypatch)
        made = requested(stack)

        assert made.creates_stack
        asked = [g for name, g in api.calls if name.startswith("create_change_set")]
        assert len(asked) == 3
        assert len({one["ClientToken"] for one in asked}) == 1

    @pytest.mark.parametrize("kind", ["lost", "throttled"])
    def test_of_a_deletion_are_no_failure(self, monkeypatch, kind):
        api = Unreliable("CREATE_COMPLETE", lag=3, fault=first("delete_stack", kind))
        api.outcomes["delete_stack"] = DELETED

        assert api.patch(monkeypatch).delete(silent) == "DELETE_COMPLETE"

    @pytest.mark.parametrize(
        ("name", "ends"),
        [("continue_update_rollback", "UPDATE_ROLLBACK_COMPLETE"), ("rollback_stack", "UPDATE_ROLLBACK_FAILED")],
    )  # fmt: skip
    def test_of_a_rollback_are_no_failure(self, monkeypatch, name, ends):
        api = Unreliable("UPDATE_ROLLBACK_FAILED", fault=first(name, "lost"))
        api.outcomes[name] = ("UPDATE_ROLLBACK_IN_PROGRESS", ends)
        stack = api.patch(monkeypatch)
        does = stack.continue_rollback if name.startswith("continue") else stack.roll_back

        assert does(silent) == ends

    def test_a_refused_request_is_not_repeated(self, monkeypatch):
        api = Unreliable("CREATE_COMPLETE")
        stack = api.patch(monkeypatch)
        monkeypatch.setattr(
            type(api), "_create_change_set", lambda *_, **__: (_ for _ in ()).throw(refusal("No"))
        )

        with pytest.raises(Exception, match="no"):
            requested(stack)
        assert api.names().count("create_change_set") == 1


class TestTwoDeployers:
    def test_the_second_is_told_to_look_again(self, monkeypatch):
        api = Unreliable("CREATE_COMPLETE")
        stack = api.patch(monkeypatch)
        change_set = requested(stack)
        api._change_set(change_set.id)["ExecutionStatus"] = "OBSOLETE"

        with pytest.raises(DeploymentError) as caught:
            stack.execute(change_set, silent)
        assert OVERTAKEN in str(caught.value)


class TestNothingIsLeft:
    def test_of_a_change_set_that_is_discarded(self, monkeypatch):
        api = Unreliable()
        stack = api.patch(monkeypatch)
        stack.discard(requested(stack))

        assert (api.change_sets, api.status) == ({}, "DELETE_COMPLETE")

    def test_but_a_stack_that_another_reviews(self, monkeypatch):
        api = Unreliable("REVIEW_IN_PROGRESS")
        stack = api.patch(monkeypatch)
        stack.discard(requested(stack))

        assert (api.change_sets, api.status) == ({}, "REVIEW_IN_PROGRESS")

    def test_and_one_for_which_another_has_a_change_set_meanwhile(self, monkeypatch):
        api = Unreliable()
        stack = api.patch(monkeypatch)
        ours, _ = requested(stack), requested(stack)
        stack.discard(ours)

        assert (len(api.change_sets), api.status) == (1, "REVIEW_IN_PROGRESS")

    @pytest.mark.parametrize("at", ["create_change_set", "describe_change_set"])
    def test_of_an_interrupted_request(self, monkeypatch, at):
        api = Unreliable()
        stack = api.patch(monkeypatch)
        answer = getattr(Unreliable, f"_{at}")
        interrupts = [KeyboardInterrupt]

        def interrupted(self, **given):
            found = answer(self, **given)
            if interrupts:
                raise interrupts.pop()
            return found

        monkeypatch.setattr(Unreliable, f"_{at}", interrupted)
        with pytest.raises(KeyboardInterrupt):
            requested(stack)
        assert (api.change_sets, api.status) == ({}, "DELETE_COMPLETE")
