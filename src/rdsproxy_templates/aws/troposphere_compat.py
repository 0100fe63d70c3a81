"""Properties that troposphere 4.11 lacks; each class goes when troposphere has them."""

from __future__ import annotations

from troposphere import PropsDictType, awslambda, rds, serverless
from troposphere.validators import double, integer


class HttpApiAuth(serverless.HttpApiAuth):
    """SAM's HttpApiAuth with the IAM authorizer and named authorizers."""

    props: PropsDictType = {  # noqa: RUF012 - as troposphere declares it
        "EnableIamAuthorizer": (bool, False),
        "Authorizers": (dict, False),
        "DefaultAuthorizer": (str, False),
    }


class LoggingConfig(awslambda.LoggingConfig):
    """Lambda's LoggingConfig with what troposphere's class of that name has lost."""

    props: PropsDictType = {  # noqa: RUF012 - as troposphere declares it
        "ApplicationLogLevel": (str, False),
        "LogFormat": (str, False),
        "LogGroup": (str, False),
    }


class ServerlessV2ScalingConfiguration(rds.ServerlessV2ScalingConfiguration):
    """Aurora's ServerlessV2ScalingConfiguration up to 256 ACU, not 128."""

    props: PropsDictType = {  # noqa: RUF012 - as troposphere declares it
        "MinCapacity": (double, True),
        "MaxCapacity": (double, True),
        "SecondsUntilAutoPause": (integer, False),
    }


class DBInstance(rds.DBInstance):
    """RDS' DBInstance without troposphere's rule that every instance has a password.

    It knows neither a master user that logs in by IAM nor a restore to a point in time.
    """

    def validate(self) -> None:
        """Leave the rules to the validators, which know them."""


class EventSourceMapping(awslambda.EventSourceMapping):
    """Lambda's EventSourceMapping, whose ScalingConfig troposphere takes for another's."""

    props: PropsDictType = {  # noqa: RUF012 - as troposphere declares it
        **awslambda.EventSourceMapping.props,
        "ScalingConfig": (dict, False),
    }


class Function(serverless.Function):
    """SAM's Function, also with an image that `sam build` makes, of which there is no URI yet."""

    def validate(self) -> None:
        """Leave the rules to the validators, which know them."""
