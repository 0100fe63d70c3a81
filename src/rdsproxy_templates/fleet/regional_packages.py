"""One template for all Regions, whose code and nested templates lie in a bucket of each.

CloudFormation takes a function's code only from a bucket of the function's Region, and a stack set
has one template: it names the bucket by the Region, and the same key everywhere. A key is a digest
of the content, so that nothing is overwritten, and what has not changed is not uploaded again.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..audit.reading import read
from ..errors import Problem
from ..rendering.documents import ROOT
from ..rendering.yaml import HEADER, dump
from .built_code import CODE, built_archives, code_places, content_digest
from .fleet_settings import FleetSettings, PackagesSettings
from .regional_images import RegionalImage, image_problems, regional_image
from .rendered_fleet import RenderedFleet

MOST_INLINE: Final = 51_200
"""Bytes of a template that is given as text; a longer one is given by its URL."""
MAPPING: Final = "PackageBuckets"
FOLDER: Final = "fleet"
"""Beginning of all keys."""


@dataclass(frozen=True, kw_only=True)
class RegionalPackages:
    """The root template, and what has to be in the bucket of each Region."""

    template: str
    objects: Mapping[str, bytes] = field(default_factory=dict)
    """Archives and nested templates by key, the same in every Region."""

    @property
    def template_key(self) -> str:
        """Key of the root template where it is given by its URL."""
        return _template_key(self.template)

    @property
    def is_long(self) -> bool:
        """True where the template is too long to be given as text."""
        return len(self.template.encode()) > MOST_INLINE


def regional_packages(
    rendered: RenderedFleet,
    settings: FleetSettings,
    digests: Mapping[RegionalImage, str] | None = None,
) -> RegionalPackages:
    """Build the code of *rendered*, and write templates that any Region takes.

    Images are named by their *digests*. Calls nothing of AWS. Without code, images and nested
    templates, the template is as it was rendered.
    """
    templates = _templates(rendered)
    archives = built_archives(rendered, templates)
    names = {place: f"{FOLDER}/{content_digest(one)}.zip" for place, one in archives.items()}
    objects = {names[place]: one for place, one in archives.items()}
    if not names and len(templates) == 1 and not any(_images(templates)):
        return RegionalPackages(template=rendered.text)
    packages = settings.packages or PackagesSettings(bucket_prefix="none")

    def text_of(path: str) -> str:
        body = copy.deepcopy(dict(templates[path]))
        in_bucket = False
        for title, resource in body["Resources"].items():
            properties = resource.setdefault("Properties", {})
            if (path, title) in names:
                code = {"S3Bucket": _bucket(packages), "S3Key": names[path, title]}
                properties[CODE[resource["Type"]]] = code
                in_bucket = True
            elif child := _child(rendered, path, title):
                text = text_of(child)
                key = _template_key(text)
                objects[key] = text.encode()
                properties["TemplateURL"] = _url(packages, key)
                in_bucket = True
            elif image := regional_image(resource):
                properties["Code"] = image.code((digests or {}).get(image))
        if in_bucket and packages.buckets:
            named = {region: {"Name": name} for region, name in packages.buckets.items()}
            body = _with_mapping(body, named)
        return HEADER + dump(body)

    template = text_of(ROOT)
    return RegionalPackages(template=template, objects=objects)


def images_of(rendered: RenderedFleet) -> list[RegionalImage]:
    """Return the images of functions, each once."""
    return list(dict.fromkeys(_images(_templates(rendered))))


def package_problems(rendered: RenderedFleet, settings: FleetSettings) -> Iterator[Problem]:
    """Yield what cannot work, whatever AWS says: code without a bucket of each Region, images."""
    templates = _templates(rendered)
    code = [title for (_, title), _ in code_places(templates)]
    yield from image_problems(templates)
    if not code and len(templates) == 1:
        return
    packages = settings.packages
    if packages is None:
        what = f"{', '.join(code)} has code" if code else f"{rendered.name} has nested templates"
        yield Problem("packages", f"is left out, and {what}; give bucket_prefix, or buckets")
    elif packages.buckets is not None:
        for region in settings.regions:
            if region not in packages.buckets:
                yield Problem("packages.buckets", f"has no bucket in {region}, a Region of a wave")


def bucket_name(packages: PackagesSettings, region: str) -> str:
    """Return the name of the bucket of *region*."""
    return (packages.buckets or {}).get(region) or f"{packages.bucket_prefix}-{region}"


def _templates(rendered: RenderedFleet) -> dict[str, Mapping[str, Any]]:
    return {path: read(text).value for path, text in rendered.bundle.templates.items()}


def _images(templates: Mapping[str, Mapping[str, Any]]) -> Iterator[RegionalImage]:
    for template in templates.values():
        for resource in template["Resources"].values():
            if image := regional_image(resource):
                yield image


def _child(rendered: RenderedFleet, path: str, title: str) -> str | None:
    """Return the path of the template that the resource *title* of *path* nests."""
    (here,) = [titles for titles, file in rendered.bundle.paths.items() if file == path]
    return rendered.bundle.paths.get((*here, title))


def _bucket(packages: PackagesSettings) -> dict[str, Any]:
    """Return the name of the bucket of whatever Region the stack is in."""
    if packages.buckets:
        return {"Fn::FindInMap": [MAPPING, {"Ref": "AWS::Region"}, "Name"]}
    return {"Fn::Sub": f"{packages.bucket_prefix}-${{AWS::Region}}"}


def _url(packages: PackagesSettings, key: str) -> dict[str, Any]:
    place = f"s3.${{AWS::Region}}.${{AWS::URLSuffix}}/{key}"
    if packages.buckets:
        return {"Fn::Sub": [f"https://${{Bucket}}.{place}", {"Bucket": _bucket(packages)}]}
    return {"Fn::Sub": f"https://{packages.bucket_prefix}-${{AWS::Region}}.{place}"}


def _template_key(text: str) -> str:
    return f"{FOLDER}/{hashlib.sha256(text.encode()).hexdigest()}.template"


def _with_mapping(body: dict[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Return *body* with the buckets before its resources."""
    mappings = {**body.pop("Mappings", {}), MAPPING: dict(named)}
    before = {key: body.pop(key) for key in [*body] if key not in {"Resources", "Outputs"}}
    return {**before, "Mappings": mappings, **body}
