"""Bring the generated parts of README.md and docs/ up to date: ``make docs``.

What they say is read from the code, and a test compares, so that they cannot drift.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from api_page import api_page
from fleet_settings import fleet_settings
from peer_inputs import peers_page
from rdsproxy_local.types import TYPES
from rdsproxy_templates import render
from rdsproxy_templates.audit.catalogue import EVERY
from rdsproxy_templates.cli import exit_statuses
from rdsproxy_templates.rendering import Bundle
from rdsproxy_templates.validators.graph import CLUSTER, FUNCTION_TYPES, INSTANCE, PROXY, Graph
from rdsproxy_templates.validators.ignored import AWS_VALIDATOR, CFN_LINT, Ignored
from rdsproxy_templates.validators.rule_names import group_of
from rdsproxy_templates.validators.rules import RULES
from rdsproxy_templates.variants import VARIANTS
from reference_page import settings_part, variants_part

REPOSITORY = Path(__file__).resolve().parent.parent
SHOWN = ("AWS::Serverless::HttpApi", *FUNCTION_TYPES, PROXY, CLUSTER, INSTANCE)
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a type


def generated() -> dict[Path, str]:
    """Every generated file, and README.md with its generated block, as they should be."""
    readme, local = REPOSITORY / "README.md", REPOSITORY / "docs" / "local.md"
    fleet = REPOSITORY / "docs" / "fleet.md"
    return {
        readme: _with_block(
            _with_block(readme.read_text("utf-8"), "architecture", mermaid("base")),
            "exit statuses",
            "\n".join(exit_statuses.table()),
        ),
        REPOSITORY / "docs" / "reference.md": "\n".join(reference()),
        REPOSITORY / "docs" / "rules.md": "\n".join(rules_page()),
        REPOSITORY / "docs" / "api.md": "\n".join((*api_page(), "")),
        REPOSITORY / "docs" / "peers.md": "\n".join(peers_page()),
        fleet: _with_block(
            fleet.read_text("utf-8"), "settings of a fleet", "\n".join(fleet_settings())
        ),
        local: _with_block(
            _with_block(local.read_text("utf-8"), "local types", "\n".join(local_types())),
            "mends of moto",
            "\n".join(mends_of_moto()),
        ),
    }


def mermaid(name: str) -> str:
    """The way of a request through *name*, from its graph: a box for each stack."""
    bundle = render(VARIANTS[name], VARIANTS[name].Config())
    flat, origins = bundle.flat()
    graph = Graph(flat)
    lines = ["```mermaid", "flowchart LR", "  client([client])"]
    for title in bundle.root.children:
        inside = [
            f"    {flat_id}[{origin.title}]"
            for flat_id, origin in origins.items()
            if origin.path == (title,) and graph.type(flat_id) in (*SHOWN, SECRET)
        ]
        passed = _passed(bundle, title)
        lines += [f"  subgraph {title}", *(inside or [f"    {title}Network[{passed}]"]), "  end"]
    lines += [f"  {source} {arrow} {target}" for source, arrow, target in _arrows(graph)]
    return "\n".join([*lines, "```"])


def _passed(bundle: Bundle, title: str) -> str:
    """Name the outputs of a stack that has no box of its own in the picture."""
    outputs = bundle.root.children[title].template.outputs
    return "<br/>".join(re.sub(r"Id$", "", name) for name in outputs)


def _arrows(graph: Graph) -> Iterator[tuple[str, str, str]]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        for event in body.get("Events", {}).values():
            api = graph.target(event["Properties"]["ApiId"])
            yield "client", '-- "HTTPS, signed" -->', str(api)
            yield str(api), "-->", function
        for proxy, settings in graph.of_type(PROXY):
            values = body["Environment"]["Variables"].values()
            if proxy in (graph.target(value) for value in values):
                yield function, '-- "TLS, IAM token" -->', proxy
            for entry in settings["Auth"]:
                yield proxy, '-. "reads" .->', str(graph.target(entry["SecretArn"]))
            for database in graph.databases_of(proxy):
                yield proxy, '-- "password" -->', database
                for instance in graph.instances_of(database):
                    yield database, "---", instance


def mends_of_moto() -> Iterator[str]:
    """A row for each ``mend(…)`` of the local cloud, read without importing moto."""
    yield "| in moto | what it does | what AWS does |"
    yield "| --- | --- | --- |"
    for path in sorted((REPOSITORY / "src" / "rdsproxy_local" / "apis").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            match call:
                case ast.Call(
                    ast.Name("mend"), [ast.Name(owner), ast.Constant(str(name)), *_], said
                ):
                    told = {one.arg: ast.literal_eval(one.value) for one in said}
                    aws = f"[{told['aws']}]({told['source']})"
                    yield f"| `{owner}.{name}` | {told['moto']} | {aws} |"


def local_types() -> Iterator[str]:
    """The resource types that the local cloud knows, a line for each service."""
    by_service: dict[str, list[str]] = {}
    for name in sorted(TYPES):
        service, _, resource = name.rpartition("::")
        by_service.setdefault(service, []).append(resource)
    for service, resources in by_service.items():
        yield f"- `{service}`: {', '.join(resources)}"


def reference() -> Iterator[str]:
    """Every setting, parameter, output, rule and ignored rule."""
    yield "<!-- Generated by tools/docs.py: `make docs`. -->"
    yield "# Reference"
    yield ""
    yield from settings_part()
    yield from variants_part()
    yield "\n## Our rules\n\nJudged at every render, on the flat form of the templates."
    yield "A warning is about what AWS takes and what hurts; it is refused like an error.\n"
    yield "| rule | level | what holds | otherwise | source |\n| --- | --- | --- | --- | --- |"
    for rule in RULES:
        source = f"[{rule.source.rpartition('/')[2]}]({rule.source})"
        yield f"| `{rule.id}` | {rule.level} | {rule.title} | {rule.why} | {source} |"
    yield "\n## Rules of other tools that we do not follow\n"
    yield "| tool | rule | where | why |\n| --- | --- | --- | --- |"
    for tool, ignored in (("cfn-lint", CFN_LINT), ("cloudformation-validate", AWS_VALIDATOR)):
        for entry in ignored:
            yield f"| {tool} | `{entry.rule}` | {_place(entry)} | {entry.reason} |"
    yield ""


def rules_page() -> Iterator[str]:
    """Every rule of ours, with its reason and its remedy."""
    yield "<!-- Generated by tools/docs.py: `make docs`. -->"
    yield "# Rules"
    yield ""
    yield "`render`, [`audit`](audit.md) and our package for cfn-lint judge by these. An **error**"
    yield "is refused by AWS, or never works; a **warning** works, and hurts; an **opinion** is"
    yield "less safe than it could be, and fails nothing."
    group = ""
    for rule in sorted(EVERY, key=lambda rule: rule.id):
        if group != (group := group_of(rule.id)):
            yield f"\n## {group}"
        yield f"\n### `{rule.id}`\n"
        yield f"**{rule.level.capitalize()}.** {rule.title} *Otherwise:* {rule.why}\n"
        yield f"{rule.remedy} [Source]({rule.source})"
    yield ""


def _place(entry: Ignored) -> str:
    return f"`{entry.place}`" if entry.place else "anywhere"


def _with_block(text: str, name: str, content: str) -> str:
    start, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
    before, _, rest = text.partition(start)
    return f"{before}{start}\n{content}\n{end}{rest.partition(end)[2]}"


if __name__ == "__main__":
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    sys.exit(0)
