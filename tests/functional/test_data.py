"""Data that we carry is what its source says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import certifi


def test_engine_data_is_what_the_installed_packages_know(repository):
    tool = runpy.run_path(str(repository / "tools" / "engine_data.py"))
    carried = (repository / "src" / "rdsproxy_templates" / "engines.json").read_text("utf-8")

    assert carried == tool["text"](tool["known"]()) + "\n"


def test_the_roots_are_amazons_from_certifi(repository):
    certificate = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
    bundle = (repository / "lambda" / "database_layer" / "amazon_roots.pem").read_text("utf-8")
    everyone = Path(certifi.where()).read_text("utf-8")
    labelled = re.findall(rf'# Label: "(.*?)".*?({certificate.pattern})', everyone, re.DOTALL)
    amazons = [text for label, text in labelled if label.startswith("Amazon Root CA ")]

    assert certificate.findall(bundle) == amazons
    assert len(amazons) == 4


def test_the_makefile_builds_for_the_default_runtime_and_architecture(repository):
    from rdsproxy_templates.stacks import sam

    makefile = (repository / "lambda" / "database_layer" / "Makefile").read_text("utf-8")
    config = sam.Config()

    assert f"PYTHON_VERSION ?= {config.runtime.removeprefix('python')}\n" in makefile
    assert config.architecture == "arm64"
    assert "PLATFORM ?= manylinux2014_aarch64\n" in makefile


def test_the_function_ships_the_driver_that_was_tested(repository):
    required = (repository / "lambda" / "database_layer" / "requirements.txt").read_text("utf-8")
    constraints = (repository / "constraints.txt").read_text("utf-8").splitlines()

    assert {line for line in required.splitlines() if "==" in line} <= set(constraints)
