"""The pictures in the documentation are what their tool draws."""

from __future__ import annotations

import pictures


def test_the_picture_of_deploy_is_current():
    assert pictures.FILE.read_text("utf-8") == pictures.drawn()
