"""Name, code and runtime of a declared function, and how its package is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from pydantic import Field

from ..aws.documentation import LAMBDA_GUIDE
from ..aws.runtimes import IMAGE, language, runtime_doubt, runtime_problem
from ..errors import Problem
from ..model import LocalPath, Settings

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*")
LONGEST_NAME: Final = 40
IMAGE_URI: Final = re.compile(
    r"\d{12}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/[a-z0-9._/-]+(:[\w.-]+|@sha256:[0-9a-f]{64})"
)
HANDLER: Final = re.compile(r"[^\s]{1,128}")
HANDLERS: Final[Mapping[str, str]] = {
    "python": "app.handler",
    "nodejs": "app.handler",
    "ruby": "app.handler",
    "provided": "bootstrap",
}
"""Handlers of functions that name none, by the language of their runtime."""
FOLDER: Final = "functions"
"""Folder of the rendered files into which code is copied."""


class FunctionPackage(Settings):
    """What Lambda runs."""

    name: str = Field(
        description="Name: `orders` becomes OrdersFunction. At most 40 letters, digits and single "
        "- or _, a letter first.",
    )
    code: str = Field(
        min_length=1,
        description="Folder of its code, relative to the file that says so, or the URI of an image "
        "in ECR. The folder is copied beside the templates.",
    )
    handler: str | None = Field(
        default=None,
        description="File and function that Lambda calls. Left out: `app.handler` in Python, "
        f"Node.js and Ruby. See {LAMBDA_GUIDE}lambda-functions.html",
    )
    runtime: str | None = Field(
        default=None,
        description="Any runtime of Lambda, such as `nodejs24.x`, or `image`, which is built by "
        "the folder's Dockerfile. Left out: `sam.runtime`. See "
        f"{LAMBDA_GUIDE}lambda-runtimes.html",
    )
    build: Literal["makefile", "runtime", "none"] | None = Field(
        default=None,
        description="How `sam build` makes the package: by the target `build-<Name>Function` of "
        "the folder's Makefile, as it does for the runtime, or not at all. Left out: for Python by "
        "a Makefile, which is written if the folder has none; by the folder's Makefile for "
        "`provided`; else by the runtime.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if len(self.name) > LONGEST_NAME or not NAME.fullmatch(self.name):
            yield Problem(
                "name",
                f"must be at most {LONGEST_NAME} letters, digits and single - or _, a letter "
                f"first, got {self.name!r}",
            )
        if self.handler is not None and not HANDLER.fullmatch(self.handler):
            yield Problem(
                "handler",
                "must be a file and a function, such as app.handler, at most 128 characters and "
                f"no space, got {self.handler!r}",
            )
        yield from self._code_problems()

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.runtime not in {None, IMAGE} and (doubt := runtime_doubt(str(self.runtime))):
            yield Problem("runtime", doubt)

    def _code_problems(self) -> Iterator[Problem]:
        if self.is_remote_image:
            for name in ("handler", "runtime", "build"):
                if getattr(self, name) is not None:
                    yield Problem(name, f"is part of the image {self.code}; leave it out")
        elif "dkr.ecr" in self.code or "://" in self.code:
            yield Problem(
                "code",
                "must be a folder, or the URI of an image in ECR with its tag or digest, got "
                f"{self.code!r}",
            )
        elif self.code.startswith(("/", "~")):
            yield Problem("code", f"must be relative to the file that says so, got {self.code!r}")
        if self.is_image and not self.is_remote_image:
            for name in ("handler", "build"):
                if getattr(self, name) is not None:
                    yield Problem(name, "is for the Dockerfile to say, with `runtime: image`")
        if self.runtime not in {None, IMAGE}:
            if sentence := runtime_problem(str(self.runtime)):
                yield Problem("runtime", sentence)
            elif self.handler is None and language(str(self.runtime)) not in HANDLERS:
                yield Problem("handler", f"is missing; {self.runtime} has no default")

    @property
    def is_remote_image(self) -> bool:
        """True where its code is an image in ECR."""
        return bool(IMAGE_URI.fullmatch(self.code))

    @property
    def image_region(self) -> str | None:
        """The Region of its image in ECR, which Lambda pulls only there; None without one."""
        found = IMAGE_URI.fullmatch(self.code)
        return found["region"] if found else None

    @property
    def is_image(self) -> bool:
        """True where it is a container image."""
        return self.is_remote_image or self.runtime == IMAGE

    @property
    def prefix(self) -> str:
        """Its name as the first part of logical IDs: ``NightlyReport`` of ``nightly-report``."""
        return "".join(word[:1].upper() + word[1:] for word in re.split(r"[_-]", self.name))

    @property
    def title(self) -> str:
        """Title of its resource."""
        return f"{self.prefix}Function"

    @property
    def rendered_path(self) -> str:
        """Folder beside the templates that its code is copied to."""
        return f"{FOLDER}/{self.name}"

    @property
    def code_path(self) -> LocalPath:
        """The folder of its code, as templates name it."""
        return LocalPath(self.rendered_path)

    def entry(self, runtime: str) -> str:
        """Its handler in *runtime*."""
        return self.handler or HANDLERS[language(runtime)]

    def builder(self, runtime: str) -> str:
        """How its package is made in *runtime*: ``makefile``, ``runtime`` or ``none``."""
        if self.build:
            return self.build
        return "makefile" if language(runtime) in {"python", "provided"} else "runtime"
