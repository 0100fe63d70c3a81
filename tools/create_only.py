"""Freeze the values that CloudFormation cannot change in place: ``python tools/create_only.py``.

AWS's resource schemas name the create-only properties. A reworded GroupDescription, for example,
would replace a security group in use, and the update would fail. So the values of templates_out/
are committed in tests/functional/create_only.json, and a test compares them. This command adds the
values of new resources and drops those of removed ones. It refuses changed values, unless
``--replace`` accepts that every existing stack replaces these resources.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cfnlint.decode import decode_str
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

from rdsproxy_templates import render
from rdsproxy_templates.variants import VARIANTS

REPOSITORY = Path(__file__).resolve().parent.parent
FROZEN = REPOSITORY / "tests" / "functional" / "create_only.json"
REGION = "us-east-1"

USERS = [{"name": "app", "login": "iam"}]
TENDED = {"users": USERS, "rotate_secrets_after_days": 30}
MORE: dict[str, dict[str, Any]] = {
    "base": {"rds": {**TENDED, "readers": 1}, "function_user": "app"},
    "existing_vpc": {
        "rds": {**TENDED, "readers": 1},
        "function_user": "app",
        "security_groups": "make",
    },
    "existing_database": {"rds": {"users": USERS, "has_readers": True}, "function_user": "app"},
    "data_tier": {"rds": {**TENDED, "readers": 1}},
    "auth": {"rds": {**TENDED, "engine": "aurora-mysql", "readers": 1}, "iam_user": "app"},
    "bastion": {
        "proxy": True,
        "bastion": {
            "ways": ["ssm", "eice", "ssh"],
            "ssh_cidr": "203.0.113.7/32",
            "key_pair_name": "key",
        },
    },
    "cross_account_db": {"rds": {**TENDED, "readers": 1}, "function_user": "app"},
    "edge": {"rds": {"rotate_secrets_after_days": 30}},
}
"""Settings that give variants resources which templates_out/ lacks."""

Values = dict[str, Any]


def rendered(folder: Path) -> Values:
    """Create-only values, by place, of the templates in *folder* and of variants in ``MORE``."""
    more = {
        f"{name}/{path}": text
        for name, settings in MORE.items()
        for path, text in _rendered_with(name, settings).items()
    }
    committed = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.glob("*/**/*.yaml")
    }
    values = _values(more) | _values(committed)
    return dict(sorted(values.items()))


def _rendered_with(name: str, settings: object) -> Mapping[str, str]:
    variant = VARIANTS[name]
    return render(variant, variant.Config.parse(settings, name)).templates


def _values(texts: Mapping[str, str]) -> Values:
    return {
        f"{file}: {name}.{place}": value
        for file, text in texts.items()
        for name, place, value in _of_template(text)
    }


def changed(frozen: Values, now: Values) -> list[str]:
    """One line for each value that differs, with both values."""
    return [
        f"{place} was {json.dumps(frozen[place])}, is {json.dumps(now[place])}"
        for place in sorted(frozen.keys() & now.keys())
        if frozen[place] != now[place]
    ]


def read() -> Values:
    """The committed values, by place."""
    values: Values = json.loads(FROZEN.read_text("utf-8")) if FROZEN.exists() else {}
    return values


def _of_template(text: str) -> Iterator[tuple[str, str, Any]]:
    template, faults = decode_str(text)
    if faults or not isinstance(template.get("Resources"), Mapping):
        return
    for name, body in template["Resources"].items():
        for path in _create_only(str(body.get("Type"))):
            place = path.removeprefix("/properties/")
            value = _at(body.get("Properties", {}), place.split("/"))
            if _is_ours(value):
                yield str(name), place.replace("/", "."), json.loads(json.dumps(value))


def _create_only(kind: str) -> list[str]:
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    except ResourceNotFoundError:
        return []
    return sorted(schema.get("createOnlyProperties", ()))


def _at(value: Any, parts: list[str]) -> Any:
    for part in parts:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _is_ours(value: Any) -> bool:
    """Return True for a value or composed name that we choose, not one of another resource."""
    if isinstance(value, Mapping):
        return bool({"Fn::Sub", "Fn::Join"} & value.keys())
    return value is not None and not isinstance(value, list)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--replace",
        action="store_true",
        help="accept changed values: existing stacks replace these resources",
    )
    frozen, now = read(), rendered(REPOSITORY / "templates_out")
    if (lines := changed(frozen, now)) and not parser.parse_args().replace:
        print("these changes replace resources; --replace accepts that:", *lines, sep="\n  ")
        return 1
    FROZEN.write_text(_text(now), "utf-8")
    return 0


def _text(values: Values) -> str:
    """JSON with one line for each value, so that a change is one line of a diff."""
    lines = [f" {json.dumps(place)}: {json.dumps(value)}" for place, value in values.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
