"""Custom resources of ``lambda/database_users``, as it reads them."""

from __future__ import annotations

from typing import Final

from troposphere import AWSObject, PropsDictType

FUNCTION_TABLES: Final = "functions"
KEYS: Final = "transaction_keys"
"""Tables that can be made: of the library's functions, and of `rdsproxy_client`'s keys."""


class DatabaseUserResource(AWSObject):
    """``Custom::DatabaseUser``: a user with its login and grants."""

    resource_type = "Custom::DatabaseUser"
    props: PropsDictType = {  # noqa: RUF012 - as troposphere declares it
        "ServiceToken": (str, True),
        "ServiceTimeout": (int, False),
        "UserName": (str, True),
        "Login": (str, True),
        "SecretArn": (str, False),
        "Grants": (list, True),
        "ListsUsers": (bool, False),
        "Adopt": (bool, False),
        "DatabaseResourceId": (str, True),
    }


class DatabaseTablesResource(AWSObject):
    """``Custom::DatabaseTables``: tables that the master creates, and nobody drops."""

    resource_type = "Custom::DatabaseTables"
    props: PropsDictType = {  # noqa: RUF012 - as troposphere declares it
        "ServiceToken": (str, True),
        "ServiceTimeout": (int, False),
        "Tables": (list, False),
        "DatabaseResourceId": (str, True),
    }
