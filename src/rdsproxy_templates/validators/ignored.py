"""Rules of the other validators that we ignore, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """A rule of another validator, the one place where it is ignored, and the reason."""

    rule: str
    place: str
    """The end of the path to the property or parameter that the rule speaks of; "" for all."""
    reason: str
    about: str = ""
    """A word of the finding, where the place does not tell what it is about."""

    def covers(self, rule: str, place: str, sentence: str) -> bool:
        """Tell whether this entry ignores the finding of *rule* at *place* with this *sentence*."""
        return rule == self.rule and place.endswith(self.place) and self.about in sentence


_LOCAL_FILES: Final = Ignored(
    rule="W3002",
    place="TemplateURL",
    reason="It warns of local files, and we validate before `sam package` uploads them.",
)
_NAMED_ZONES: Final = Ignored(
    rule="W3010",
    place="AvailabilityZone",
    reason="A zone stands in a template only where the configuration names it.",
)
_LOCAL_CODE: Final = Ignored(
    rule="W3002",
    place="Code",
    reason="The same, of the functions' code, which `sam build` puts together first.",
)
_LOCAL_LAYER: Final = Ignored(
    rule="W3002", place="Content", reason="The same, of the layers that functions share."
)
_GIVEN: Final = (
    "The ARN of something that exists stands in a template only where the configuration gives it."
)
_GIVEN_ARNS: Final = (
    # It says nothing of the place.
    Ignored(rule="W9013", place="", reason=_GIVEN),
    Ignored(rule="W9002", place="MonitoringRoleArn", reason=_GIVEN),
    Ignored(rule="W9002", place="SourceDBInstanceAutomatedBackupsArn", reason=_GIVEN),
    Ignored(rule="W9002", place="RoleArn", reason=_GIVEN),
)
_RESTORED: Final = (
    "A restored database has its master's name already, and takes another password: CloudFormation "
    "restores, and then sets it by a modification."
)
_DEPRECATED: Final = (
    "A version becomes deprecated while a database runs in it, which goes on; the configuration "
    "warns of it, and our rule database/version refuses what has ended."
)
CFN_LINT: Final = (
    _LOCAL_FILES,
    _LOCAL_CODE,
    _LOCAL_LAYER,
    _NAMED_ZONES,
    Ignored(rule="E3021", place="Properties", about="'MasterUserPassword'", reason=_RESTORED),
    Ignored(rule="E3020", place="MasterUserPassword", reason=_RESTORED),
    Ignored(rule="W3689", place="MasterUserPassword", reason=_RESTORED),
    Ignored(rule="W3690", place="Properties", reason=_DEPRECATED),
    Ignored(rule="W3691", place="Properties", reason=_DEPRECATED),
)
AWS_VALIDATOR: Final = (
    _LOCAL_FILES,
    _LOCAL_CODE,
    _LOCAL_LAYER,
    _NAMED_ZONES,
    *_GIVEN_ARNS,
    Ignored(rule="F3021", place="Properties", about="'MasterUserPassword'", reason=_RESTORED),
    Ignored(rule="F3020", place="MasterUserPassword", reason=_RESTORED),
    Ignored(rule="W3689", place="MasterUserPassword", reason=_RESTORED),
    Ignored(
        rule="E9006",
        place="EngineVersion",
        reason="Its list of engine versions ends before cfn-lint's, which knows the default; "
        "cfn-lint's E3690, E3691 and our rule database/version know versions.",
    ),
    Ignored(
        rule="W1011",
        place="MasterUserPassword",
        reason="It takes the secret's ARN inside {{resolve:secretsmanager:…}} for a password.",
    ),
    Ignored(
        rule="W2501",
        place="RDSMasterUserSecretArn",
        reason="The same: the parameter is an ARN, which is no secret.",
    ),
    Ignored(
        rule="W2509",
        place="SecretArn",
        reason="The same: it takes parameters for passwords by their names.",
    ),
    Ignored(rule="W2509", place="PasswordProxyEndpoint", reason="The same; it is a host."),
    Ignored(rule="W2509", place="PasswordReadOnlyEndpoint", reason="The same; it is a host."),
    Ignored(
        rule="W2508",
        place="SecurityGroupIngress",
        reason="Our rule network/open-to-the-world says the same of every port, but where a "
        "template accepts it.",
    ),
    Ignored(
        rule="W9011",
        place="PubliclyAccessible",
        reason="Our rule database/public says the same, but where a template accepts it.",
    ),
)


def is_ignored(ignored: tuple[Ignored, ...], rule: str, place: str, sentence: str) -> bool:
    """Tell whether one of *ignored* covers the finding of *rule* at *place*, in these words."""
    return any(entry.covers(rule, place, sentence) for entry in ignored)
