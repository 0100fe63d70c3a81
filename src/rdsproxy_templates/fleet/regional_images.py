"""Images of functions: one repository in each Region, whose images are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..deploy.accounts import aws_errors_at
from ..deploy.faults import outlasting
from ..errors import DeploymentError, Problem
from .fleet_sessions import FleetSessions

_URI: Final = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.(?P<suffix>amazonaws\.com(\.cn)?)/"
    r"(?P<repository>[a-z0-9._/-]+?)(?P<mark>[:@])(?P<which>[\w.:-]+)"
)
UNBUILT: Final = "DockerTag"
"""What says, beside the code, that an image has to be built."""


@dataclass(frozen=True, kw_only=True)
class RegionalImage:
    """An image that functions of every Region have."""

    place: str
    account: str
    repository: str
    mark: str
    """``:`` before a tag, ``@`` before a digest."""
    which: str

    @property
    def code(self) -> dict[str, Any]:
        """``Code`` of a function in whatever Region."""
        host = f"{self.account}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}"
        return {"ImageUri": {"Fn::Sub": f"{host}/{self.repository}{self.mark}{self.which}"}}

    @property
    def identifier(self) -> dict[str, str]:
        """What the API knows the image by."""
        return {"imageTag" if self.mark == ":" else "imageDigest": self.which}

    def __str__(self) -> str:
        return f"{self.repository}{self.mark}{self.which}"


def regional_image(place: str, resource: Mapping[str, Any]) -> RegionalImage | None:
    """Return the image of a function that names one in a repository of ECR."""
    code = resource.get("Properties", {}).get("Code")
    uri = code.get("ImageUri") if isinstance(code, Mapping) else None
    found = _URI.fullmatch(uri) if isinstance(uri, str) else None
    if found is None or UNBUILT in resource.get("Metadata", {}):
        return None
    return RegionalImage(
        place=place,
        account=found["account"],
        repository=found["repository"],
        mark=found["mark"],
        which=found["which"],
    )


def image_problems(templates: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """Yield a problem for each image that has to be built first."""
    for template in templates.values():
        for title, resource in template["Resources"].items():
            if UNBUILT in resource.get("Metadata", {}):
                yield Problem(
                    title,
                    "is an image that has to be built, which a fleet does not; push it to a "
                    "repository of one Region, have ECR replicate that to the others, and give its "
                    "URI as the code",
                )


def image_digest_problems(
    images: Sequence[RegionalImage], sessions: FleetSessions, regions: Sequence[str]
) -> Iterator[Problem]:
    """Yield a problem where the repository of a Region lacks an image, or has another one."""
    for image in dict.fromkeys(images):
        digests: dict[str, str] = {}
        for region in regions:
            place = f"{region}: image {image}"
            try:
                digests[region] = _digest(image, sessions, region)
            except DeploymentError as error:
                yield from (Problem(place, problem.sentence) for problem in error.problems)
        if len(set(digests.values())) > 1:
            told = ", ".join(f"{digest} in {region}" for region, digest in digests.items())
            yield Problem(
                f"image {image}",
                f"differs by Region: {told}; name it by its digest, or replicate it again",
            )


def _digest(image: RegionalImage, sessions: FleetSessions, region: str) -> str:
    ecr = sessions.administrator.at(region).client("ecr")
    with aws_errors_at(region):
        answer = outlasting(
            lambda: ecr.describe_images(
                registryId=image.account,
                repositoryName=image.repository,
                imageIds=[image.identifier],
            )
        )
    return str(answer["imageDetails"][0]["imageDigest"])
