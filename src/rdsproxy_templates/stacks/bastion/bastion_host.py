"""Bastion through which a laptop reaches the database, with the commands to use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import Field
from troposphere import AWSObject, Base64, ec2, iam

from ...aws.engines import ENGINES
from ...aws.kinds import (
    Command,
    DatabaseName,
    DatabaseUser,
    Hostname,
    InstanceId,
    SecurityGroupId,
    SubnetId,
    VpcId,
)
from ...aws.policies import trusts
from ...model import Ports, Stack, sub
from ...records import record
from ...resources.access import AccessSettings
from ...resources.idle_stop import idle_stop_script
from ...resources.optional_properties import without_none
from ...resources.security_groups import (
    HTTPS,
    SSH,
    ingress_rule,
    ingress_rule_from_range,
    inline_egress,
    inline_egress_to_everywhere,
)
from ...resources.tunnel_commands import Tunnel, start_command

IMAGE: Final = (
    "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}}"
)
"""The newest Amazon Linux 2023 for Arm, from the public parameter that holds its ID."""

FROM_BASTION: Final = "From the bastion"


class Config(AccessSettings):
    """The settings, and the database's engine, which the parent stack knows."""

    engine: str = Field(default="aurora-postgresql", description="Engine of the database.")
    database_port: int | None = Field(
        default=None, description="Port of the database, if not the engine's own."
    )

    @property
    def port(self) -> int:
        """TCP port that the database listens on."""
        return self.database_port or ENGINES[self.engine].port


class Inputs(Ports):
    vpc_id: VpcId = Field(description="VPC of the database.")
    subnet_id: SubnetId = Field(description="Subnet of the bastion.")
    db_security_group_id: SecurityGroupId = Field(
        description="Security group of the database, which admits the bastion."
    )
    db_endpoint: Hostname = Field(description="Host name of the database's writer.")
    rds_database_name: DatabaseName = Field(description="Name of the database to log in to.")
    rds_master_username: DatabaseUser = Field(description="Name of the user to log in as.")
    endpoint_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Security group of Session Manager's endpoints, which admits the bastion.",
    )


class Outputs(Ports):
    bastion_instance_id: InstanceId = Field(description="Instance ID of the bastion.")
    tunnel_by_ssm: Command | None = Field(
        default=None,
        description="Command that opens a tunnel to the database; needs the AWS CLI and its "
        "Session Manager plugin.",
    )
    tunnel_by_eice: Command | None = Field(
        default=None,
        description="Command that opens a tunnel to the database; needs AWS CLI 2 and ssh.",
    )
    tunnel_by_ssh: Command | None = Field(
        default=None,
        description="Command that opens a tunnel to the database; needs ssh and the private key of "
        "the key pair.",
    )
    connect_through_tunnel: Command = Field(
        description="Command that logs in as the master user while a tunnel is open; asks for the "
        "password."
    )
    start_bastion_by_cli: Command | None = Field(
        default=None, description="Command that starts the bastion after it has stopped itself."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Create one instance: in by the chosen ways, out to the database and to what the ways need."""
    group = ec2.SecurityGroup(
        "BastionSecurityGroup",
        GroupDescription="Bastion: in by its ways alone, out to the database",
        VpcId=inputs.vpc_id,
        SecurityGroupEgress=list(_egress(config, inputs)),
    )
    member = group.get_att("GroupId")
    opened: list[AWSObject] = [
        ingress_rule(
            "DBSecurityGroupIngress", inputs.db_security_group_id, config.port, member, FROM_BASTION
        )
    ]
    if inputs.endpoint_security_group_id:
        endpoints = inputs.endpoint_security_group_id
        opened.append(
            ingress_rule("EndpointSecurityGroupIngress", endpoints, HTTPS, member, FROM_BASTION)
        )
    if config.ssh_cidr:
        opened.append(
            ingress_rule_from_range(
                "SSHIngress", member, SSH, config.ssh_cidr, "SSH from the laptop"
            )
        )
    profile = _profile() if "ssm" in config.ways else []
    instance = _instance(config, inputs, group, profile, opened)
    address = _address(instance) if config.is_public else None
    connect = _instance_connect(inputs, group) if "eice" in config.ways else None
    tunnel = Tunnel(
        instance=instance,
        host=inputs.db_endpoint,
        port=config.port,
        local_port=config.local_port or config.port,
    )
    return Stack(
        resources=[
            group,
            *opened,
            *profile,
            instance,
            *([address] if address else ()),
            *(connect.resources if connect else ()),
        ],
        outputs=Outputs(
            bastion_instance_id=InstanceId(instance.ref()),
            tunnel_by_ssm=tunnel.by_ssm() if profile else None,
            tunnel_by_eice=tunnel.by_eice(connect.endpoint) if connect else None,
            tunnel_by_ssh=tunnel.by_ssh(address, config.key_pair_name)
            if address and config.key_pair_name
            else None,
            connect_through_tunnel=tunnel.client(
                ENGINES[config.engine], inputs.rds_master_username, inputs.rds_database_name
            ),
            start_bastion_by_cli=start_command(instance) if config.idle_minutes else None,
        ),
    )


def _egress(config: Config, inputs: Inputs) -> Iterator[ec2.SecurityGroupRule]:
    yield inline_egress(inputs.db_security_group_id, config.port, "The database")
    if inputs.endpoint_security_group_id:
        yield inline_egress(inputs.endpoint_security_group_id, HTTPS, "Session Manager")
    if config.nat:
        yield inline_egress_to_everywhere(HTTPS, "Session Manager, by the NAT gateway")


def _profile() -> list[AWSObject]:
    """Permit Session Manager's agent to work, and nothing that concerns the database."""
    role = iam.Role(
        "BastionRole",
        AssumeRolePolicyDocument=trusts("ec2.amazonaws.com"),
        ManagedPolicyArns=[
            sub("arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore")
        ],
    )
    return [role, iam.InstanceProfile("BastionInstanceProfile", Roles=[role.ref()])]


def _instance(
    config: Config,
    inputs: Inputs,
    group: ec2.SecurityGroup,
    profile: Sequence[AWSObject],
    opened: Sequence[AWSObject],
) -> ec2.Instance:
    return ec2.Instance(
        "Bastion",
        # Session Manager's agent looks for its endpoints when the instance starts.
        DependsOn=[str(rule.title) for rule in opened],
        ImageId=IMAGE,
        InstanceType=config.instance_type,
        SubnetId=inputs.subnet_id,
        SecurityGroupIds=[group.get_att("GroupId")],
        **without_none(
            IamInstanceProfile=profile[-1].ref() if profile else None,
            KeyName=config.key_pair_name,
            UserData=Base64(idle_stop_script(config.idle_minutes)) if config.idle_minutes else None,
        ),
        MetadataOptions=ec2.MetadataOptions(
            HttpEndpoint="enabled", HttpTokens="required", HttpPutResponseHopLimit=1
        ),
        BlockDeviceMappings=[
            ec2.BlockDeviceMapping(
                DeviceName="/dev/xvda",
                Ebs=ec2.EbsBlockDevice(
                    Encrypted=True,
                    VolumeType="gp3",
                    VolumeSize=config.volume_size,
                    DeleteOnTermination=True,
                ),
            )
        ],
        InstanceInitiatedShutdownBehavior="stop",
    )


def _address(instance: ec2.Instance) -> ec2.EIP:
    """Keep the public address when the instance stops: the ssh command contains it."""
    return ec2.EIP("BastionAddress", Domain="vpc", InstanceId=instance.ref())


@record(frozen=True, kw_only=True)
class _InstanceConnect:
    """EC2 Instance Connect Endpoint, which leads to the bastion and to nothing else."""

    endpoint: ec2.InstanceConnectEndpoint
    resources: Sequence[AWSObject]


def _instance_connect(inputs: Inputs, group: ec2.SecurityGroup) -> _InstanceConnect:
    bastion = group.get_att("GroupId")
    own = ec2.SecurityGroup(
        "InstanceConnectSecurityGroup",
        GroupDescription="EC2 Instance Connect Endpoint: in by IAM, out to the bastion",
        VpcId=inputs.vpc_id,
        SecurityGroupEgress=[inline_egress(bastion, SSH, "The bastion")],
    )
    endpoint = ec2.InstanceConnectEndpoint(
        "InstanceConnectEndpoint",
        SubnetId=inputs.subnet_id,
        SecurityGroupIds=[own.get_att("GroupId")],
    )
    ingress = ingress_rule(
        "InstanceConnectIngress",
        bastion,
        SSH,
        own.get_att("GroupId"),
        "SSH from EC2 Instance Connect Endpoint",
    )
    return _InstanceConnect(endpoint=endpoint, resources=[own, ingress, endpoint])
