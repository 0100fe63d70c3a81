"""One local cloud for each folder, found by others while it runs."""

from __future__ import annotations

import pytest

from rdsproxy_local.state import AlreadyRuns, DeployedStep, State, is_owned, sole_owner

STEP = DeployedStep(step="base", stack="rdsproxy-base", account="123456789012", region="eu-west-1")
STATE = State(plan="base", pid=1, endpoint="http://localhost:1", started="now", steps=(STEP,))


def test_what_one_writes_another_reads(tmp_path):
    STATE.write(tmp_path)

    assert State.read(tmp_path) == STATE
    assert STATE.is_ready


@pytest.mark.parametrize("text", ["", "{", "[]", '{"plan": "base"}', '{"steps": [{"strange": 1}]}'])
def test_a_state_that_cannot_be_read_is_none(tmp_path, text):
    (tmp_path / "state.json").write_text(text)

    assert State.read(tmp_path) is None


def test_a_folder_has_one_owner_at_a_time(tmp_path):
    assert not is_owned(tmp_path)
    with sole_owner(tmp_path):
        assert is_owned(tmp_path)
        with pytest.raises(AlreadyRuns), sole_owner(tmp_path):
            pass
        assert is_owned(tmp_path)
    assert not is_owned(tmp_path)


def test_an_owner_forgets_the_state_of_one_that_died_and_its_own(tmp_path):
    STATE.write(tmp_path)
    with sole_owner(tmp_path):
        assert State.read(tmp_path) is None
        STATE.write(tmp_path)
    assert State.read(tmp_path) is None


def test_git_ignores_the_folder(tmp_path):
    with sole_owner(tmp_path / "new"):
        assert (tmp_path / "new" / ".gitignore").read_text() == "*\n"
