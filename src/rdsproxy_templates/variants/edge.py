"""WAF -> CloudFront -> REST API with a key -> Lambda outside any VPC -> public database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES
from ..aws.kinds import (
    Command,
    DatabaseArn,
    DatabaseResourceId,
    DatabaseUser,
    FunctionArns,
    Hostname,
    SecretArn,
    SecurityGroupId,
    SubnetIds,
    Url,
    WebACLArn,
)
from ..errors import Problem
from ..model import Child, ParameterAttributes, Ports, Stack, nest
from ..records import record
from ..resources.api_functions import user_names_function
from ..resources.login_ports import DatabasePorts
from ..resources.port_groups import DatabaseNames
from ..resources.rest_api import STAGE
from ..resources.zones import zones_outside_regions
from . import common
from .administration import AdministeredDatabase, AdministrationSettings, administration
from .database_secrets import database_secrets
from .edge_functions import EdgeFunctions


class Database(common.Database):
    """Names inside the database; they become the defaults of the parameters."""

    mysql_master = "admin"

    name: str = Field(default="edge", description="Default of the parameter RDSDatabaseName.")


class Config(EdgeFunctions):
    """Settings of the variant; no address is let in until ranges are named."""

    vpc: stacks.public_vpc.PublicVpcSettings = Field(
        default_factory=stacks.public_vpc.PublicVpcSettings, description="The database's network."
    )
    database: Database = Field(default_factory=Database, description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        default_factory=stacks.secrets.Config, description="The master user's secret."
    )
    api_key: stacks.api_key.Config = Field(
        default_factory=stacks.api_key.Config,
        description="The secrets that CloudFront shows the API.",
    )
    rds: stacks.public_database.Config = Field(
        default_factory=stacks.public_database.Config,
        description="The database, and who may connect to it.",
    )
    sam: stacks.functions.RestApiFunctionSettings = Field(
        default_factory=stacks.functions.RestApiFunctionSettings,
        description="Function and REST API.",
    )
    distribution: stacks.distribution.DistributionSettings = Field(
        default_factory=stacks.distribution.DistributionSettings, description="CloudFront."
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        engine = ENGINES[self.rds.engine]
        if self.function_user == self.database.master(engine):
            yield Problem("function_user", f"is the master user's, {self.function_user!r}")
        if refusal := engine.user.problem(self.function_user, engine.reserved_words):
            yield Problem("function_user", refusal)
        yield from common.database_problems(self.rds, self.database, self.regions)
        yield from common.root_problems((self.user,), self.regions)
        yield from zones_outside_regions(self.vpc.availability_zones, self.regions)

    @property
    def administration(self) -> AdministrationSettings:
        """The functions that create the function's user and rotate the master's secret."""
        return AdministrationSettings(
            database=self.rds,
            users=(self.user,),
            function_user=self.function_user,
            functions=self.sam,
            creates_tables=False,
        )


class GuardedBy(Ports):
    """The web ACL of CloudFront, which another stack has."""

    web_acl_arn: WebACLArn = Field(description="Output WebACLArn of `edge_waf`.")


class Inputs(DatabaseNames, stacks.public_vpc.Inputs, GuardedBy):
    """The web ACL, address ranges of the network, and names in the database."""


class Outputs(Ports):
    site_url: Url = Field(description="Address that viewers call.")
    call_by_curl: Command = Field(
        description="Answers 200 to an allowed address, and 403 to any other."
    )
    call_around_by_curl: Command = Field(
        description="Answers 403 to every address: only CloudFront gets in at the API itself."
    )
    get_secret_value_by_cli: Command | None = Field(
        default=None,
        description="Prints the master user's secret; needs the AWS CLI and the right to read it.",
    )
    distribution_host: Hostname | None = Field(
        default=None, description="Where the DNS of `distribution.domain_name` has to lead."
    )
    db_endpoint: Hostname = Field(description="Host of the database.")
    db_arn: DatabaseArn = Field(description="ARN of the database.")
    db_resource_id: DatabaseResourceId = Field(
        description="ID by which `rds-db:connect` names the database."
    )
    db_security_group_id: SecurityGroupId = Field(
        description="ID of the database's security group."
    )
    rds_master_user_secret_arn: SecretArn | None = Field(
        default=None, description="ARN of the master user's secret."
    )
    function_arns: FunctionArns = Field(description="ARNs of the functions, in their order.")


@record(frozen=True, kw_only=True)
class _Database:
    """The database with the function's user in it, and what it offers."""

    children: Sequence[Child[Any]]
    outputs: stacks.public_database.Outputs
    user: DatabaseUser
    get_secret: Command | None
    master_secret: SecretArn | None


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The database and its user, the API that wants two secrets, and CloudFront that shows them."""
    engine = ENGINES[config.rds.engine]
    database = _database(config, inputs)
    api_key = nest("APIKeyStack", stacks.api_key, config.api_key, stacks.api_key.Inputs())
    sam = nest(
        "SAMStack",
        stacks.functions,
        stacks.functions.Config(
            api=config.sam,
            functions=() if config.functions else (user_names_function(),),
            declared=config.functions,
            declared_login="database" if config.functions else None,
            engine_family=engine.family,
        ),
        stacks.functions.Inputs(
            database=DatabasePorts(
                db_endpoint=database.outputs.db_endpoint,
                db_resource_id=database.outputs.db_resource_id,
                rds_database_name=inputs.rds_database_name,
                function_user=database.user,
            )
            if config.connects
            else None,
            rest_api=stacks.functions.RestApiSecrets(
                api_key_secret_arn=api_key.outputs.api_key_secret_arn,
                origin_secret_arn=api_key.outputs.origin_secret_arn,
            ),
        ),
    )
    distribution = nest(
        "DistributionStack",
        stacks.distribution,
        config.distribution.with_context(stacks.distribution.Config, origin_path=f"/{STAGE}"),
        stacks.distribution.Inputs(
            api_host=sam.outputs.rest_api_host,
            api_key_secret_arn=api_key.outputs.api_key_secret_arn,
            origin_secret_arn=api_key.outputs.origin_secret_arn,
            web_acl_arn=inputs.web_acl_arn,
        ),
    )
    return Stack(
        children=[*database.children, api_key, sam, distribution],
        outputs=Outputs(
            site_url=distribution.outputs.site_url,
            call_by_curl=config.curl(distribution.outputs.site_url),
            call_around_by_curl=config.curl(sam.outputs.at("api_url")),
            get_secret_value_by_cli=database.get_secret,
            distribution_host=distribution.outputs.distribution_host,
            db_endpoint=database.outputs.db_endpoint,
            db_arn=database.outputs.db_arn,
            db_resource_id=database.outputs.db_resource_id,
            db_security_group_id=database.outputs.db_security_group_id,
            rds_master_user_secret_arn=database.master_secret,
            function_arns=sam.outputs.function_arns,
        ),
        parameters={
            "web_acl_arn": ParameterAttributes(
                allowed_pattern=r"arn:[a-z-]+:wafv2:us-east-1:\d{12}:global/webacl/\S+",
                constraint_description="must be the ARN of a web ACL for CloudFront, in us-east-1",
            ),
            **config.vpc.attributes(),
            **config.database.attributes(engine),
        },
    )


def _database(config: Config, inputs: Inputs) -> _Database:
    """Place the functions that create users in the VPC, so that they need no range."""
    vpc = nest("VPCStack", stacks.public_vpc, config.vpc, inputs)
    secrets = database_secrets(config.secrets, config.rds, (), inputs)
    rds = nest(
        "RDSStack",
        stacks.public_database,
        config.rds,
        stacks.public_database.Inputs(
            network=vpc.outputs,
            credentials=secrets.credentials,
        ),
    )
    secrets = secrets.with_managed(rds.outputs.managed_secret_arn)
    administered = administration(
        config.administration,
        secrets,
        AdministeredDatabase(
            vpc_id=vpc.outputs.vpc_id,
            subnet_ids=SubnetIds([vpc.outputs.public_subnet1_id]),
            db_security_group_id=rds.outputs.db_security_group_id,
            endpoint_security_group_id=None,
            db_endpoint=rds.outputs.db_endpoint,
            db_resource_id=rds.outputs.db_resource_id,
            attached_secret_arns=rds.outputs.attached_secret_arns,
        ),
    )
    return _Database(
        children=[vpc, *secrets.children, rds, *administered.children],
        outputs=rds.outputs,
        user=administered.function_user,
        get_secret=secrets.get_secret_value_by_cli,
        master_secret=secrets.master_secret,
    )
