"""What libraries make of an interrupt is still one."""

from __future__ import annotations

import click
import pytest
from pydantic_core import SchemaError

from rdsproxy_templates.cli.interrupts import is_interrupt


class Interrupted:
    """Whatever class has it is interrupted."""

    def __set_name__(self, owner: type, name: str) -> None:
        raise KeyboardInterrupt


def of_pydantic() -> None:
    """As it was seen, where an interrupt came while a model was built."""
    text = (
        'Error building "model" validator:\n  SchemaError: Error building "literal" validator:\n  '
    )
    raise SchemaError(f"{text}KeyboardInterrupt: ")


def of_a_class() -> None:
    class _Body:
        attribute = Interrupted()


def of_a_question() -> None:
    raise click.Abort


@pytest.mark.parametrize("interrupted", [of_pydantic, of_a_class, of_a_question])
def test_an_interrupt_is_known_by_whatever_name(interrupted) -> None:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - each its own
        interrupted()

    assert is_interrupt(caught.value)


@pytest.mark.parametrize("error", [ValueError(""), RuntimeError("KeyboardInterrupt was expected")])
def test_another_error_is_none(error: Exception) -> None:
    assert not is_interrupt(error)
