"""Deployments by boto3, where SAM CLI is not the subject: code is built once, for every stack."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploying import Desk

from rdsproxy_templates.rendering import Bundle

SECONDS: Final = 180
LOCAL: Final = "checkout"
"""In the place of the path from a template to ``lambda/``."""
SAME_TIME: Final = (1980, 1, 1, 0, 0, 0)


class Packages:
    """The functions' code and their layer, as `sam build` has them made: by their Makefiles."""

    def __init__(self, repository: Path, folder: Path) -> None:
        self._zips = {
            f"lambda/{makefile.parent.name}": _built(makefile.parent, folder)
            for makefile in repository.glob("lambda/*/Makefile")
        }

    def deploy(
        self,
        desk: Desk,
        name: str,
        bundle: Bundle,
        parameters: Mapping[str, str] | None = None,
        also: Mapping[str, bytes] | None = None,
    ) -> None:
        """Create or update the stack *name* from a bundle that was rendered for ``LOCAL``.

        *also* are zips of a consumer's own functions, by the path in the template.
        """
        storage, bucket = desk.account.client("s3"), desk.bucket()
        ours = {f"{LOCAL}/{path}": content for path, content in self._zips.items()}
        code = ours | dict(also or {})
        home = f"https://s3.{desk.account.region}.amazonaws.com/{bucket}"
        uploaded = set()
        for name_of, template in bundle.templates.items():
            text, up = template, "../" * name_of.count("/")
            for path in code:
                if f"Uri: {up}{path}\n" in text:
                    text = text.replace(f"Uri: {up}{path}\n", f"Uri: s3://{bucket}/{path}.zip\n")
                    uploaded.add(path)
            for child in bundle.templates:
                text = text.replace(f"Location: {child}\n", f"Location: {home}/{child}\n")
            storage.put_object(Bucket=bucket, Key=name_of, Body=text.encode())
        for path in uploaded:
            storage.put_object(Bucket=bucket, Key=f"{path}.zip", Body=code[path])
        url = f"{home}/template.yaml"
        desk.execute(desk.change_set_of(name, parameters or {}, TemplateURL=url))


def _built(source: Path, folder: Path) -> bytes:
    """The zip of what the Makefile of *source* puts into a folder below *folder*."""
    made = folder / source.name
    made.mkdir()
    command = ["make", "--silent", f"--directory={source}", "build-it", f"ARTIFACTS_DIR={made}"]
    subprocess.run(command, check=True, timeout=SECONDS)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for file in sorted(made.rglob("*")):
            if file.is_file():
                info = zipfile.ZipInfo(file.relative_to(made).as_posix(), SAME_TIME)
                info.external_attr = 0o644 << 16
                files.writestr(info, file.read_bytes())
    return archive.getvalue()
