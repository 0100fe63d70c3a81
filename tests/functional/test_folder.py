"""Writing a variant: completely or not at all, and never over foreign files."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from rdsproxy_templates import ConfigError
from rdsproxy_templates.rendering.folder import MANIFEST, compare, write

FILES = {"template.yaml": b"one", "cloudformation/rds.yaml": b"two"}


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_writes_every_file(tmp_path):
    changes = write(tmp_path / "base", FILES)

    assert tree(tmp_path / "base") == FILES
    assert changes.created == ("cloudformation/rds.yaml", "template.yaml")


def test_the_second_time_changes_nothing(tmp_path):
    write(tmp_path, FILES)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    assert not write(tmp_path, FILES)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_reports_changed_created_and_removed_files(tmp_path):
    write(tmp_path, FILES)
    after = {"template.yaml": b"other", "samconfig.toml": b"new"}

    changes = compare(tmp_path, after)
    assert changes.created == ("samconfig.toml",)
    assert changes.changed == ("template.yaml",)
    assert changes.removed == ("cloudformation/rds.yaml",)
    assert tree(tmp_path) == FILES


def test_files_no_longer_rendered_are_removed_with_their_folder(tmp_path):
    write(tmp_path, FILES)
    write(tmp_path, {"template.yaml": b"one"})

    assert tree(tmp_path) == {"template.yaml": b"one"}
    assert not (tmp_path / "cloudformation").exists()


def test_a_foreign_file_stays(tmp_path):
    (tmp_path / "cloudformation").mkdir()
    (tmp_path / "cloudformation" / "mine.yaml").write_bytes(b"mine")
    write(tmp_path, FILES)
    write(tmp_path, {"template.yaml": b"one"})

    assert tree(tmp_path) == {"template.yaml": b"one", "cloudformation/mine.yaml": b"mine"}


def test_a_foreign_file_is_not_overwritten(tmp_path):
    (tmp_path / "template.yaml").write_bytes(b"mine")

    with pytest.raises(ConfigError, match=r"\.rendered\] is missing, which lists .* template.yaml"):
        write(tmp_path, FILES)
    assert tree(tmp_path) == {"template.yaml": b"mine"}


def test_nor_is_one_beside_rendered_files(tmp_path):
    write(tmp_path, {"cloudformation/rds.yaml": b"two"})
    (tmp_path / "template.yaml").write_bytes(b"mine")

    with pytest.raises(ConfigError, match=r"template.yaml\] was not written by a render"):
        write(tmp_path, FILES)


def test_a_missing_manifest_is_one_sentence(tmp_path):
    write(tmp_path, FILES)
    (tmp_path / MANIFEST).unlink()

    with pytest.raises(ConfigError) as caught:
        write(tmp_path, dict.fromkeys(FILES, b"other"))
    [problem] = caught.value.problems
    assert problem.place == str(tmp_path / MANIFEST)
    assert "so template.yaml and 1 more may be yours" in problem.sentence
    assert tree(tmp_path) == FILES


class TestEdited:
    """Somebody has changed a file that is generated."""

    @pytest.fixture
    def folder(self, tmp_path):
        write(tmp_path, FILES)
        (tmp_path / "template.yaml").write_bytes(b"edited")
        return tmp_path

    def test_is_told_apart_from_stale(self, folder):
        changes = compare(folder, {"template.yaml": b"1", "cloudformation/rds.yaml": b"2"})

        assert changes.changed == ("cloudformation/rds.yaml", "template.yaml")
        assert changes.edited == ("template.yaml",)

    def test_is_overwritten_and_no_longer_edited(self, folder):
        assert write(folder, FILES).edited == ("template.yaml",)
        assert not compare(folder, FILES)

    def test_is_removed_where_it_is_no_longer_rendered(self, folder):
        changes = write(folder, {"cloudformation/rds.yaml": b"two"})

        assert changes.removed == changes.edited == ("template.yaml",)
        assert tree(folder) == {"cloudformation/rds.yaml": b"two"}

    def test_is_no_change_where_it_is_what_would_be_rendered(self, folder):
        assert not compare(folder, {**FILES, "template.yaml": b"edited"})

    def test_is_unknown_where_an_earlier_version_rendered(self, folder):
        (folder / MANIFEST).write_text("".join(f"{name}\n" for name in FILES))

        changes = compare(folder, FILES)
        assert (changes.changed, changes.edited) == (("template.yaml",), ())


class TestUserEditable:
    """`sam deploy --guided` writes its answers into samconfig.toml."""

    YOURS = {"samconfig.toml"}

    def test_is_written_and_rewritten_while_nobody_changes_it(self, tmp_path):
        write(tmp_path, {"samconfig.toml": b"one"}, self.YOURS)
        changes = write(tmp_path, {"samconfig.toml": b"two"}, self.YOURS)

        assert changes.changed == ("samconfig.toml",)
        assert tree(tmp_path) == {"samconfig.toml": b"two"}

    def test_is_left_as_it_is_once_somebody_has_changed_it(self, tmp_path):
        write(tmp_path, {"samconfig.toml": b"one"}, self.YOURS)
        (tmp_path / "samconfig.toml").write_bytes(b"answers")
        for content in (b"two", b"three"):
            assert not write(tmp_path, {"samconfig.toml": content}, self.YOURS)

        assert tree(tmp_path) == {"samconfig.toml": b"answers"}

    def test_is_left_as_it_is_if_it_existed_before(self, tmp_path):
        (tmp_path / "samconfig.toml").write_bytes(b"mine")
        write(tmp_path, {"samconfig.toml": b"one", "template.yaml": b"t"}, self.YOURS)

        assert tree(tmp_path) == {"samconfig.toml": b"mine", "template.yaml": b"t"}

    def test_is_written_again_once_it_is_deleted(self, tmp_path):
        write(tmp_path, {"samconfig.toml": b"one"}, self.YOURS)
        (tmp_path / "samconfig.toml").unlink()
        write(tmp_path, {"samconfig.toml": b"one"}, self.YOURS)

        assert tree(tmp_path) == {"samconfig.toml": b"one"}


def test_a_manifest_cannot_reach_outside_the_folder(tmp_path):
    (tmp_path / "precious").write_bytes(b"mine")
    folder = tmp_path / "base"
    write(folder, FILES)
    with (folder / MANIFEST).open("a") as manifest:
        manifest.write(f"../precious\n{tmp_path}/precious\n")
    write(folder, {"template.yaml": b"one"})

    assert (tmp_path / "precious").read_bytes() == b"mine"


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_write_that_fails_half_way_is_taken_back(tmp_path, monkeypatch, failing):
    write(tmp_path, FILES)
    calls, replace = [], Path.replace

    def breaks(self, target):
        calls.append(target)
        if len(calls) == failing + 1:
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", breaks)
    with pytest.raises(ConfigError, match="No space left on device; nothing was changed"):
        write(tmp_path, {"template.yaml": b"changed", "cloudformation/rds.yaml": b"2", "new": b"3"})

    assert tree(tmp_path) == FILES


@pytest.fixture
def ctrl_c():
    """Press Ctrl-C; it counts in the background too, where shells ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_an_interrupted_write_is_taken_back(tmp_path, monkeypatch, ctrl_c):
    write(tmp_path, FILES)
    monkeypatch.setattr(Path, "replace", lambda *_: ctrl_c())
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, {"template.yaml": b"changed"})

    assert tree(tmp_path) == FILES
    assert not list(tmp_path.glob(".rendering-*"))


class TestUnusable:
    def test_a_file_is_no_folder(self, tmp_path):
        (tmp_path / "base").write_bytes(b"a file")

        with pytest.raises(ConfigError, match="is a file; the output must be a folder"):
            write(tmp_path / "base", FILES)

    def test_nor_is_a_path_below_a_file(self, tmp_path):
        (tmp_path / "out").write_bytes(b"a file")

        with pytest.raises(ConfigError, match="out] is a file; the output must be a folder"):
            write(tmp_path / "out" / "base", FILES)

    def test_a_folder_that_cannot_be_written_is_refused(self):
        with pytest.raises(ConfigError, match=r"/proc.* cannot be written|is not writable"):
            write(Path("/proc/templates_out"), FILES)
