"""What can be known is known before anything in an account changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ConnectTimeoutError, ProxyConnectionError
from botocore.parsers import ResponseParserError
from unreliable import Unreliable, refusal

from rdsproxy_templates.cli.configuration import plan_settings
from rdsproxy_templates.deploy.accounts import AccountSession, AccountSettings, aws_errors_at
from rdsproxy_templates.deploy.buckets import bucket_problems
from rdsproxy_templates.deploy.console import Console
from rdsproxy_templates.deploy.deployment import Deployment
from rdsproxy_templates.deploy.guide import UNPROTECTED, unprotecting
from rdsproxy_templates.deploy.parameter_limits import value_problem
from rdsproxy_templates.deploy.plan import single_step
from rdsproxy_templates.deploy.plans import PLANS
from rdsproxy_templates.deploy.rendered_step import RenderedStep
from rdsproxy_templates.errors import DeploymentError
from rdsproxy_templates.model import Template, yaml_reader
from rdsproxy_templates.model.settings_file import SettingsFile, split
from rdsproxy_templates.pipeline import render
from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.variants import VARIANTS, base

NOTHING = Template(
    description="", parameters={}, children={}, resources={}, outputs={}, transforms=()
)


class Storage:
    """S3, with buckets in Regions."""

    BUCKETS = {"here": "eu-west-1", "there": "us-east-1"}

    def head_bucket(self, Bucket):  # noqa: N803
        if Bucket == "theirs":
            raise refusal("403", "Forbidden", 403)
        if Bucket not in self.BUCKETS:
            raise refusal("404", "Not Found", 404)
        return {"BucketRegion": self.BUCKETS[Bucket]}


class Session:
    """A session of boto3 with made-up services."""

    def __init__(self, **services):
        self._services = services

    def client(self, name, **_):
        return self._services[name]


def access(account="1", region="eu-west-1", bucket=None, **services):
    settings = AccountSettings(bucket=bucket, bucket_option="--bucket")
    session = Session(s3=Storage(), **services)
    return AccountSession(name="app", settings=settings, id=account, session=session, region=region)


class TestBuckets:
    @pytest.mark.parametrize(
        ("bucket", "sentence"),
        [
            ("here", None),
            (None, None),
            ("none", "there is no bucket 'none'; create it, or leave this out"),
            ("theirs", "account 1 may not use the bucket 'theirs'; name another"),
            (
                "there",
                "'there' is in us-east-1, and CloudFormation in eu-west-1 takes packages only from "
                "there; name a bucket in eu-west-1, or leave this out",
            ),
        ],
    )
    def test_one_that_takes_no_package_is_refused(self, bucket, sentence):
        found = [*bucket_problems([access(bucket=bucket)])]

        assert [str(one) for one in found] == ([f"[--bucket] {sentence}"] if sentence else [])


class TestParameters:
    @pytest.mark.parametrize(
        ("body", "value", "sentence"),
        [
            ({"AllowedPattern": "[a-z]+"}, "abc", None),
            ({"AllowedPattern": "[a-z]+"}, "a1", "must match [a-z]+, got 'a1'"),
            ({"AllowedPattern": "[a-z]+", "ConstraintDescription": "must be small"}, "A", "must be small, got 'A'"),
            ({"AllowedPattern": "[a-z]+", "NoEcho": True}, "A", "must match [a-z]+"),
            ({"AllowedPattern": "[\\p{Alpha}]+"}, "A", None),
            ({"AllowedValues": [1, 2], "Type": "Number"}, "3", "must be one of 1, 2, got '3'"),
            ({"Type": "Number", "MinValue": 1}, "0", "must be 1 or more, got '0'"),
            ({"Type": "Number", "MaxValue": "5"}, "5", None),
            ({"Type": "Number"}, "five", "must be a number, got 'five'"),
            ({"Type": "AWS::EC2::VPC::Id"}, "vpc-1", None),
            (
                {"Type": "List<AWS::EC2::Subnet::Id>"},
                "",
                "must not be empty, because its type is List<AWS::EC2::Subnet::Id>",
            ),
            ({"Type": "String"}, "", None),
            ({"MinLength": 2}, "a", "must have 2 characters or more, got 'a'"),
            ({"MaxLength": 2}, "abc", "must have 2 characters at most, got 'abc'"),
            ({"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]"}, "a, b", None),
            ({"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]"}, "a,1", "must match [a-z], got 'a,1'"),
        ],
    )  # fmt: skip
    def test_are_held_to_their_limits(self, body, value, sentence):
        assert value_problem({"Type": "String", **body}, value) == sentence

    @pytest.mark.parametrize("variant", VARIANTS)
    def test_every_default_of_ours_is_within_them(self, variant):
        module = VARIANTS[variant]
        for name, body in unpackaged(module, module.Config()).root.parameters.items():
            if "Default" in body:
                assert value_problem(body, str(body["Default"])) is None, name


class TestSteps:
    def test_are_all_built_before_the_first_is_deployed(self, monkeypatch):
        api = Unreliable()
        api.patch(monkeypatch)
        built = []

        def package(place, *_):
            assert "create_change_set" not in api.names()
            built.append(place)
            if place == "edge":
                raise DeploymentError([])
            return "{}"

        plan = PLANS["edge"]
        with pytest.raises(DeploymentError):
            Deployment(
                plan=plan,
                account_sessions={"app": access(cloudformation=api)},
                console=Console(say=lambda _: None, confirm=lambda _: True, asks=False),
                package=package,
            ).deploy({s.variant: RenderedStep(root=NOTHING, folder=Path()) for s in plan.steps})
        assert built == ["waf", "edge"]


class TestAllowedAccounts:
    def deployment(self, api, allowed):
        return Deployment(
            plan=PLANS["base"],
            account_sessions={"app": access("999999999999", cloudformation=api)},
            console=Console(say=lambda _: None, confirm=lambda _: True, asks=False),
            allowed_accounts={"base": allowed},
            package=lambda *_: pytest.fail("it was built"),
        )

    def test_another_account_is_refused_by_both(self, monkeypatch):
        api = Unreliable("CREATE_COMPLETE")
        api.patch(monkeypatch)
        deployment = self.deployment(api, ["111122223333"])
        parts = {"base": RenderedStep(root=NOTHING, folder=Path())}

        for act in (lambda: deployment.deploy(parts), deployment.destroy):
            with pytest.raises(DeploymentError) as caught:
                act()
            assert str(caught.value) == (
                "[base] is only for 111122223333, as `allowed_accounts` says, and account app is "
                "999999999999"
            )
        assert api.names() == []

    def test_they_are_a_setting_of_any_file(self):
        _, customization = split(base.Config, {"allowed_accounts": ["111122223333"]})

        assert customization.allowed_accounts == ["111122223333"]

    @pytest.mark.parametrize("account", ["1", "11112222333a", 111122223333])
    def test_one_that_is_none_is_refused(self, account):
        with pytest.raises(ValueError, match=r"\[allowed_accounts\.0\] must be"):
            split(base.Config, {"allowed_accounts": [account]})


class TestHints:
    """What a sentence advises is accepted."""

    @pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
    def test_the_advised_settings_turn_protection_off(self, plan):
        for step in plan.steps:
            module = VARIANTS[step.variant]
            root = unpackaged(module, module.Config()).root
            for path in protected(root):
                advised = unprotecting(plan, step, path)
                document = yaml_reader.parsed(advised)
                parsed = plan_settings_of(plan, document)
                changed = unpackaged(module, parsed[step.variant].config).root
                assert [*protected(changed)] == []

    def test_a_stack_of_ones_own_gets_an_override(self):
        plan = single_step("orders")
        advised = unprotecting(plan, plan.steps[0], "RDSStack.DBCluster")
        _, customization = split(base.Config, yaml_reader.parsed(advised).value)
        changed = render(base, base.Config(), overrides=customization.overrides).root

        assert [*protected(render(base, base.Config()).root)] == ["RDSStack.DBCluster"]
        assert [*protected(changed)] == []
        assert advised != UNPROTECTED


def protected(root):
    """The paths of protected databases."""
    for path, template in root.walk():
        for title, body in template.resources.items():
            if body.get("Properties", {}).get("DeletionProtection"):
                yield ".".join((*path, title))


def plan_settings_of(plan, document):
    """The settings of a plan in a document, as `--config` reads them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "rdsproxy_templates.cli.configuration.read",
            lambda file: SettingsFile(path=file, document=document),
        )
        return plan_settings(plan, Path("advised.yaml"), VARIANTS)


class TestAnswersThatAreNotAws:
    @pytest.mark.parametrize(
        ("error", "sentence"),
        [
            (ResponseParserError("Unable to parse <html>…"), "the answer is not AWS's: something"),
            (ProxyConnectionError(proxy_url="http://proxy"), "Failed to connect to proxy URL"),
            (ConnectTimeoutError(endpoint_url="https://x"), "Connect timeout on endpoint URL"),
            (refusal("ExpiredToken"), "AnyOperation: the credentials have expired; log in again"),
        ],
    )
    def test_are_sentences(self, error, sentence):
        with pytest.raises(DeploymentError) as caught, aws_errors_at("base"):
            raise error
        assert str(caught.value).startswith(f"[base] {sentence}")
