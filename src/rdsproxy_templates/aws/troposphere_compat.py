"""What troposphere 4.11 does not know yet; each of these goes when it does."""

from __future__ import annotations

from troposphere import PropsDictType, awslambda, rds, serverless
from troposphere.validators import double


class HttpApiAuth(serverless.HttpApiAuth):
    """SAM's HttpApiAuth, with the IAM authorizer and with authorizers by name."""

    props: PropsDictType = {  # noqa: RUF012 - as troposphere declares it
        "EnableIamAuthorizer": (bool, False),
        "Authorizers": (dict, False),
        "DefaultAuthorizer": (str, False),
    }


class LoggingConfig(awslambda.LoggingConfig):
    """Lambda's LoggingConfig, with the LogFormat that it lost to another type's."""

    props: PropsDictType = {  # noqa: RUF012 - as troposphere declares it
        "LogFormat": (str, False),
        "LogGroup": (str, False),
    }


class ServerlessV2ScalingConfiguration(rds.ServerlessV2ScalingConfiguration):
    """Aurora's ServerlessV2ScalingConfiguration, up to 256 ACU instead of 128."""

    props: PropsDictType = {  # noqa: RUF012 - as troposphere declares it
        "MinCapacity": (double, True),
        "MaxCapacity": (double, True),
    }
