"""The fleets of the documents and of `examples/fleet`: they parse, render and fit their schema."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from rdsproxy_templates.cli import command
from rdsproxy_templates.cli.fleet.rendering import rendered_fleet
from rdsproxy_templates.errors import ConfigError
from rdsproxy_templates.fleet.fleet_settings import FleetSettings
from rdsproxy_templates.fleet.parameter_rows import read_rows
from rdsproxy_templates.fleet.place import Place
from rdsproxy_templates.fleet.preparation import possible_rows
from rdsproxy_templates.model.settings_file import read


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    group = command(out=tmp_path_factory.mktemp("out"))
    said = CliRunner().invoke(group, ["schema", "--fleet"])
    found: Mapping[str, Any] = json.loads(said.output)
    return found


@pytest.fixture
def example(repository: Path, tmp_path: Path) -> Path:
    """A copy of the example."""
    return Path(shutil.copytree(repository / "examples" / "fleet", tmp_path / "fleet"))


def documented(repository: Path) -> str:
    """The fleet.yaml of docs/fleet.md."""
    text = (repository / "docs" / "fleet.md").read_text("utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0]


def test_the_documented_fleet_parses(repository: Path, tmp_path: Path) -> None:
    file = tmp_path / "fleet.yaml"
    file.write_text(documented(repository))
    settings = read(file).parse(FleetSettings)
    assert [wave.name for wave in settings.targets.waves] == ["canary", "rest"]
    assert settings.targets.waves[1].except_ == ("111111111111",)


def test_the_schema_takes_every_fleet_that_is_written_down(
    repository: Path, example: Path, schema: Mapping[str, Any]
) -> None:
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for text in (documented(repository), (example / "fleet.yaml").read_text()):
        assert [*validator.iter_errors(yaml.safe_load(text))] == []
    assert [*validator.iter_errors({"variant": "base"})]


def test_the_example_renders_one_template_with_a_value_for_every_place(example: Path) -> None:
    file = read(example / "fleet.yaml")
    rendered, _ = rendered_fleet(file.parse(FleetSettings), file)
    assert rendered.resource_types == {"AWS::Logs::LogGroup"}
    assert not rendered.is_nested
    assert (example / ".fleet" / "journal" / "template.yaml").is_file()
    rows = read_rows(example / "parameters.csv")
    places = [Place("111111111111", "eu-west-1"), Place("222222222222", "us-east-1")]
    declared = rendered.root.parameters
    assert [*rows.problems_of_values(declared), *rows.problems_of_places(declared, places)] == []


def test_a_variant_is_rendered_for_the_regions_of_its_waves(tmp_path: Path) -> None:
    """Flat for the default role of service-managed permissions; and not where RDS Proxy lacks."""
    path = tmp_path / "fleet.yaml"
    fleet = {
        "variant": "base",
        "targets": {"waves": [{"name": "a", "accounts": ["1" * 12], "regions": ["eu-west-1"]}]},
    }
    path.write_text(yaml.safe_dump(fleet))
    rendered, _ = rendered_fleet(read(path).parse(FleetSettings), read(path))
    assert not rendered.is_nested
    assert not any(one.startswith("AWS::Serverless::") for one in rendered.resource_types)
    assert rendered.config.regions == ("eu-west-1",)

    fleet["targets"] = {"waves": [{"name": "a", "accounts": ["1" * 12], "regions": ["ap-east-2"]}]}
    path.write_text(yaml.safe_dump(fleet))
    with pytest.raises(ConfigError) as caught:
        rendered_fleet(read(path).parse(FleetSettings), read(path))
    assert f"[{path}: targets.waves] must have RDS Proxy for aurora-mysql" in str(caught.value)


def test_a_stack_that_is_none_is_named_at_its_setting(example: Path) -> None:
    path = example / "fleet.yaml"
    path.write_text(path.read_text().replace("journal.py", "jornal.py"))
    file = read(path)
    with pytest.raises(ConfigError) as caught:
        rendered_fleet(file.parse(FleetSettings), file)
    [problem] = caught.value.problems
    assert str(problem) == (
        f"[{path}: stack jornal.py] there is no such file (did you mean journal.py?)"
    )


def test_a_value_that_a_property_does_not_take_is_refused_with_its_row(example: Path) -> None:
    # Another test has loaded a module of the first name.
    (example / "journal.py").rename(example / "diary.py")
    fleet, rows = example / "fleet.yaml", example / "parameters.csv"
    fleet.write_text(fleet.read_text().replace("journal.py", "diary.py"))
    settings = read(fleet).parse(FleetSettings)
    rendered, _ = rendered_fleet(settings, read(fleet))
    rows.write_text("account,region,name,value\n,,JournalName,/a\n111111111111,,JournalName,\n")

    with pytest.raises(ConfigError) as caught:
        possible_rows(rendered, settings, fleet)

    assert str(caught.value) == (
        f"[{rows}:3] JournalName is LogGroupName of Journal, which must be at least 1 characters "
        "long, got 0"
    )


def test_what_the_files_tell_is_refused_before_any_account_is_asked(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_session(*_: object) -> None:
        pytest.fail("an account was asked")

    monkeypatch.setattr("rdsproxy_templates.cli.fleet.options.account_sessions", no_session)
    # Another test has loaded a module of the first name.
    (example / "journal.py").rename(example / "ledger.py")
    fleet, rows = example / "fleet.yaml", example / "parameters.csv"
    fleet.write_text(fleet.read_text().replace("journal.py", "ledger.py"))
    rows.write_text(
        "account,region,name,value\n,,JournalNane,/a\n,,JournalName,/b\n,,JournalName,/c"
    )

    for words in (["plan"], ["apply", "--yes"]):
        group = command(out=example / "out")
        said = CliRunner().invoke(group, ["fleet", *words, str(fleet)])

        assert said.exit_code == 2
        assert "parameters.csv:4] says again what line 3 says" in said.output

    rows.write_text("account,region,name,value\n,,JournalNane,/a")
    said = CliRunner().invoke(group, ["fleet", "plan", str(fleet)])
    assert (
        "parameters.csv:2] unknown parameter 'JournalNane' (did you mean JournalName?)"
        in said.output
    )
