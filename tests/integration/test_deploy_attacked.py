"""`deploy` and `destroy` are killed, interrupted, throttled and overtaken, and go on.

Nothing is left in the account of what nobody decided, the same command resumes, and every awkward
state is left behind.
"""

from __future__ import annotations

import itertools
import json
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from attacking import Attacked

from made_up_stacks import Stacks, group
from rdsproxy_local.faults import faults
from rdsproxy_local.local_cloud import LocalCloud
from rdsproxy_local.servers.loopback import wait_for
from rdsproxy_templates.deploy.ownership import TAG

pytestmark = pytest.mark.xdist_group("deploy-attacked")

GROUP = "AWS::Logs::LogGroup"
GENTLE = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
NUMBERS = itertools.count()
OURS = [{"Key": TAG, "Value": "mine"}]


@pytest.fixture(scope="module")
def own_cloud():
    """A local cloud of these tests, which make it slow."""
    with LocalCloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def attacked(own_cloud, tmp_path_factory):
    return Attacked.prepared(tmp_path_factory.mktemp("attacked"), own_cloud.account("444444444480"))


@pytest.fixture(scope="module")
def stacks(attacked):
    return Stacks(attacked.account)


@pytest.fixture
def prefix():
    return f"shop{next(NUMBERS)}"


@pytest.fixture
def with_faults(own_cloud):
    return lambda **wanted: faults(own_cloud.endpoint, **wanted)


def resumes(attacked, prefix):
    """The same command brings everything to its end."""
    again = attacked.does("deploy", prefix)
    assert again.status == 0, again.errors
    assert attacked.status(prefix) in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert attacked.change_sets(prefix) == []


class TestWhileSamRuns:
    @pytest.mark.parametrize("number", [*GENTLE, signal.SIGKILL])
    def test_it_ends_and_nothing_was_begun(self, attacked, prefix, number):
        attacked.slow.touch()
        try:
            with attacked.running("deploy", prefix, "--no-cache") as running:
                running.wait_until(attacked.sam_lives)
                running.end(number)
                wait_for(lambda: not attacked.sam_lives())
                assert not attacked.sam_lives()
        finally:
            attacked.slow.unlink()
        assert attacked.status(prefix) is None
        resumes(attacked, prefix)


class TestWhileAChangeSetIsMade:
    @pytest.mark.parametrize("number", GENTLE)
    def test_it_is_discarded_with_its_stack(self, attacked, prefix, with_faults, number):
        with with_faults(change_set_lag=4), attacked.running("deploy", prefix) as running:
            running.wait_until(lambda: attacked.status(prefix) == "REVIEW_IN_PROGRESS")
            assert running.end(number) == 130
        assert attacked.status(prefix) is None
        resumes(attacked, prefix)

    def test_after_kill_the_same_command_resumes(self, attacked, prefix, with_faults):
        with with_faults(change_set_lag=4), attacked.running("deploy", prefix) as running:
            running.wait_until(lambda: attacked.status(prefix) == "REVIEW_IN_PROGRESS")
            running.end(signal.SIGKILL)
        resumes(attacked, prefix)


class TestAtTheQuestion:
    QUESTION = "Execute this change set in account 444444444480, eu-west-1? [y/N]"

    @pytest.mark.parametrize("number", GENTLE)
    def test_a_signal_leaves_nothing(self, attacked, prefix, number):
        with attacked.running("deploy", prefix, asked=True) as running:
            running.wait_until(lambda: self.QUESTION in running.said)
            assert len(attacked.change_sets(prefix)) == 1
            assert running.end(number) == 130
        assert attacked.status(prefix) is None

    def test_no_leaves_nothing(self, attacked, prefix):
        with attacked.running("deploy", prefix, asked=True) as running:
            running.wait_until(lambda: self.QUESTION in running.said)
            running.answer("n")
            assert running.end() == 1
            assert "[mine] was not deployed" in running.said
        assert attacked.status(prefix) is None

    def test_of_an_update_leaves_the_stack_as_it_was(self, attacked, prefix):
        assert attacked.does("deploy", prefix).status == 0
        (attacked.planner.folder / "more.yaml").write_text("days: 14")
        words = ("--config", "more.yaml")
        with attacked.running("deploy", prefix, *words, asked=True) as running:
            running.wait_until(lambda: self.QUESTION in running.said)
            running.end(signal.SIGTERM)
        assert attacked.status(prefix) == "CREATE_COMPLETE"
        assert attacked.change_sets(prefix) == []

    def test_where_nobody_can_answer_nothing_is_built(self, attacked, prefix):
        said = attacked.planner.run(*attacked.words("deploy", prefix))

        assert said.status == 1
        assert "[--yes] must be given where nobody can be asked; nothing was built" in said.errors
        assert attacked.status(prefix) is None

    @pytest.mark.parametrize("answer", ["n", None])
    def test_of_a_deletion_leaves_the_stack(self, attacked, prefix, answer):
        assert attacked.does("deploy", prefix).status == 0
        with attacked.running("destroy", prefix, asked=True) as running:
            asked = f"Delete {prefix}-mine in account 444444444480, eu-west-1? [y/N]"
            running.wait_until(lambda: asked in running.said)
            if answer:
                running.answer(answer)
            running.end(None if answer else signal.SIGTERM)
        assert attacked.account.stack(f"{prefix}-mine")["EnableTerminationProtection"]
        assert attacked.status(prefix) == "CREATE_COMPLETE"


class TestWhileCloudFormationWorks:
    @pytest.mark.parametrize("number", [*GENTLE, signal.SIGKILL])
    def test_it_goes_on_and_the_same_command_resumes(self, attacked, prefix, with_faults, number):
        with with_faults(delays={GROUP: 2}, lag=1):
            with attacked.running("deploy", prefix) as running:
                running.wait_until(lambda: attacked.status(prefix) == "CREATE_IN_PROGRESS")
                running.end(number)
                if number != signal.SIGKILL:
                    assert "what CloudFormation has begun goes on" in running.said
            resumes(attacked, prefix)

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
    def test_a_deletion_does_so_too(self, attacked, prefix, with_faults, number):
        assert attacked.does("deploy", prefix).status == 0
        with with_faults(delays={GROUP: 1}):
            with attacked.running("destroy", prefix) as running:
                running.wait_until(lambda: attacked.status(prefix) == "DELETE_IN_PROGRESS")
                running.end(number)
            said = attacked.does("destroy", prefix)
        assert said.status in {0, 5}, said.errors
        assert attacked.status(prefix) is None


class TestLag:
    def test_nothing_is_said_to_be_deployed_before_it_is(self, attacked, prefix, with_faults):
        with with_faults(lag=3, delays={GROUP: 0.5}, page=2, seed=1, parallel=3):
            said = attacked.does("deploy", prefix)
            (attacked.planner.folder / "most.yaml").write_text("days: 30")
            changed = attacked.does("deploy", prefix, "--config", "most.yaml")
            assert (said.status, changed.status) == (0, 0)
            assert attacked.status(prefix) == "UPDATE_COMPLETE"
            assert changed.output.count("UPDATE_COMPLETE ") == 4
            assert attacked.does("destroy", prefix).status == 0
            assert attacked.status(prefix) is None


class TestLostAnswers:
    @pytest.mark.parametrize(
        "operation",
        ["CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DescribeStackEvents"],
    )
    @pytest.mark.parametrize("kind", ["lost", "error", "throttled"])
    def test_of_a_deployment_are_no_failure(self, attacked, prefix, with_faults, operation, kind):
        with with_faults(calls=[{"kind": kind, "operations": [operation], "times": 3}]):
            said = attacked.does("deploy", prefix)
        assert said.status == 0, said.errors
        assert attacked.status(prefix) == "CREATE_COMPLETE"
        assert attacked.change_sets(prefix) == []

    @pytest.mark.parametrize("kind", ["lost", "throttled"])
    def test_of_a_deletion_are_no_failure(self, attacked, prefix, with_faults, kind):
        assert attacked.does("deploy", prefix).status == 0
        with with_faults(calls=[{"kind": kind, "operations": ["DeleteStack"], "times": 3}]):
            said = attacked.does("destroy", prefix)
        assert said.status == 0, said.errors
        assert attacked.status(prefix) is None

    def test_a_third_of_all_calls_may_be_throttled(self, attacked, prefix, with_faults):
        with with_faults(calls=[{"kind": "throttled", "share": 0.3}], seed=1, lag=1):
            said = attacked.does("deploy", prefix)
        assert said.status == 0, said.errors


class TestTwoDeployers:
    def test_at_once_neither_loses_anything(self, attacked, prefix, with_faults):
        with with_faults(lag=1, delays={GROUP: 0.5}), ThreadPoolExecutor(2) as pool:
            both = [pool.submit(attacked.does, "deploy", prefix) for _ in range(2)]
            ends = [one.result() for one in both]
        for said in ends:
            if said.status:
                # Of the folder, of the stack's change set, or of the stack itself.
                assert "another" in said.errors or "somebody else" in said.errors, said.errors
        assert 0 in {said.status for said in ends}
        resumes(attacked, prefix)


def rolled_back(stacks, name):
    stacks.create(name, {"Log": group(RetentionInDays=15)}, Tags=OURS)


def not_rolled_back(stacks, name):
    stacks.create(name, {"Log": group(RetentionInDays=15)}, Tags=OURS, OnFailure="DO_NOTHING")


def in_review(stacks, name):
    stacks.api.create_change_set(
        StackName=name,
        ChangeSetName="rdsproxy-templates-1",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": {"Log": group()}}),
    )


def update_failed(stacks, name):
    """An update that fails, and whose way back fails too."""
    stacks.create(name, {"Log": group(), "Other": group()}, Tags=OURS)
    changed = {
        "Log": group(RetentionInDays=7),
        "Bad": {**group(RetentionInDays=15), "DependsOn": "Log"},
    }
    failing = [{"resource": "Log", "action": "rollback", "times": 1, "message": "not now"}]
    with faults(stacks.account.endpoint, failing=failing):
        stacks.update(name, changed)


def half_deleted(stacks, name):
    stacks.create(name, {"Log": group(), "Other": group()}, Tags=OURS)
    with faults(stacks.account.endpoint, failing=[{"resource": "Log", "action": "delete"}]):
        stacks.delete(name)


AWKWARD = {
    "ROLLBACK_COMPLETE": rolled_back,
    "CREATE_FAILED": not_rolled_back,
    "REVIEW_IN_PROGRESS": in_review,
    "UPDATE_ROLLBACK_FAILED": update_failed,
    "DELETE_FAILED": half_deleted,
}


@pytest.fixture(params=AWKWARD)
def awkward(request, stacks, attacked, prefix):
    """The prefix of a stack in a status."""
    AWKWARD[request.param](stacks, f"{prefix}-mine")
    assert attacked.status(prefix) == request.param
    return prefix, request.param


class TestAwkwardStates:
    def test_deploy_goes_on_or_says_how(self, attacked, awkward):
        prefix, status = awkward
        said = attacked.does("deploy", prefix)
        assert (said.status == 0) is (status != "DELETE_FAILED"), said.errors
        if said.status:
            assert f"[mine] is {status}, and some of its resources remain" in said.errors
            assert attacked.does("destroy", prefix).status == 0
        resumes(attacked, prefix)

    def test_destroy_deletes(self, attacked, awkward):
        prefix, _ = awkward
        said = attacked.does("destroy", prefix)

        assert said.status == 0, said.errors
        assert attacked.status(prefix) is None


class TestFailedCreation:
    """It failed with rollback turned off, so that what is there stays."""

    def test_is_completed_with_what_is_there(self, attacked, stacks, prefix, with_faults):
        with with_faults(failing=[{"resource": "Log2"}]):
            failed = attacked.does("deploy", prefix, "--keep-on-failure")
            assert (failed.status, attacked.status(prefix)) == (1, "CREATE_FAILED")
            kept = attacked.account.resources(f"{prefix}-mine")["Log0"]
            again = attacked.does("deploy", prefix)
        # An update failed, but a rollback would delete everything.
        assert (again.status, attacked.status(prefix)) == (1, "UPDATE_FAILED")
        said = attacked.does("deploy", prefix)
        assert said.status == 0, said.errors
        assert "UPDATE_FAILED: completing the creation; if that fails" in said.output
        assert attacked.account.resources(f"{prefix}-mine")["Log0"] == kept

    def test_a_plan_completes_it_too(self, attacked, stacks, prefix, with_faults, tmp_path):
        with with_faults(failing=[{"resource": "Log2"}]):
            attacked.does("deploy", prefix, "--keep-on-failure")
        plan = str(tmp_path / "plan.json")
        made = attacked.planner.run(*attacked.words("deploy", prefix, "--plan", plan))
        assert made.status == 4, made.errors
        words = attacked.words("deploy", prefix, "--from", plan, "--yes")
        del words[words.index("--bucket") : words.index("--bucket") + 2]
        done = attacked.planner.run(*words)
        assert (done.status, attacked.status(prefix)) == (0, "UPDATE_COMPLETE"), done.errors


class TestNoWait:
    def test_it_ends_at_once_and_the_same_command_follows(self, attacked, prefix, with_faults):
        with with_faults(delays={GROUP: 2}):
            begun = attacked.does("deploy", prefix, "--no-wait", "--format", "json")
            assert begun.status == 0, begun.errors
            assert attacked.status(prefix) == "CREATE_IN_PROGRESS"
            lines = [json.loads(line) for line in begun.output.splitlines()]
            [one] = [line for line in lines if line["type"] == "begun"]
            assert (one["step"], one["stack"]) == ("mine", f"{prefix}-mine")
            followed = attacked.does("deploy", prefix, "--no-wait")
        assert followed.status == 0, followed.errors
        assert f"CREATE_COMPLETE                      {prefix}-mine" in followed.output
        assert "nothing to change" in followed.output
        assert attacked.status(prefix) == "CREATE_COMPLETE"

    def test_a_deletion_goes_on_and_the_same_command_follows_it(
        self, attacked, prefix, with_faults
    ):
        attacked.does("deploy", prefix)
        with with_faults(delays={GROUP: 2}):
            begun = attacked.does("destroy", prefix, "--no-wait", "--format", "json")
            assert begun.status == 0, begun.errors
            lines = [json.loads(line) for line in begun.output.splitlines()]
            [one] = [line for line in lines if line["type"] == "begun"]
            assert (one["operation"], one["step"]) == ("deletion", "mine")
            assert lines[-1] == {"type": "message", "text": "mine is being deleted"}
            shown = attacked.api.describe_stacks(StackName=one["stack_id"])["Stacks"][0]
            assert shown["StackStatus"] == "DELETE_IN_PROGRESS"
            followed = attacked.does("destroy", prefix)
        assert followed.status == 0, followed.errors
        assert f"DELETE_COMPLETE                      {prefix}-mine" in followed.output
        assert "mine is deleted" in followed.output
        again = attacked.does("destroy", prefix, "--no-wait")
        assert again.status == 5
        assert "no such stack here" in again.errors


class TestFailedRollback:
    def test_is_continued_without_what_is_skipped(self, attacked, stacks, prefix):
        update_failed(stacks, f"{prefix}-mine")
        failing = [{"resource": "Log", "action": "rollback"}]
        with faults(stacks.account.endpoint, failing=failing):
            once = attacked.does("deploy", prefix)
            assert once.status == 1
            assert "skip a resource by `--skip-resource PATH`" in once.errors
            skipping = attacked.does("deploy", prefix, "--skip-resource", "Log")
        assert skipping.status == 0, skipping.errors
        assert "could not be rolled back: Log: not now" in once.output
        assert attacked.status(prefix) == "UPDATE_COMPLETE"

    def test_is_continued_without_anything_that_failed(self, attacked, stacks, prefix):
        update_failed(stacks, f"{prefix}-mine")
        with faults(stacks.account.endpoint, failing=[{"resource": "Log", "action": "rollback"}]):
            skipping = attacked.does("deploy", prefix, "--skip-resource", "*")
        assert skipping.status == 0, skipping.errors
        assert attacked.status(prefix) == "UPDATE_COMPLETE"


class TestRetained:
    def test_what_cannot_be_deleted_stays_in_the_account(self, attacked, stacks, prefix):
        half_deleted(stacks, f"{prefix}-mine")
        kept = attacked.account.resources(f"{prefix}-mine")["Log"]
        with faults(stacks.account.endpoint, failing=[{"resource": "Log", "action": "delete"}]):
            refused = attacked.does("destroy", prefix)
            assert "name it by `destroy --retain PATH`" in refused.errors
            said = attacked.does("destroy", prefix, "--retain", "Log")
        assert said.status == 0, said.errors
        assert attacked.status(prefix) is None
        logs = attacked.account.client("logs")
        assert logs.describe_log_groups(logGroupNamePrefix=kept)["logGroups"]
        logs.delete_log_group(logGroupName=kept)
