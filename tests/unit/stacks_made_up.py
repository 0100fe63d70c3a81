"""Stacks that tests make up: a module of four names around a ``build``."""

from __future__ import annotations

from types import ModuleType

from pydantic import Field

from rdsproxy_templates.aws.kinds import Hostname, Url
from rdsproxy_templates.model import Ports, Settings


class Config(Settings): ...


class Inputs(Ports):
    host: Hostname = Field(description="A host.")


class Outputs(Ports):
    url: Url = Field(description="An address.")


def stack(build, name="a_stack"):
    """A stack of the four names, around *build*."""
    module = ModuleType(name, "A stack of the tests.")
    module.Config, module.Inputs, module.Outputs, module.build = Config, Inputs, Outputs, build
    return module
