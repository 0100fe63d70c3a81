"""Writing is complete or undone, whenever it is interrupted, and whatever was there before."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.rendering.folder import write
from rdsproxy_templates.rendering.transaction import STAGE, ensured, locked
from rdsproxy_templates.variants import base

OPERATIONS = [
    *((os, name) for name in ("mkdir", "replace", "unlink", "rmdir", "open")),
    (io, "open"),
]
YOURS = ("answers",)
NAMES = ["answers", "a", "b", "a/b", "a/c", "a/b/c", "d/e f"]


class Killed(BaseException):
    """The process is gone; nothing that it would still do is done."""


class Full(OSError):
    """A disk without any space left."""

    def __init__(self):
        super().__init__(28, "No space left on device")


@contextmanager
def failing(at, error, *, for_good=False):
    """The operation on files of this number fails, and with *for_good* all after it."""
    count = -1

    def guarded(operation):
        def tried(*arguments, **named):
            nonlocal count
            count += 1
            if count == at or (for_good and count > at):
                raise error()
            return operation(*arguments, **named)

        return tried

    with ExitStack() as patches:
        for module, name in OPERATIONS:
            patches.enter_context(patch.object(module, name, guarded(getattr(module, name))))
        yield lambda: count >= at


def tree(folder):
    """Everything in *folder*, and the folder itself, but not what is aside while writing."""
    paths = [folder, *folder.rglob("*")] if folder.exists() else []
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in paths
        if not any(part.startswith(STAGE) for part in path.relative_to(folder).parts)
    }


def written(*bundles, out):
    for bundle in bundles:
        write(out, bundle, YOURS)
    return tree(out)


def interruptions(before, after, error, *, for_good=False):
    """The folder as each operation in turn leaves it when it fails, and the one to be had."""
    with tempfile.TemporaryDirectory() as room:
        wanted = written(*before, after, out=Path(room, "wanted"))
        for number in range(1_000):
            out = Path(room, f"{number}")
            earlier = written(*before, out=out)
            try:
                with failing(number, error, for_good=for_good) as failed:
                    write(out, after, YOURS)
            except (ConfigError, KeyboardInterrupt, Killed):
                pass
            if not failed():
                assert tree(out) == wanted
                return
            yield out, earlier, wanted
            assert written(after, out=out) == wanted
            assert not list(out.glob(f"{STAGE}*"))
        raise AssertionError("it never ended")


def consistent(names):
    """A file is not at the same time a folder."""
    return not any(one != other and other.startswith(f"{one}/") for one in names for other in names)


bundles = st.dictionaries(
    st.sampled_from(NAMES), st.sampled_from([b"one", b"two"]), max_size=4
).filter(consistent)
histories = st.lists(bundles, max_size=2)


@given(histories, bundles)
def test_any_variant_follows_any_other(before, after):
    with tempfile.TemporaryDirectory() as room:
        found = written(*before, after, out=Path(room))

        assert {n: c for n, c in found.items() if c is not None and n != ".rendered"} == after


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(histories, bundles, st.sampled_from([Full, KeyboardInterrupt]))
def test_an_interruption_leaves_all_or_nothing(before, after, error):
    for out, earlier, wanted in interruptions(before, after, error):
        assert tree(out) in (earlier, wanted)


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(histories, bundles)
def test_after_a_kill_the_next_render_puts_it_right(before, after):
    for _ in interruptions(before, after, Killed, for_good=True):
        pass


CONFIGS = {
    "plain": {},
    "users": {"rds": {"users": [{"name": "app", "login": "iam"}]}, "function_user": "app"},
    "own code": {"sam": {"code_uri": "../src"}},
}


@pytest.fixture(scope="module")
def rendered():
    """Each configuration in each nesting, and one of them with the code beside it."""
    configs = [base.Config.parse(config, "") for config in CONFIGS.values()]
    return [
        *(render(base, c, nesting=n, code="../..") for c, n in product(configs, NESTINGS)),
        render(base, configs[0], nesting="flat"),
    ]


def test_every_render_follows_every_other(rendered, tmp_path):
    for number, (before, after) in enumerate(product(rendered, repeat=2)):
        out = tmp_path / f"{number}"
        before.write(out)
        after.write(out)

        assert {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} == {
            *after.files(),
            ".rendered",
        }
        assert not after.changes(out)


def test_an_interrupted_render_over_another_variant_is_all_or_nothing(rendered):
    nested, flat = rendered[0].files(), rendered[2].files()
    assert nested.keys() - flat.keys()
    for out, earlier, wanted in interruptions([nested], flat, KeyboardInterrupt):
        assert tree(out) in (earlier, wanted)


def test_two_renders_at_once_do_not_mix(tmp_path):
    write(tmp_path, {"a": b"one"})
    holding = (
        "import sys; from pathlib import Path; from rdsproxy_templates.rendering.transaction import *\n"
        "with locked(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        with pytest.raises(ConfigError, match="is being written by another render; wait for it"):
            write(tmp_path, {"a": b"two"})
        other.send_signal(signal.SIGKILL)

    assert write(tmp_path, {"a": b"two"})


def test_half_of_what_another_render_writes_is_not_taken_for_somebodys(tmp_path):
    (tmp_path / "a").write_bytes(b"one")  # its manifest was read a moment before
    busy = "is being written by another render; wait for it"
    with locked(tmp_path), pytest.raises(ConfigError, match=busy):
        write(tmp_path, {"a": b"two"})
    with pytest.raises(ConfigError, match="may be yours and will not be overwritten"):
        write(tmp_path, {"a": b"two"})


def test_a_folder_that_another_render_makes_at_once_is_not_taken_from_it(tmp_path, monkeypatch):
    folder, mkdir = tmp_path / "new", Path.mkdir

    def made_by_both(path, *arguments, **named):
        if path == folder:
            mkdir(path)
        return mkdir(path, *arguments, **named)

    monkeypatch.setattr(Path, "mkdir", made_by_both)
    with pytest.raises(ConfigError), ensured(folder):
        raise ConfigError([])
    assert folder.is_dir()
