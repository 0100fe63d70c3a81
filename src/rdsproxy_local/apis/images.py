"""EC2's images, read when somebody first asks: moto makes hundreds for each account and region."""

from __future__ import annotations

import threading
from typing import Any, Final

from moto.ec2.models.amis import AmiBackend

LOADED: Final = "_images_are_loaded"

_turn: Final = threading.RLock()


def install() -> None:
    """Have moto read its images at their first use."""
    owner: Any = AmiBackend
    load = owner._load_amis

    def images(self: Any) -> Any:
        with _turn:
            if not vars(self).get(LOADED):
                setattr(self, LOADED, True)
                load(self)
            return vars(self)["amis"]

    def set_images(self: Any, value: Any) -> None:
        vars(self)["amis"] = value

    owner._load_amis = lambda _: None
    owner.amis = property(images, set_images)
