"""Generated parts of the documents match the code."""

from __future__ import annotations

import re
import runpy
from collections import Counter

from rdsproxy_templates.deploy.states import DEPLOYS, STATES, destroys
from rdsproxy_templates.variants import VARIANTS


def test_generated_documents_are_current(repository):
    generated = runpy.run_path(str(repository / "tools" / "docs.py"))["generated"]()

    for path, text in generated.items():
        assert path.read_text("utf-8") == text, f"{path.name} is behind; run `make docs`"


def test_every_state_of_a_stack_has_a_next_action(repository):
    text = (repository / "docs" / "deploying.md").read_text("utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*) \| (.*) \| (.*) \|$", text, re.MULTILINE)

    assert rows == [
        (status, state.event, DEPLOYS[state.way], destroys(status))
        for status, state in STATES.items()
    ]


def by_design(repository):
    """The rows of the table in docs/by-design.md: what, rules, where, why, what changes it."""
    text = (repository / "docs" / "by-design.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows[2:]]


def test_every_remedy_for_a_scanners_finding_is_a_setting(repository):
    reference = (repository / "docs" / "reference.md").read_text("utf-8")
    named = {
        setting
        for row in by_design(repository)
        for setting in re.findall(r"`([a-z]+\.[a-z_]+)`", row[-1])
    }

    assert "rds.multi_az" in named
    assert [setting for setting in sorted(named) if f'id="{setting}"' not in reference] == []


def test_every_finding_that_stays_has_a_rule_and_a_reason(repository):
    for row in by_design(repository):
        assert len(row) == 5, row
        assert all(row), row
        assert "`" in row[1], row


def pages(repository):
    """Every document of the repository that a person reads."""
    docs = repository / "docs"
    folders = (docs, docs / "how-to", *(repository / "examples").iterdir())
    return [
        repository / "README.md",
        repository / "CONTRIBUTING.md",
        *(page for folder in folders for page in folder.glob("*.md")),
    ]


def links(page):
    """The files and folders that a document links to."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    return [page.parent / target for target in targets]


def test_every_link_leads_to_something(repository):
    assert [
        (page.name, target.name)
        for page in pages(repository)
        for target in links(page)
        if not target.exists()
    ] == []


def anchors(page):
    """The anchors of a document: those of its headings, as GitHub makes them, and its own."""
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = [re.sub(r"<[^>]+>|[^\w\- ]", "", heading).lower() for heading in headings]
    return {*(heading.replace(" ", "-") for heading in plain), *re.findall(r'id="([^"]+)"', text)}


def test_every_anchor_is_there(repository):
    known = {page.resolve(): anchors(page) for page in pages(repository)}

    assert [
        (page.name, target, anchor)
        for page in pages(repository)
        for target, anchor in re.findall(
            r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text("utf-8")
        )
        if anchor not in known.get((page.parent / target).resolve() if target else page, {anchor})
    ] == []


def test_no_anchor_is_there_twice(repository):
    for page in pages(repository):
        named = re.findall(r'<a id="([^"]+)"', page.read_text("utf-8"))

        assert [name for name, times in Counter(named).items() if times > 1] == [], page.name


def test_the_reference_lists_the_settings_that_a_variant_has(repository):
    page = (repository / "docs" / "reference.md").read_text("utf-8")
    listed = re.findall(r"^### (\w+)\n\n.+?\n\nSettings: (.+?)\.$", page, re.MULTILINE | re.DOTALL)

    assert {
        variant: [name.removesuffix("[]") for name in re.findall(r"\[`([^`]+)`\]", settings)]
        for variant, settings in listed
    } == {name: [*module.Config.model_fields] for name, module in VARIANTS.items()}


def test_the_readme_names_every_page_and_every_example(repository):
    named = {target.resolve() for target in links(repository / "README.md")}
    documented = {*(repository / "docs").rglob("*.md"), *(repository / "examples").iterdir()}

    assert sorted(page.name for page in documented - named) == []


def shown(repository, language):
    """The blocks of a language in README.md."""
    text = (repository / "README.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_readme_begins_with_a_service_and_what_its_mistakes_look_like(
    repository, cli, tmp_path, monkeypatch
):
    settings = shown(repository, "yaml")[0]
    sentence = next(one for one in shown(repository, "console") if one.startswith("error: "))
    code = tmp_path / "src" / "orders" / "app.py"
    code.parent.mkdir(parents=True)
    code.write_text("def handler(event, context): ...\n")
    monkeypatch.chdir(tmp_path)

    def rendered(text):
        (tmp_path / "service.yaml").write_text(text)
        return cli("base", "--config", "service.yaml", "--no-lint")

    right, wrong = rendered(settings), rendered(settings.replace("user: app", "user: ap"))

    assert (right.exit_code, right.stderr) == (0, "render …\nvalidate …\n")
    assert wrong.exit_code == 2
    assert sentence in wrong.stderr
