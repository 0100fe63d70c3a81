"""A record is a frozen dataclass whose methods appear with its first instance."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, field, fields, replace

import pytest

from rdsproxy_templates.records import record


def make():
    @record(frozen=True, kw_only=True)
    class Point:
        """A place."""

        x: int
        tags: list[str] = field(default_factory=list)

        def doubled(self):
            return replace(self, x=2 * self.x)

    return Point


def test_a_record_equals_another_of_the_same_values_and_is_shown_with_them():
    point = make()

    assert point(x=1) == point(x=1) != point(x=2)
    assert repr(point(x=1)).endswith("Point(x=1, tags=[])")


def test_a_record_cannot_be_changed_and_can_be_replaced():
    one = make()(x=1)

    with pytest.raises(FrozenInstanceError):
        one.x = 2
    assert one.doubled().x == 2


def test_a_wrong_argument_is_refused_the_first_time():
    with pytest.raises(TypeError, match="unexpected keyword argument 'y'"):
        make()(x=1, y=2)


def test_a_record_that_extends_another_has_the_fields_of_both():
    base = make()

    @record(frozen=True, kw_only=True)
    class Deep(base):
        z: int = 3

    assert [one.name for one in fields(Deep(x=1))] == ["x", "tags", "z"]
    assert base(x=1).x == 1


def test_a_plain_class_may_extend_a_record():
    class Named(make()):
        pass

    assert Named(x=1).doubled() == Named(x=2)


def test_a_record_without_options_is_one_too():
    @record
    class Pair:
        left: int
        right: int = 2

    assert Pair(1) == Pair(1, 2)
