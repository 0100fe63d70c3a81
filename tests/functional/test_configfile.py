"""A configuration file says what it seems to say, or where and why it cannot be read."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError
from rdsproxy_templates.model.settings_file import read
from rdsproxy_templates.variants import base


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my.yaml"

    def written(text):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


def refusal(path):
    """The message about the settings of `base` at *path*."""
    with pytest.raises(ConfigError) as caught:
        read(path).parse(base.Config)
    return str(caught.value)


def test_reads_yaml(file):
    assert read(file("rds:\n  max_capacity: 4\n")).settings == {"rds": {"max_capacity": 4}}


def test_an_empty_file_has_the_defaults(file):
    assert read(file("# nothing yet\n")).parse(base.Config) == base.Config()


def test_a_byte_order_mark_is_no_part_of_the_first_setting(file):
    assert read(file(b"\xef\xbb\xbfrds: {}\n")).settings == {"rds": {}}


def test_grants_on_a_table_are_written_as_documented(file):
    user = "{name: app, login: iam, grants: [{privileges: [SELECT], on: orders}]}"
    config = read(file(f"rds: {{users: [{user}]}}\n")).parse(base.Config)

    assert config.rds.users[0].grants[0].on == "orders"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rds: [1, 2\nsam: 3\n", "my.yaml:2:4] is not YAML: "),
        ("rds:\n\tsam: 3\n", "my.yaml:2:1] is not YAML: a tab cannot indent; use spaces"),
        ("rds: {}\nsam: {}\nrds: {}\n", "my.yaml:3:1] 'rds' is given twice"),
        ("rds: !!python/name:os.system ''\n", "my.yaml:1:6] has the tag !!python/name:os.system"),
        ("{1: 2}", 'my.yaml:1:2] must have text as a key, got 1; write "1"'),
        ("rds: {}\n---\nsam: {}\n", "my.yaml:2:1] begins a second document; a file holds one"),
        ("\n".join(" " * n + "a:" for n in range(250)), "my.yaml:33:33] is nested more than 32"),
    ],
)
def test_unreadable_parts_are_located(file, text, sentence):
    assert sentence in refusal(file(text))


class TestWrongSettings:
    """A setting that was read and is wrong is shown as it was written, with line and column."""

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            (
                "rds:\n  engine_version: 17.10\n",
                "2:3: rds.engine_version] must be text, got 17.10; ",
            ),
            ("rds:\n  engine_version: 8\n", 'got 8; put it in quotes: "8"'),
            ("rds:\n  deletion_protection: yes\n", "must be true or false, got 'yes'"),
            ("rds:\n  min_capacity: 010\n", "rds.min_capacity] must be a number, got '010'"),
            ("sam: {}\nrds:\n", "2:1: rds] must be a mapping of settings, got null; leave it out"),
            ("on: 1\n", "my.yaml:1:1: on] is not a setting"),
            ("rds: {max_capacity: .inf}\n", "must be at most 256.0, got .inf"),
        ],
    )
    def test_by_itself(self, file, text, sentence):
        assert sentence in refusal(file(text))

    def test_all_at_once_each_in_its_place(self, file):
        said = refusal(file("databse: {}\nrds:\n  min_capacity: 8\n  max_capacity: 4\n"))

        assert "my.yaml:1:1: databse] is not a setting" in said
        assert "my.yaml:3:3: rds.min_capacity] must be at most max_capacity (4" in said

    def test_in_a_list_at_its_entry(self, file):
        said = refusal(file("rds:\n  users:\n    - name: app\n      login: iam\n      grant: []\n"))

        assert "my.yaml:5:7: rds.users.0.grant] is not a setting (did you mean grants?)" in said

    def test_where_an_alias_stands(self, file):
        said = refusal(file("sam: &it {timeot: 3}\nrds: *it\n"))

        assert "my.yaml:1:11: sam.timeot] " in said
        assert "my.yaml:2:1: rds.timeot] " in said

    def test_a_long_value_is_cut(self, file):
        said = refusal(file(f"rds: [{', '.join(map(str, range(9999)))}]\n"))

        assert len(said) < 400


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none.yaml\] cannot be read: No such file"):
        read(tmp_path / "none.yaml")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read(tmp_path)


@pytest.mark.parametrize(("content", "byte"), [(b"name: \xff\xfe", 6), (b"\xff\xfea\x00", 0)])
def test_only_utf8_is_read(file, content, byte):
    with pytest.raises(ConfigError, match=f"must be UTF-8 text; byte {byte} is not"):
        read(file(content))
