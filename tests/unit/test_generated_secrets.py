"""Generation of secrets, which no release may change: every one would be generated anew."""

from __future__ import annotations

import pytest

from rdsproxy_templates import render, stacks
from rdsproxy_templates.variants import VARIANTS

USERS = {"rds": {"users": [{"name": "reports", "login": "password"}]}}

# Never edit these: CloudFormation makes another password of any change, and no database learns it.
PASSWORD = {
    "GenerateStringKey": "password",
    "PasswordLength": 32,
    "ExcludeCharacters": '"@/\\',
}
MASTER = PASSWORD | {
    "SecretStringTemplate": {"Fn::Sub": '{"username": "${RDSMasterUsername}"}'},
}
USER = PASSWORD | {"SecretStringTemplate": '{"username": "reports"}'}
KEY = {
    "SecretStringTemplate": "{}",
    "GenerateStringKey": "key",
    "PasswordLength": 40,
    "ExcludePunctuation": True,
}


def generated(variant, settings):
    """The declaration that each secret of a variant is generated from, by its title."""
    module = VARIANTS[variant]
    root = render(module, module.Config.parse(settings, "a test")).root
    return {
        title: body["Properties"]["GenerateSecretString"]
        for _, template in root.walk()
        for title, body in template.resources.items()
        if body["Type"] == "AWS::SecretsManager::Secret"
    }


@pytest.mark.parametrize(
    "variant", ["base", "existing_vpc", "data_tier", "auth", "bastion", "cross_account_db"]
)
def test_the_master_users_password_is_generated_as_ever(variant):
    assert generated(variant, {})["RDSMasterUserSecret"] == MASTER


def test_the_passwords_of_declared_users_are_generated_as_ever():
    assert generated("base", USERS) == {"RDSMasterUserSecret": MASTER, "ReportsSecret": USER}


def test_the_keys_of_an_api_are_generated_as_ever():
    assert generated("edge", {}) == {
        "RDSMasterUserSecret": MASTER,
        "APIKeySecret": KEY,
        "OriginSecret": KEY,
    }


def test_every_setting_behind_it_says_that_it_is_for_creation_only():
    settings = (
        stacks.secrets.Config.model_fields["password_length"],
        stacks.user_secrets.Config.model_fields["password_length"],
        stacks.api_key.Config.model_fields["length"],
    )

    assert all("at creation" in str(one.description) for one in settings)


@pytest.mark.parametrize("variant", ["base", "existing_vpc", "auth", "bastion", "edge"])
def test_every_parameter_behind_a_database_is_for_the_creation_only(variant):
    module = VARIANTS[variant]
    parameters = render(module, module.Config()).root.parameters
    decided = {
        name for name, body in parameters.items() if "at creation only" in body["Description"]
    }

    assert decided == {
        name
        for name in parameters
        if name.endswith(("Cidr", "MasterUsername", "DatabaseName"))
        or ("Subnet" in name and name.endswith("Id"))
    }
