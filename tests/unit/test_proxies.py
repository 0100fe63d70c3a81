"""Proxies and their endpoints: names that survive a replacement, order, shares."""

from __future__ import annotations

from itertools import product

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.aws.names import PROXY_NAME, PROXY_NAME_LENGTH
from rdsproxy_templates.rendering import NESTINGS
from rdsproxy_templates.validators.graph import Graph
from rdsproxy_templates.variants import (
    VARIANTS,
    auth,
    base,
    bastion,
    cross_account_db,
    data_tier,
    existing_database,
    existing_vpc,
)

STACK = "arn:aws:cloudformation:eu-west-1:111111111111:stack/s/0a1b2c3d-0000-0000-0000-000000000000"
PROXY = "arn:aws:rds:eu-west-1:111111111111:db-proxy:prx-"
BEHIND_PROXY = {
    "base": (base, {}),
    "existing_vpc": (existing_vpc, {}),
    "auth": (auth, {}),
    "bastion with a proxy": (bastion, {"proxy": True}),
    "cross_account_db": (cross_account_db, {}),
    "data_tier": (data_tier, {}),
}
READERS = {"readers": 1}

every_proxy = pytest.mark.parametrize("name", BEHIND_PROXY)
every_engine = pytest.mark.parametrize(
    ("name", "engine"),
    [
        (name, engine)
        for name, engine in product(BEHIND_PROXY, ENGINES)
        if ENGINES[engine].aurora or "bastion" not in name
    ],
)


def flat(name, engine=None, nesting="sam", **rds):
    variant, settings = BEHIND_PROXY[name]
    chosen = {**rds, **({"engine": engine} if engine else {})}
    config = variant.Config.parse(
        {**settings, "database": {"name": "shop", "master_username": "boss"}, "rds": chosen}, "my"
    )
    return render(variant, config, nesting=nesting).flat()


def of_type(found, kind):
    return {name: body for name, body in found.items() if body["Type"] == f"AWS::RDS::{kind}"}


def resolved(value, **known):
    """*value* where subnets and proxies have IDs as long as AWS's; *known* tells them apart."""
    match value:
        case {"Ref": "AWS::StackId"}:
            return STACK
        case {"Ref": str(subnet)}:
            return "subnet-" + known.get(subnet, str(len(subnet) % 10)) * 17
        case {"Fn::GetAtt": [str(proxy), "DBProxyArn"]}:
            return PROXY + known.get(proxy, "a") * 17
        case {"Fn::Select": [int(index), list(items)]}:
            return resolved(items[index], **known)
        case {"Fn::Select": [int(index), {"Ref": str(subnets)}]}:
            return resolved({"Ref": f"{subnets}{index}"}, **known)
        case {"Fn::Select": [int(index), items]}:
            return resolved(items, **known)[index]
        case {"Fn::Split": [str(by), text]}:
            return resolved(text, **known).split(by)
        case {"Fn::Sub": [str(text), dict(inside)]}:
            for name, one in inside.items():
                text = text.replace(f"${{{name}}}", resolved(one, **known))
            return text
    raise AssertionError(value)


def names(found, **known):
    return [
        resolved(body["Properties"][key], **known)
        for kind, key in (("DBProxy", "DBProxyName"), ("DBProxyEndpoint", "DBProxyEndpointName"))
        for body in of_type(found, kind).values()
    ]


class TestNames:
    @every_engine
    def test_the_longest_name_is_one_that_the_service_accepts(self, name, engine):
        found = flat(name, engine, **(READERS if ENGINES[engine].aurora else {}))[0].resources

        proxies = dict(zip(of_type(found, "DBProxy"), "pq", strict=False))
        made = names(found, **proxies)
        assert all(PROXY_NAME.fullmatch(one) and len(one) <= PROXY_NAME_LENGTH for one in made)
        assert len({*made}) == len(made)

    @every_proxy
    def test_a_proxy_of_another_engine_family_has_another_name(self, name):
        mysql, postgres = (
            flat(name, f"aurora-{one}")[0].resources for one in ("mysql", "postgresql")
        )

        assert {*names({**of_type(mysql, "DBProxy")})}.isdisjoint(
            names({**of_type(postgres, "DBProxy")})
        )

    @every_proxy
    def test_a_proxy_in_other_subnets_has_another_name(self, name):
        found = of_type(flat(name)[0].resources, "DBProxy")
        subnets = {
            str(one["Ref"]) for body in found.values() for one in body["Properties"]["VpcSubnetIds"]
        }

        for moved in subnets:
            assert {*names(found)}.isdisjoint(names(found, **{moved: "z"}))

    @every_proxy
    def test_an_endpoint_of_another_proxy_has_another_name(self, name):
        found = flat(name, "aurora-mysql", **READERS)[0].resources
        proxies, endpoints = of_type(found, "DBProxy"), of_type(found, "DBProxyEndpoint")

        assert endpoints
        replaced = dict.fromkeys(proxies, "b")
        assert {*names(endpoints)}.isdisjoint(names(endpoints, **replaced))


class TestOrder:
    @every_engine
    @pytest.mark.parametrize("nesting", NESTINGS)
    def test_a_proxy_waits_for_subnet_group_and_database(self, name, engine, nesting):
        template = flat(name, engine, nesting)[0]
        graph = Graph(template)
        kind = "DBCluster" if ENGINES[engine].aurora else "DBInstance"

        for proxy in of_type(template.resources, "DBProxy"):
            waited = {template.resources[one]["Type"] for one in graph.waits_for(proxy)}
            assert {"AWS::RDS::DBSubnetGroup", f"AWS::RDS::{kind}"} <= waited

    def test_every_variant_with_a_proxy_is_covered(self):
        with_proxy = {
            variant
            for variant in VARIANTS.values()
            if of_type(render(variant, variant.Config()).flat()[0].resources, "DBProxy")
        }

        # The database of existing_database is there already.
        made = (with_proxy | {bastion}) - {existing_database}
        assert made == {variant for variant, _ in BEHIND_PROXY.values()}


class TestShares:
    def shares(self, **rds):
        found = flat("auth", **rds)[0].resources
        return [
            body["Properties"]["ConnectionPoolConfigurationInfo"]["MaxConnectionsPercent"]
            for body in of_type(found, "DBProxyTargetGroup").values()
        ]

    def test_two_proxies_leave_a_tenth_to_everybody_else(self):
        assert self.shares() == [45, 45]

    def test_another_setting_of_a_proxy_leaves_its_share(self):
        assert self.shares(password_proxy={"debug_logging": True}) == [45, 45]

    @pytest.mark.parametrize(("password", "iam"), [(50, 50), (99, 1), (1, 99)])
    def test_a_hundred_percent_together_are_accepted(self, password, iam):
        pools = {"password_proxy": password, "iam_proxy": iam}
        chosen = {
            name: {"max_connections_percent": most, "max_idle_connections_percent": 0}
            for name, most in pools.items()
        }

        assert self.shares(**chosen) == [password, iam]

    @pytest.mark.parametrize(("password", "iam"), [*product((100,), (100, 1)), (45, 56)])
    def test_more_than_a_hundred_percent_together_are_refused(self, password, iam):
        with pytest.raises(ConfigError) as caught:
            self.shares(
                password_proxy={"max_connections_percent": password},
                iam_proxy={"max_connections_percent": iam, "max_idle_connections_percent": 0},
            )
        [problem] = caught.value.problems
        assert problem.place.endswith("rds.iam_proxy.max_connections_percent")
        assert (
            f"at most 100 together, got {password} for password_proxy and {iam} for iam_proxy"
            in problem.sentence
        )

    @pytest.mark.parametrize("proxy", ["password_proxy", "iam_proxy"])
    def test_too_large_a_share_is_reported_where_it_was_set(self, proxy):
        with pytest.raises(ConfigError) as caught:
            self.shares(**{proxy: {"max_connections_percent": 60}})
        [problem] = caught.value.problems
        assert problem.place.endswith(f"rds.{proxy}.max_connections_percent")
