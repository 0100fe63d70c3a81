"""The functions' code and layers, unpacked once each."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from pathlib import Path
from typing import Any

from moto.awslambda.models import lambda_backends


class Code:
    """Folders under *folder*, one for each zip that was ever run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def of(self, function: Any) -> Path:
        """The folder that is /var/task on AWS."""
        return self._unpacked(function.code_bytes)

    def layers_of(self, function: Any) -> list[Path]:
        """The folders of its layers, each an /opt; the last one's files win on AWS."""
        versions = [_layer_version(layer["Arn"]) for layer in function.layers]
        return [self._unpacked(version.code_bytes) for version in reversed(versions)]

    def file(self, function: Any, name: str) -> Path:
        """The local copy of a function's file, such as /opt/python/roots.pem, or *name* itself."""
        task = Path("/var/task")
        path = task / name
        if path.is_relative_to(task):
            return self.of(function) / path.relative_to(task)
        if path.is_relative_to("/opt"):
            places = [layer / path.relative_to("/opt") for layer in self.layers_of(function)]
            return next((place for place in places if place.is_file()), path)
        return path

    def _unpacked(self, content: bytes) -> Path:
        place = self._folder / hashlib.sha256(content).hexdigest()
        with self._lock:
            if not place.exists():
                unfinished = place.with_suffix(".unfinished")
                with zipfile.ZipFile(io.BytesIO(content)) as packed:
                    packed.extractall(unfinished)
                unfinished.rename(place)
        return place


def _layer_version(arn: str) -> Any:
    _, _, _, region, account, *_ = arn.split(":")
    return lambda_backends[account][region].layers_versions_by_arn(arn)
