"""A configuration file that cannot be read says where and why."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError
from rdsproxy_templates.configfile import read


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "my.yaml"

    def written(text):
        path.write_text(text, "utf-8")
        return path

    return written


def test_reads_yaml(file):
    assert read(file("rds:\n  max_capacity: 4\n")) == {"rds": {"max_capacity": 4}}


def test_an_empty_file_says_nothing(file):
    assert read(file("# nothing yet\n")) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rds: [1, 2\nsam: 3\n", "my.yaml:2:4] is not YAML: "),
        ("rds:\n\tsam: 3\n", "my.yaml:2:1] is not YAML: found character"),
        ("rds: {}\nsam: {}\nrds: {}\n", "my.yaml:3:1] is not YAML: 'rds' is given twice"),
        ("rds: !!python/name:os.system ''\n", "my.yaml:1:6] is not YAML: could not determine"),
    ],
)
def test_what_is_no_yaml_is_located(file, text, sentence):
    with pytest.raises(ConfigError) as caught:
        read(file(text))

    assert sentence in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none.yaml\] cannot be read: No such file"):
        read(tmp_path / "none.yaml")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_text_is_utf8(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_bytes(b"name: \xff\xfe")

    with pytest.raises(ConfigError, match="must be UTF-8 text; byte 6 is not"):
        read(path)
