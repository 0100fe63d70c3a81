"""A configuration is valid or it does not exist, and says all that is wrong at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from pydantic import Field, ValidationError

from rdsproxy_templates import ConfigError, Problem
from rdsproxy_templates.model import ListOf, Settings


class Pool(Settings):
    least: int = Field(default=1, ge=1, description="Fewest.")
    most: int = Field(default=2, le=9, description="Most.")

    def problems(self) -> Iterator[Problem]:
        if self.least > self.most:
            yield Problem("least", f"must be at most most ({self.most}), got {self.least}")

    def warnings(self) -> Iterator[Problem]:
        if self.most == 9:
            yield Problem("most", "is as high as it goes")


class Config(Settings):
    name: str = Field(min_length=2, max_length=5, description="A name.")
    mode: Literal["slow", "fast"] | None = Field(default=None, description="A mode.")
    size: float = Field(default=1.0, multiple_of=0.5, description="A size.")
    flag: bool = Field(default=False, description="A flag.")
    tags: ListOf[str] = Field(default=(), max_length=2, description="Tags.")
    pool: Pool = Field(default_factory=Pool, description="A pool.")


def sentences(**settings):
    with pytest.raises(ConfigError) as caught:
        Config(**{"name": "abc"} | settings)
    return [str(problem) for problem in caught.value.problems]


def test_valid_settings_can_be_constructed():
    config = Config(name="abc", mode="fast", size=2, pool={"least": 2}, tags=["a"])

    assert (config.mode, config.size, config.pool.least, config.tags) == ("fast", 2.0, 2, ("a",))


def test_settings_cannot_change():
    with pytest.raises(ValidationError, match="frozen"):
        Config(name="abc").name = "abcd"


def test_every_problem_is_named_at_once_and_nested_ones_too():
    assert sentences(sice=1, size=0.3, pool={"least": 5, "most": 3}, mode="fats") == [
        "[test_settings.Config.mode] must be one of slow, fast, got 'fats' (did you mean fast?)",
        "[test_settings.Config.size] must be a multiple of 0.5, got 0.3",
        "[test_settings.Config.pool.least] must be at most most (3), got 5",
        "[test_settings.Config.sice] is not a setting (did you mean size?); "
        "there are name, mode, size, flag, tags, pool",
    ]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"name": 5}, "name] must be text, got 5"),
        ({"name": "a"}, "name] must be at least 2 characters long, got 'a'"),
        ({"name": "abcdef"}, "name] must be at most 5 characters long, got 'abcdef'"),
        ({"flag": "yes"}, "flag] must be true or false, got 'yes'"),
        ({"size": "2"}, "size] must be a number, got '2'"),
        ({"size": True}, "size] must be a number, got true"),
        ({"tags": "a"}, "tags] must be a list, got 'a'"),
        ({"tags": ["a", "b", "c"]}, "tags] must have at most 2 entries, got ['a', 'b', 'c']"),
        ({"tags": [1]}, "tags.0] must be text, got 1"),
        ({"pool": 5}, "pool] must be a mapping of settings, got 5"),
        ({"pool": {"least": True}}, "pool.least] must be a whole number, got true"),
        ({"pool": {"least": 1.5}}, "pool.least] must be a whole number, got 1.5"),
        ({"pool": {"least": 0}}, "pool.least] must be at least 1, got 0"),
        ({"pool": {"most": 10}}, "pool.most] must be at most 9, got 10"),
        ({"pool": {"mots": 1}}, "pool.mots] is not a setting (did you mean most?)"),
    ],
)
def test_a_sentence_names_the_error_the_allowed_and_the_given_value(settings, sentence):
    (problem,) = sentences(**settings)
    assert sentence in problem


class TestRulesBesideErrors:
    """One setting wrong by itself does not hide the rules that do not read it."""

    class Network(Settings):
        first: int = Field(default=1, description="One.")
        second: int = Field(default=2, description="Two.")
        other: str = Field(default="a", description="Another.")
        pool: Pool = Field(default_factory=Pool, description="A pool.")

        def problems(self) -> Iterator[Problem]:
            if self.first == self.second:
                yield Problem("second", "must not be the first")
            if self.pool.least == 7:
                yield Problem("pool.least", "must not be 7")
            if self.other == "b":
                yield Problem("other", "must not be b")

    def sentences(self, **settings):
        with pytest.raises(ConfigError) as caught:
            self.Network(**settings)
        return [problem.sentence for problem in caught.value.problems]

    def test_rules_that_read_other_settings_are_judged(self):
        wrong = self.sentences(first=2, other=5)

        assert wrong == ['must be text, got 5; put it in quotes: "5"', "must not be the first"]

    def test_so_are_rules_of_nested_settings(self):
        wrong = self.sentences(other=5, pool={"least": 7, "most": 9})

        assert wrong == ['must be text, got 5; put it in quotes: "5"', "must not be 7"]

    def test_an_unknown_setting_hides_no_rule(self):
        assert self.sentences(third=3, other="b")[1:] == ["must not be b"]

    def test_a_rule_that_reads_the_wrong_setting_is_not_judged(self):
        assert self.sentences(first="2", second=2) == ["must be a whole number, got '2'"]

    def test_records_in_lists_are_there_for_the_rules(self):
        class Pools(Settings):
            pools: ListOf[Pool] = Field(default=(), description="Pools.")
            size: int = Field(default=1, description="A size.")

            def problems(self) -> Iterator[Problem]:
                if sum(pool.most for pool in self.pools) > 9:
                    yield Problem("pools", "must be 9 in all")

        with pytest.raises(ConfigError) as caught:
            Pools(size=None, pools=[{"most": 9}, {}])

        found = [problem.sentence for problem in caught.value.problems]
        assert found == ["must be a whole number, got null", "must be 9 in all"]

    def test_a_mistake_in_a_rule_is_no_wrong_setting(self):
        class Mistaken(Pool):
            def problems(self) -> Iterator[Problem]:
                yield Problem("least", self.most.nothing)

        with pytest.raises(AttributeError, match="'int' object has no attribute 'nothing'"):
            Mistaken(least="2")


def test_a_missing_setting_is_named():
    with pytest.raises(ConfigError, match=r"\[test_settings.Config.name\] is missing"):
        Config()


class TestParsing:
    def test_nothing_at_all_means_the_defaults(self):
        assert Pool.parse(None, "a.yaml") == Pool()

    def test_problems_name_the_file(self):
        with pytest.raises(ConfigError) as caught:
            Config.parse({"pool": {"least": 5}}, "a.yaml")

        assert [str(problem) for problem in caught.value.problems] == [
            "[a.yaml: name] is missing; it has no default",
            "[a.yaml: pool.least] must be at most most (2), got 5",
        ]

    @pytest.mark.parametrize("settings", [5, "text", ["a", "list"]])
    def test_anything_but_a_mapping_is_refused(self, settings):
        with pytest.raises(ConfigError, match=r"\[a.yaml\] must be a mapping of settings"):
            Pool.parse(settings, "a.yaml")


class TestWarnings:
    def test_safe_settings_give_no_warning(self):
        assert list(Config(name="abc").warnings()) == []

    def test_a_warning_names_the_nested_setting(self):
        (warning,) = Config(name="abc", pool=Pool(most=9)).warnings()

        assert str(warning) == "[pool.most] is as high as it goes"
