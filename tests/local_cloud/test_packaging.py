"""Rendered folders made ready for CloudFormation: code built, kept and uploaded."""

from __future__ import annotations

import io
import json
import zipfile
from importlib import metadata

import pytest

from rdsproxy_local.deployment import code
from rdsproxy_local.deployment.packaging import Rendered, build
from rdsproxy_templates.errors import DeploymentError

REGION = "eu-west-1"


class Bucket:
    def __init__(self):
        self.contents = {}

    def upload(self, key, content):
        self.contents[key] = content
        return "bucket"

    def at(self, url):
        """What a template's URL names, of S3 or of HTTPS."""
        return self.contents[url.rpartition("/")[2]]


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    folder = tmp_path / "cache"
    monkeypatch.setattr(code, "user_cache_path", lambda _: folder)
    return folder / "local-code"


@pytest.fixture
def bucket():
    return Bucket()


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "stack"
    (folder / "writer").mkdir(parents=True)
    (folder / "writer" / "app.py").write_text("def handler(event, context): ...\n")
    return folder


def write(folder, resources, name="template.yaml"):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps({"Resources": resources}))


def function(**more):
    properties = {"CodeUri": "writer", "Runtime": "python3.13", "Handler": "app.handler"}
    return {"Type": "AWS::Serverless::Function", "Properties": properties, **more}


def names_in(content):
    return zipfile.ZipFile(io.BytesIO(content)).namelist()


def packaged(folder, bucket, **more):
    return build(Rendered(folder, **more)).uploaded(bucket.upload, REGION)


def resources_of(packaged):
    return json.loads(packaged.text)["Resources"]


class TestCode:
    def test_a_folder_is_uploaded_as_it_is(self, folder, bucket):
        write(folder, {"Writer": function()})

        uri = resources_of(packaged(folder, bucket))["Writer"]["Properties"]["CodeUri"]

        assert uri.startswith("s3://bucket/")
        assert names_in(bucket.at(uri)) == ["app.py"]

    def test_a_makefile_decides_what_is_uploaded(self, folder, bucket):
        (folder / "writer" / "Makefile").write_text(
            "build-Writer:\n\techo made > $(ARTIFACTS_DIR)/made.txt\n"
        )
        write(folder, {"Writer": function(Metadata={"BuildMethod": "makefile"})})

        uri = resources_of(packaged(folder, bucket))["Writer"]["Properties"]["CodeUri"]

        assert names_in(bucket.at(uri)) == ["made.txt"]
        assert not (folder / "writer" / "made.txt").exists()

    def test_packages_of_requirements_are_installed_beside_it(self, folder, bucket):
        requirements = folder / "writer" / "requirements.txt"
        requirements.write_text("# none yet\n")
        write(folder, {"Writer": function()})

        uri = resources_of(packaged(folder, bucket))["Writer"]["Properties"]["CodeUri"]
        assert names_in(bucket.at(uri)) == ["app.py", "requirements.txt"]
        requirements.write_text("./nowhere\n")
        with pytest.raises(DeploymentError, match=r"(?s)\[Writer\] cannot be built.*nowhere"):
            packaged(folder, bucket)

    def test_packages_that_are_installed_here_are_taken_without_a_network(
        self, folder, bucket, monkeypatch
    ):
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
        monkeypatch.setenv("PIP_RETRIES", "0")
        version = metadata.version("PyMySQL")
        requirements = folder / "writer" / "requirements.txt"
        requirements.write_text(f"PyMySQL=={version}  # the driver\n")
        write(folder, {"Writer": function()})

        uri = resources_of(packaged(folder, bucket))["Writer"]["Properties"]["CodeUri"]
        assert "pymysql/cursors.py" in names_in(bucket.at(uri))
        requirements.write_text("PyMySQL==0.1\n")
        with pytest.raises(DeploymentError, match=r"(?s)\[Writer\] cannot be built.*PyMySQL==0\.1"):
            packaged(folder, bucket)

    def test_plain_cloudformation_gets_bucket_and_key(self, folder, bucket):
        layer = {"Type": "AWS::Lambda::LayerVersion", "Properties": {"Content": "writer"}}
        write(folder, {"Layer": layer})

        content = resources_of(packaged(folder, bucket))["Layer"]["Properties"]["Content"]

        assert content["S3Bucket"] == "bucket"
        assert names_in(bucket.at(content["S3Key"])) == ["app.py"]

    @pytest.mark.parametrize("uri", ["s3://other/key", {"Bucket": "other", "Key": "key"}])
    def test_code_that_is_uploaded_already_is_left_alone(self, folder, bucket, uri):
        remote = function()
        remote["Properties"] |= {"CodeUri": uri}
        write(folder, {"Writer": remote})

        assert resources_of(packaged(folder, bucket)) == {"Writer": remote}
        assert bucket.contents == {}

    def test_missing_code_is_named_with_its_resource(self, folder, bucket):
        write(folder, {"Writer": function()})
        write(folder, {"Inner": {"Type": "AWS::CloudFormation::Stack",
                                 "Properties": {"TemplateURL": "inner/inner.yaml"}}})  # fmt: skip
        write(folder, {"Writer": function()}, "inner/inner.yaml")

        with pytest.raises(
            DeploymentError, match=r"\[Inner.Writer\] names writer, and .* not exist"
        ):
            packaged(folder, bucket)

    def test_a_failing_makefile_is_an_error_with_its_output(self, folder, bucket):
        (folder / "writer" / "Makefile").write_text("build-Writer:\n\t@echo no drivers; exit 1\n")
        write(folder, {"Writer": function(Metadata={"BuildMethod": "makefile"})})

        with pytest.raises(DeploymentError, match=r"(?s)\[Writer\] cannot be built.*no drivers"):
            packaged(folder, bucket)


class TestKept:
    def test_unchanged_code_is_not_built_again(self, folder, bucket, cache):
        counter = folder.parent / "count"
        (folder / "writer" / "Makefile").write_text(
            f"build-Writer:\n\techo x >> {counter}; cp app.py $(ARTIFACTS_DIR)\n"
        )
        write(folder, {"Writer": function(Metadata={"BuildMethod": "makefile"})})

        for _ in range(2):
            packaged(folder, bucket)
        assert counter.read_text() == "x\n"
        (folder / "writer" / "app.py").write_text("changed = True\n")
        packaged(folder, bucket)
        assert counter.read_text() == "x\nx\n"
        assert len([*cache.iterdir()]) == 2

    def test_a_cache_that_cannot_be_written_is_ignored(self, folder, bucket, cache):
        cache.parent.mkdir()
        cache.touch()
        write(folder, {"Writer": function()})

        assert packaged(folder, bucket).codes


class TestNested:
    def test_a_nested_template_is_uploaded_with_its_code(self, folder, bucket):
        nested = {"Type": "AWS::Serverless::Application", "Properties": {"Location": "in/sam.yaml"}}
        inner = function()
        inner["Properties"]["CodeUri"] = "../writer"
        write(folder, {"Inner": nested})
        write(folder, {"Writer": inner}, "in/sam.yaml")

        result = packaged(folder, bucket)

        url = resources_of(result)["Inner"]["Properties"]["Location"]
        assert url.startswith(f"https://s3.{REGION}.amazonaws.com/bucket/")
        uri = json.loads(bucket.at(url))["Resources"]["Writer"]["Properties"]["CodeUri"]
        assert names_in(bucket.at(uri)) == ["app.py"]
        [placed] = result.codes
        assert (placed.stacks, placed.code.logical_id) == (("Inner",), "Writer")

    def test_a_missing_template_is_named(self, folder, bucket):
        nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "no.yaml"}}
        write(folder, {"Inner": nested})

        with pytest.raises(DeploymentError, match=r"no\.yaml\] cannot be read: No such file"):
            packaged(folder, bucket)

    def test_code_is_read_where_it_is_edited(self, folder, bucket, tmp_path):
        (tmp_path / "edited").mkdir()
        (tmp_path / "edited" / "other.py").touch()
        write(folder, {"Writer": function()})

        result = packaged(folder, bucket, origins={"writer": tmp_path / "edited"})

        uri = resources_of(result)["Writer"]["Properties"]["CodeUri"]
        assert names_in(bucket.at(uri)) == ["other.py"]
