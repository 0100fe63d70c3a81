"""Custom prices, from a file."""

from __future__ import annotations

from click.testing import CliRunner

from prices import main


def said(folder, text):
    file = folder / "mine.yaml"
    file.write_text(text)
    return CliRunner().invoke(main, ["--gigabytes", "0", "--prices", str(file)])


def test_a_custom_price_replaces_the_tables(tmp_path):
    result = said(tmp_path, "{source: my bill, nat_hour: 1}")

    assert "prices: my bill" in result.stdout
    assert " 730.00" in result.stdout
    assert " 20.44" in result.stdout


def test_an_invalid_price_is_refused(tmp_path):
    result = said(tmp_path, "{nat_hour: -1, nat_our: 2}")

    assert result.exit_code == 2
    assert "nat_hour] must be at least 0" in result.stderr
    assert "nat_our] is not a setting (did you mean nat_hour?)" in result.stderr
