"""Routes: one function answers each, in one API, and somebody is asked who calls."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, ref, resource, template, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import api_route
from rdsproxy_templates.variants import auth, edge

AUTH = unpackaged(auth, auth.Config()).flat()[0]
EDGE = unpackaged(edge, edge.Config()).flat()[0]
API, FUNCTION = "SAMStackHttpApi", "SAMStackBlogRDSProxyFunction"
EVENT = f"{FUNCTION}/Events/CatchAllApi/Properties"
IAM_ROUTE = "SAMStackIAMFunction/Events/IAMRoute/Properties"


class TestOneFunctionEachRoute:
    @pytest.mark.parametrize("method", ["ANY", "any", "x-amazon-apigateway-any-method"])
    def test_two_functions_on_one_route_are_refused(self, method):
        changed = faulted(f"{IAM_ROUTE}/Method", method, AUTH)

        [one] = violations(
            api_route.one_function_each_route, faulted(f"{IAM_ROUTE}/Path", "/func1", changed)
        )

        assert one.resource == "SAMStackIAMFunction"
        assert (
            one.sentence == "IAMRoute is ANY /func1, which SAMStackPasswordFunction answers already"
        )

    def test_another_name_of_a_parameter_is_no_other_route(self):
        changed = faulted(f"{IAM_ROUTE}/Path", "/x/{id}", AUTH)
        place = "SAMStackPasswordFunction/Events/PasswordRoute/Properties/Path"

        assert violations(api_route.one_function_each_route, faulted(place, "/x/{key}", changed))

    @pytest.mark.parametrize(
        ("key", "value"), [("Method", "GET"), ("ApiId", GIVEN), ("Path", GIVEN), ("Method", GIVEN)]
    )
    def test_another_method_and_what_is_unknown_are_accepted(self, key, value):
        changed = faulted(f"{IAM_ROUTE}/Path", "/func1", AUTH)

        assert_holds(
            api_route.one_function_each_route, faulted(f"{IAM_ROUTE}/{key}", value, changed)
        )

    def test_routes_of_plain_cloudformation_are_read_too(self):
        one = resource("ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey="GET /x")
        made = template(Api=resource("ApiGatewayV2::Api", ProtocolType="HTTP"), One=one, Two=one)

        [found] = violations(api_route.one_function_each_route, made)

        assert found.resource == "Two"


class TestImplicit:
    def test_an_event_without_an_api_beside_one_is_refused(self):
        [one] = violations(api_route.implicit, without(f"{EVENT}/ApiId"))

        assert one.resource == FUNCTION
        assert one.sentence == f"CatchAllApi names no API, so SAM makes another beside {API}"
        assert one.remedy == "Set ApiId to the API"

    def test_an_event_of_a_rest_api_is_read_too(self):
        place = "SAMStackUserNamesFunction/Events/Root/Properties/RestApiId"

        [one] = violations(api_route.implicit, without(place, EDGE))

        assert one.remedy == "Set RestApiId to the API"

    def test_an_implicit_api_by_itself_is_accepted(self):
        assert_holds(api_route.implicit, without(API, without(f"{EVENT}/ApiId")))

    def test_an_api_that_is_given_is_accepted(self):
        assert_holds(api_route.implicit, faulted(f"{EVENT}/ApiId", GIVEN))


class TestAuthorizer:
    @pytest.mark.parametrize("place", [f"{API}/Auth", f"{API}/Auth/DefaultAuthorizer"])
    def test_an_api_that_asks_nobody_is_worth_a_look(self, place):
        [one] = violations(api_route.authorizer, without(place))

        assert one.resource == API
        assert one.sentence == f"nobody is asked who calls CatchAllApi of {FUNCTION}"
        assert api_route.authorizer.level == "opinion"

    def test_a_route_that_turns_the_authorizer_off_is_one(self):
        assert violations(api_route.authorizer, faulted(f"{EVENT}/Auth", {"Authorizer": "NONE"}))

    def test_beside_routes_that_ask_one_may_turn_it_off(self):
        health = {"Type": "HttpApi", "Properties": {"ApiId": ref(API), "Path": "/health"}}
        health["Properties"]["Auth"] = {"Authorizer": "NONE"}

        assert_holds(api_route.authorizer, faulted(f"{FUNCTION}/Events/Health", health))

    @pytest.mark.parametrize("value", [False, "false"])
    def test_a_rest_api_without_a_key_is_one(self, value):
        place = "SAMStackRestApi/Auth/ApiKeyRequired"

        assert violations(api_route.authorizer, faulted(place, value, EDGE))

    @pytest.mark.parametrize(
        "auth_", [{"Authorizer": "JWT"}, {"ApiKeyRequired": True}, {"ResourcePolicy": {"a": "b"}}]
    )
    def test_a_route_that_asks_is_accepted(self, auth_):
        assert_holds(api_route.authorizer, faulted(f"{EVENT}/Auth", auth_, without(f"{API}/Auth")))

    @pytest.mark.parametrize("place", [f"{API}/Auth", f"{EVENT}/Auth"])
    def test_what_only_deployment_knows_is_left_alone(self, place):
        changed = without(f"{API}/Auth") if "Events" in place else None
        wrong = faulted(place, GIVEN, changed) if changed else faulted(place, GIVEN)

        assert_holds(api_route.authorizer, wrong)

    def test_a_plain_route_and_an_address_of_a_function_are_read_too(self):
        made = template(
            Api=resource("ApiGatewayV2::Api", ProtocolType="HTTP"),
            Route=resource("ApiGatewayV2::Route", ApiId=ref("Api"), RouteKey="GET /x"),
            Url=resource("Lambda::Url", AuthType="NONE"),
            Function=resource("Serverless::Function", FunctionUrlConfig={"AuthType": "NONE"}),
        )

        found = {one.resource for one in violations(api_route.authorizer, made)}

        assert found == {"Route", "Url", "Function"}
