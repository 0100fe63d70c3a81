"""Render the service with its queue into ./build, validated: then `cd build && sam build`."""

from __future__ import annotations

import shutil
from pathlib import Path

import queue_service

from rdsproxy_templates import refuse, render, validate
from rdsproxy_templates.model.settings_file import read

if __name__ == "__main__":
    config = read(Path("queue.yaml")).parse(queue_service.Config)
    bundle = render(queue_service, config)
    # `render` asked our checks and AWS's validator; cfn-lint is asked here.
    refuse(validate(bundle, regions=config.regions))
    for path in bundle.write(Path("build")).created:
        print(path)
    shutil.copytree("writer", "build/writer", dirs_exist_ok=True)
