"""Images of functions: one repository in each Region, whose images are the same.

Templates name them by their digests. A fleet pushes none, which takes a client of containers: an
image that a Region lacks is named with the command that copies it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..deploy.accounts import AccountSession, aws_errors_at
from ..deploy.faults import outlasting
from ..errors import DeploymentError, Problem
from .bucket_policies import Readers, lets_read, lets_service
from .fleet_sessions import FleetSessions

_URI: Final = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.(?P<suffix>amazonaws\.com(\.cn)?)/"
    r"(?P<repository>[a-z0-9._/-]+?)(?P<mark>[:@])(?P<which>[\w.:-]+)"
)
UNBUILT: Final = "DockerTag"
"""What says, beside the code, that an image has to be built."""
PULLING: Final = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
LAMBDA: Final = "lambda.amazonaws.com"
# https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-xaccount-permissions


@dataclass(frozen=True, kw_only=True)
class RegionalImage:
    """An image that functions of every Region have."""

    account: str
    suffix: str
    """End of the registry's host."""
    repository: str
    mark: str
    """``:`` before a tag, ``@`` before a digest."""
    which: str

    def code(self, digest: str | None) -> dict[str, Any]:
        """``Code`` of a function in whatever Region, of the image that has *digest* now."""
        host = f"{self.account}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}"
        image = f"{self.repository}@{digest}" if digest else str(self)
        return {"ImageUri": {"Fn::Sub": f"{host}/{image}"}}

    @property
    def identifier(self) -> dict[str, str]:
        """What the API knows the image by."""
        return {"imageTag" if self.mark == ":" else "imageDigest": self.which}

    def repository_in(self, region: str) -> str:
        """Return the repository's name as clients of containers write it."""
        return f"{self.account}.dkr.ecr.{region}.{self.suffix}/{self.repository}"

    def copying(self, source: str, region: str) -> str:
        """Return the command that copies it with its digest, from the Region *source*."""
        # A push needs a tag; of a digest it is one that nobody else chooses.
        tag = self.which if self.mark == ":" else self.which.replace(":", "-")
        here = f"{self.repository_in(source)}{self.mark}{self.which}"
        return f"crane copy {here} {self.repository_in(region)}:{tag}"

    def __str__(self) -> str:
        return f"{self.repository}{self.mark}{self.which}"


def regional_image(resource: Mapping[str, Any]) -> RegionalImage | None:
    """Return the image of a function that names one in a repository of ECR."""
    code = resource.get("Properties", {}).get("Code")
    uri = code.get("ImageUri") if isinstance(code, Mapping) else None
    found = _URI.fullmatch(uri) if isinstance(uri, str) else None
    if found is None or UNBUILT in resource.get("Metadata", {}):
        return None
    return RegionalImage(
        account=found["account"],
        suffix=found["suffix"],
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


def examined_images(
    images: Iterable[RegionalImage],
    sessions: FleetSessions,
    regions: Sequence[str],
    readers: Readers,
) -> tuple[dict[RegionalImage, str], list[Problem]]:
    """Return the digest of each image, and what keeps a Region from having it.

    That is a repository that lacks it, has another one, or does not let *readers* pull it.
    """
    digests: dict[RegionalImage, str] = {}
    problems: list[Problem] = []
    for image in dict.fromkeys(images):
        found: dict[str, str] = {}
        lacking: dict[str, DeploymentError] = {}
        for region in regions:
            session = sessions.administrator.at(region)
            try:
                found[region] = _digest(image, session)
                problems += _policy_problems(image, session, readers)
            except DeploymentError as error:
                lacking[region] = error
        problems += _lacking_problems(image, lacking, next(iter(found), None))
        if len(set(found.values())) > 1:
            told = ", ".join(f"{digest} in {region}" for region, digest in found.items())
            sentence = f"differs by Region: {told}; name it by its digest, or replicate it again"
            problems.append(Problem(f"image {image}", sentence))
        for digest in found.values():
            digests.setdefault(image, digest)
    return digests, problems


def _digest(image: RegionalImage, session: AccountSession) -> str:
    ecr = session.client("ecr")
    with aws_errors_at(session.region):
        answer = outlasting(
            lambda: ecr.describe_images(
                registryId=image.account,
                repositoryName=image.repository,
                imageIds=[image.identifier],
            )
        )
    return str(answer["imageDetails"][0]["imageDigest"])


def _lacking_problems(
    image: RegionalImage, lacking: Mapping[str, DeploymentError], source: str | None
) -> Iterator[Problem]:
    """Yield a problem for each Region that lacks *image*, which the Region *source* has."""
    for region, error in lacking.items():
        for problem in error.problems:
            sentence = problem.sentence
            if source is not None and "NotFound" in _code(error):
                steps = [f"`{image.copying(source, region)}`"]
                if "Repository" in _code(error):
                    create = "aws ecr create-repository --repository-name"
                    steps.insert(0, f"`{create} {image.repository} --region {region}`")
                sentence = (
                    f"{sentence.rstrip('.')}; copy it by {', then '.join(steps)}, since ECR "
                    "replicates only what is pushed after its replication was set up"
                )
            yield Problem(f"{region}: image {image}", sentence)


def _code(error: DeploymentError) -> str:
    """Return AWS's code of the *error*, or nothing where it is not AWS's."""
    cause: Any = error.__cause__
    return str(getattr(cause, "response", {}).get("Error", {}).get("Code", ""))


def _policy_problems(
    image: RegionalImage, session: AccountSession, readers: Readers
) -> Iterator[Problem]:
    """Yield a problem where the repository's policy keeps others of *readers* from pulling.

    That of another account's repository is its owner's to read.
    """
    others = readers.beside(image.account)
    if image.account != session.id or others is None:
        return
    policy = _policy(image, session)
    place = f"{session.region}: repository {image.repository}"
    actions = " and ".join(PULLING)
    if not all(lets_read(policy, others, action) for action in PULLING):
        sentence = f"does not let the {others} pull images; allow {actions} in its policy"
        yield Problem(place, sentence)
    if not all(lets_service(policy, LAMBDA, action) for action in PULLING):
        sentence = f"does not let Lambda pull images for other accounts; allow {actions} to the "
        yield Problem(place, f"{sentence}service {LAMBDA} in its policy")


def _policy(image: RegionalImage, session: AccountSession) -> Mapping[str, Any]:
    ecr = session.client("ecr")
    try:
        with aws_errors_at(session.region):
            answer = outlasting(lambda: ecr.get_repository_policy(repositoryName=image.repository))
    except DeploymentError as error:
        if _code(error) == "RepositoryPolicyNotFoundException":
            return {}
        raise
    found: Mapping[str, Any] = json.loads(answer["policyText"])
    return found
