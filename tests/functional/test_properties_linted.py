"""cfn-lint, too, finds nothing in settings that hypothesis chooses."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from rdsproxy_templates import render
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.validators import validate_all
from rdsproxy_templates.variants import VARIANTS
from strategies import VALID

DRAWN = 30


def size(values):
    """The number of settings in *values*, at any depth."""
    inner = values.values() if isinstance(values, dict) else values
    deeper = [one for one in inner if isinstance(one, dict | list)]
    return len(values) + sum(map(size, deeper))


def richest(name):
    """The most settings of a variant that one of several draws chooses: cfn-lint is slow."""
    drawn = []

    @settings(
        max_examples=DRAWN,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(VALID[name])
    def draw(values):
        drawn.append(values)

    draw()
    return max(drawn, key=size)


@pytest.mark.xdist_group("lint")
def test_no_validator_finds_anything_in_rich_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    bundles, chosen = {}, {}
    for index, (name, variant) in enumerate(VARIANTS.items()):
        chosen[name] = richest(name)
        config = variant.Config.parse(chosen[name], name)
        nesting = NESTINGS[index % len(NESTINGS)]
        bundles[name] = (render(variant, config, nesting=nesting), ("us-east-1",))

    for name, findings in validate_all(bundles).items():
        assert findings == [], chosen[name]
