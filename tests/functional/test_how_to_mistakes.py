"""The tables of mistakes in `docs/how-to`: each sentence is one that a program prints."""

from __future__ import annotations

import re
import shutil
import textwrap

import pytest

WRONG = "\n## If it does not work\n"


def sentences(repository, page):
    """The sentences in the first column of a page's table."""
    table = (repository / "docs" / "how-to" / page).read_text("utf-8").partition(WRONG)[2]
    rows = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| ")]
    return [found[1] for row in rows if (found := re.search(r"`([^`]{20,})`", row))]


def files(repository, page):
    """The files of a page, by their names."""
    text = (repository / "docs" / "how-to" / page).read_text("utf-8")
    blocks = re.findall(r"^ *```\w+\n *# (\S+)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return {name: textwrap.dedent(f"   # {name}\n{body}") for name, body in blocks}


def test_a_user_and_a_file_that_are_missing_are_told_as_the_page_tells(repository, cli, tmp_path):
    user, file, _ = sentences(repository, "two-functions.md")
    for name, text in files(repository, "two-functions.md").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    settings = tmp_path / "service.yaml"
    right = settings.read_text()

    settings.write_text(right.replace("user: reports", "user: report"))
    assert f"error: {user}\n" in cli("base", "--config", "service.yaml").stderr
    settings.write_text(right)
    (tmp_path / "src" / "reports" / "app.py").rename(tmp_path / "src" / "reports" / "main.py")
    assert f"error: {file}\n" in cli("base", "--config", "service.yaml").stderr


def test_a_file_that_is_missing_in_another_language_is_told_so(repository, cli, tmp_path):
    file, _ = sentences(repository, "another-language.md")
    shutil.copytree(repository / "examples" / "two_functions", tmp_path, dirs_exist_ok=True)
    (tmp_path / "src" / "reports" / "app.js").unlink()

    assert f"error: {file}\n" in cli("base", "--config", "service.yaml").stderr


@pytest.fixture(scope="module")
def printed(repository):
    """What programs may print: their code, with an ellipsis for each value in a text."""
    code = [
        *(repository / "src" / "rdsproxy_templates" / "deploy" / "given").glob("*.py"),
        *(repository / "src" / "rdsproxy_templates" / "cli" / "local").glob("*.py"),
        *(repository / "src" / "rdsproxy_local" / "cloudformation").glob("*.py"),
        repository / "src" / "rdsproxy_local" / "servers" / "login_front.py",
        *(repository / "lambda" / "database_users").glob("*.py"),
        repository / "examples" / "cdk" / "family.js",
    ]
    text = "\n".join(file.read_text("utf-8") for file in code)
    return re.sub(r"\$?\{[^{}\n]*\}", "…", re.sub(r'"\s+f?"', "", text))


@pytest.mark.parametrize(
    ("page", "values"),
    [
        ("existing-database.md", ["aurora-mysql", "POSTGRESQL", "CLUSTER", "app", "sg-…"]),
        ("existing-vpc.md", ["eu-west-1a", "vpc-…", "vpce-…"]),
        ("terraform-and-cdk.md", ["template.yaml", "CAPABILITY_AUTO_EXPAND", "VPCId"]),
    ],
)
def test_what_an_account_refuses_is_told_as_the_page_tells(repository, printed, page, values):
    told = sentences(repository, page)

    assert len(told) >= 3
    for sentence in told:
        text = re.sub(r"^\[[^\]]+\] ", "", sentence)
        for value in sorted(values, key=len, reverse=True):
            text = re.sub(rf"(?<![\w.]){re.escape(value)}(?!\w)", "…", text)
        pieces = [piece for piece in text.split("…") if len(piece) > 8]
        assert pieces, sentence
        assert [piece for piece in pieces if piece.strip("/ ") not in printed] == [], sentence
