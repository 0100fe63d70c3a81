"""SAM CLI accepts the command's output: it validates, builds and packages it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from cfnlint.decode import decode

from rdsproxy_templates import render
from rdsproxy_templates.deploy import own_packages
from rdsproxy_templates.deploy.accounts import AccountSession, AccountSettings
from rdsproxy_templates.model.settings_file import read
from rdsproxy_templates.variants import VARIANTS, base

VALIDATE = """\
import json, os, sys
from click.testing import CliRunner
from samcli.cli.main import cli
said = {}
for name in sys.argv[1:]:
    os.chdir(name)
    done = CliRunner().invoke(cli, ["validate", "--lint"])
    said[name] = (done.exit_code, done.output)
    os.chdir("..")
print(json.dumps(said))
"""
LAYER_FILES = {
    "rdsproxy_client",
    "rdsproxy_demo",
    "amazon_roots.pem",
    "rds_roots.pem",
    "pymysql",
    "pg8000",
}


@pytest.fixture
def checkout(tmp_path, repository):
    """The part of a clone that SAM needs: templates_out/ and lambda/."""
    ignored = shutil.ignore_patterns(".aws-sam", "__pycache__")
    for name in ("templates_out", "lambda"):
        shutil.copytree(repository / name, tmp_path / name, ignore=ignored)
    return tmp_path


def bucket(aws):
    client = aws.client("s3")
    if not client.list_buckets()["Buckets"]:
        where = {"LocationConstraint": "eu-west-1"}
        client.create_bucket(Bucket="packages", CreateBucketConfiguration=where)
    return client


def session(aws):
    """A session in the account of the bucket, which makes clients for the services here."""
    made = SimpleNamespace(client=lambda service, **_: aws.client(service))
    settings = AccountSettings(bucket="packages")
    return AccountSession(name="app", settings=settings, id="1", session=made, region="eu-west-1")


def inside(archive):
    """The files of an archive: names, modes and contents."""
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return {one.filename: (one.external_attr, files.read(one)) for one in files.infolist()}


def layer(build):
    """The folder of the layer's modules, as functions have it in /opt/python."""
    return build / "DatabaseLayer" / "python"


@pytest.fixture(scope="module")
def validated(repository, sam_cli, tmp_path_factory):
    """The words of `sam validate --lint` by variant, in one process, which reads its rules once."""
    folder = tmp_path_factory.mktemp("validated")
    shutil.copytree(repository / "templates_out", folder / "templates_out")
    (folder / "validate.py").write_text(VALIDATE)
    interpreter = Path(sam_cli).read_text().splitlines()[0].removeprefix("#!")
    done = subprocess.run(
        [interpreter, folder / "validate.py", *VARIANTS],
        cwd=folder / "templates_out",
        env=os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"},
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.xdist_group("sam-validate")
@pytest.mark.parametrize("name", VARIANTS)
def test_validates(name, validated):
    status, said = validated[name]

    assert status == 0, said
    assert "is a valid SAM Template" in said


@pytest.mark.parametrize("name", ["base", "auth", "edge"])
def test_builds_and_packages(name, checkout, sam_cli, run, aws):
    folder = checkout / "templates_out" / name
    storage = bucket(aws)

    run(sam_cli, "build", cwd=folder)
    built = folder / ".aws-sam" / "build" / "SAMStack"
    assert {path.name for path in layer(built).iterdir()} >= LAYER_FILES
    assert (next(built.glob("*Function")) / "app.py").is_file()

    packaged = folder / "packaged.yaml"
    run(sam_cli, "package", "--s3-bucket", "packages", "--output-template-file", packaged,
        cwd=folder, AWS_ENDPOINT_URL=aws.address)  # fmt: skip
    template, _ = decode(str(packaged))
    locations = [r["Properties"]["Location"] for r in template["Resources"].values()]
    assert len(locations) == len(list((folder / "cloudformation").iterdir()))
    assert all(location.startswith(f"{aws.address}/packages/") for location in locations)
    keys = [item["Key"] for item in storage.list_objects_v2(Bucket="packages")["Contents"]]
    assert sum(key.endswith(".template") for key in keys) >= len(locations)

    # `deploy` uploads the same, to the byte, without SAM CLI.
    root = render(VARIANTS[name], VARIANTS[name].Config()).root
    codes = own_packages.known_codes(root, checkout)
    text, objects = own_packages.packaged(name, root, codes, session(aws))
    archives = [one.code.archive(name) for one in codes]
    assert text == packaged.read_text()
    assert {one.key for one in objects} <= set(keys)
    assert len(objects) == len(set(locations)) + len({one.name for one in archives})
    for archive in archives:
        theirs = storage.get_object(Bucket="packages", Key=archive.name)["Body"].read()
        assert inside(archive.content) == inside(theirs)


@pytest.mark.parametrize("nesting", ["plain", "flat"])
def test_builds_the_other_nestings(nesting, tmp_path, sam_cli, run):
    render(base, base.Config(), nesting=nesting).write(tmp_path)
    run(sam_cli, "build", cwd=tmp_path)

    build = tmp_path / ".aws-sam" / "build"
    assert len(list(build.rglob("app.py"))) == 1
    assert (next(build.rglob("*DatabaseLayer")) / "python" / "pymysql").is_dir()


def test_an_expanded_variant_is_packaged_for_stack_sets(tmp_path, sam_cli, run, aws):
    """Stack sets accept neither nested stacks nor transforms."""
    render(base, base.Config(), nesting="flat", expand=True).write(tmp_path)
    bucket(aws)
    run(sam_cli, "build", cwd=tmp_path)
    [built] = (tmp_path / ".aws-sam" / "build").glob("SAMStackDatabaseLayer*")
    assert {path.name for path in (built / "python").iterdir()} >= LAYER_FILES
    run(sam_cli, "package", "--s3-bucket", "packages", "--output-template-file", "packaged.yaml",
        cwd=tmp_path, AWS_ENDPOINT_URL=aws.address)  # fmt: skip

    template, _ = decode(str(tmp_path / "packaged.yaml"))
    assert "Transform" not in template
    function = template["Resources"]["SAMStackBlogRDSProxyFunction"]["Properties"]
    assert function["Code"]["S3Bucket"] == "packages"


def test_the_built_function_can_be_imported(built, run):
    stack = built("base") / ".aws-sam" / "build" / "SAMStack"

    program = "import app, pymysql; print(app.handler.__name__, pymysql.__file__)"
    said = run(
        sys.executable,
        "-I",
        "-c",
        f"import sys; sys.path[:0] = ['.', {str(layer(stack))!r}]; {program}",
        cwd=stack / "BlogRDSProxyFunction",
    )
    assert said.stdout.split() == ["handler", str(layer(stack) / "pymysql" / "__init__.py")]


@pytest.mark.parametrize("nesting", ["sam", "flat"])
def test_builds_declared_functions_in_two_languages(nesting, tmp_path, repository, sam_cli, run):
    folder = tmp_path / "service"
    shutil.copytree(repository / "examples" / "two_functions", folder)
    (folder / "src" / "orders" / "requirements.txt").write_text("six==1.17.0\n")
    settings = read(folder / "service.yaml")
    rendered = tmp_path / "rendered"
    config = settings.parse(base.Config)
    render(base, config, nesting=nesting, folder=folder).write(rendered)

    run(sam_cli, "build", cwd=rendered)

    built = rendered / ".aws-sam" / "build"
    [orders] = built.rglob("*OrdersFunction")
    assert {path.name for path in orders.iterdir()} >= {"app.py", "six.py"}
    [reports] = built.rglob("*ReportsFunction")
    assert (reports / "app.js").is_file()
    assert (reports / "node_modules" / "pg").is_dir()
