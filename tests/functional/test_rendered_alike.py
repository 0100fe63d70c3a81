"""Every process renders the same."""

from __future__ import annotations

import os
import subprocess
import sys


def test_every_process_puts_resources_in_the_same_order():
    """Python iterates over sets in another order in each process."""
    program = (
        "from rdsproxy_templates.model.template import Template, in_order\n"
        "refs = {name: {'Ref': name} for name in 'abcdefgh'}\n"
        "topics = {'z': {'Type': 'T', 'Properties': refs}, **{name: {'Type': 'T'} for name in refs}}\n"
        "print(in_order(Template(description='', parameters={}, children={}, resources=topics,"
        " outputs={})))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(texts) == 1
