"""Importing a part of the library imports only what that part uses."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import rdsproxy_templates
from rdsproxy_templates import model, rendering, stacks, variants
from rdsproxy_templates.variants import VARIANTS

SLOW = ["boto3", "cfnlint", "click", "cloudformation_validate", "samtranslator"]


def imported(code):
    """Names of the modules that a new process has imported after *code*."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys; print(json.dumps(list(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout.splitlines()[-1])


def below(package, modules):
    """The last names of the modules below *package*."""
    return {
        name.rpartition(".")[2]
        for name in modules
        if name.startswith(f"rdsproxy_templates.{package}.")
    }


def test_the_library_itself_imports_no_variant_no_stack_and_no_validator():
    modules = imported("import rdsproxy_templates")

    assert [below(one, modules) for one in ("variants", "stacks", "validators")] == [set()] * 3
    assert [name for name in SLOW if name in modules] == []


def test_listing_variants_imports_none():
    modules = imported(
        "from rdsproxy_templates.variants import VARIANTS\n"
        "print(*VARIANTS, *map(VARIANTS.summary, VARIANTS))"
    )

    assert below("variants", modules) == set()
    assert below("stacks", modules) == set()


def test_the_command_imports_no_variant_before_one_is_asked_for():
    modules = imported("from rdsproxy_templates.cli import main")

    assert below("variants", modules) == set()


@pytest.mark.parametrize("word", ["list", "--help"])
def test_help_and_list_import_no_model_and_no_template(word):
    modules = imported(
        f"import sys; from rdsproxy_templates.cli import main; sys.argv = ['x', {word!r}]\n"
        "try: main()\n"
        "except SystemExit: pass"
    )

    assert [n for n in (*SLOW, "pydantic", "troposphere") if n != "click" and n in modules] == []


def test_an_audit_imports_no_model_and_no_stack(repository):
    template = repository / "benchmarks" / "audited.yaml"
    modules = imported(f"from rdsproxy_templates.audit import audit; audit([{str(template)!r}])")

    slow = ("boto3", "cfnlint", "samtranslator", "awacs", "pydantic", "troposphere")
    assert [name for name in slow if name in modules] == []
    assert [below(one, modules) for one in ("resources", "stacks", "variants")] == [set()] * 3


@pytest.mark.parametrize(
    "look",
    [
        "import rdsproxy_templates.variants.edge_waf",
        "from rdsproxy_templates.variants import edge_waf",
        "from rdsproxy_templates import variants; variants.edge_waf",
        "from rdsproxy_templates.variants import VARIANTS; VARIANTS['edge_waf']",
    ],
)
def test_a_variant_imports_neither_the_others_nor_their_stacks(look):
    modules = imported(look)

    assert below("variants", modules) == {"edge_waf"}
    assert below("stacks", modules) == {"edge", "web_acl"}


def test_a_variant_that_extends_another_imports_that_one_only():
    modules = imported("from rdsproxy_templates.variants import bastion")

    assert below("variants", modules) & VARIANTS.keys() == {"base", "bastion"}
    assert below("stacks", modules) & {"edge", "web_acl"} == set()


@pytest.mark.parametrize("name", VARIANTS)
def test_a_summary_is_the_first_line_of_the_module(name):
    assert VARIANTS.summary(name) == VARIANTS[name].__doc__.partition("\n")[0] != ""


@pytest.mark.parametrize("module", [rdsproxy_templates, model, rendering, stacks, variants])
def test_every_public_name_is_there(module):
    assert sorted(dir(module)) == sorted(module.__all__)
    assert [name for name in module.__all__ if getattr(module, name, None) is None] == []


@pytest.mark.parametrize("module", [rdsproxy_templates, model, rendering, stacks, variants])
def test_a_name_that_is_not_there_is_an_attribute_error(module):
    with pytest.raises(AttributeError, match=f"module '{module.__name__}' has no attribute 'rsd'"):
        _ = module.rsd


def test_an_unknown_variant_is_a_key_error():
    with pytest.raises(KeyError, match="bsae"):
        VARIANTS["bsae"]


LEFT_FOR_LATER = """
import gc
from rdsproxy_templates import Ports, Settings

def below(kind):
    return [one for sub in kind.__subclasses__() for one in (sub, *below(sub))]

everything = gc.get_objects()
print(json.dumps({
    "made": [repr(one) for one in everything if isinstance(one, (Ports, Settings))],
    "compiled": [str(one) for one in below(Settings) if one.__pydantic_complete__],
}))
"""


@pytest.mark.parametrize("name", VARIANTS)
def test_importing_a_variant_makes_no_settings_and_compiles_no_model(name):
    code = f"import json; from rdsproxy_templates.variants import {name}\n{LEFT_FOR_LATER}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert json.loads(done.stdout) == {"made": [], "compiled": []}
