"""Instance through which a laptop reaches the database, and the commands for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import Final, Literal

from pydantic import Field
from troposphere import AWSHelperFn, AWSObject, Base64, ec2, iam

from ..engines import ENGINES
from ..errors import Problem
from ..frame import Ports, Settings, Stack, sub
from ..kinds import (
    Command,
    DatabaseName,
    DatabaseUser,
    Hostname,
    InstanceId,
    SecurityGroupId,
    SubnetId,
    VpcId,
)
from ..parts.groups import HTTPS, SSH, into, into_from, to, to_everywhere
from ..parts.idle import stops_after
from ..parts.present import present
from ..policies import trusts

Way = Literal["ssh", "ssm", "eice"]

IMAGE: Final = (
    "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64}}"
)
"""The newest Amazon Linux 2023, by the public parameter in which AWS keeps its ID."""
USER: Final = "ec2-user"
KEY_NAME: Final = re.compile(r"[A-Za-z0-9._@+=-]{1,255}")


class Choices(Settings):
    """The ways in, and the one instance that they lead to."""

    ways: tuple[Way, ...] = Field(
        ("ssm",),
        strict=False,
        description="How a laptop gets in. `ssm`: Session Manager, without a key or an open "
        "port. `eice`: EC2 Instance Connect Endpoint, without a key. `ssh`: a public address.",
    )
    ssm_route: Literal["endpoints", "nat"] | None = Field(
        "endpoints",
        description="How the instance reaches Session Manager: three interface endpoints in its "
        "subnet, or a NAT gateway.",
    )
    ssh_cidr: str | None = Field(
        None, description="For `ssh`: the one address that may connect, such as 203.0.113.7/32."
    )
    key_pair_name: str | None = Field(
        None, description="For `ssh`: a key pair of EC2's, with its key in ~/.ssh/<name>.pem."
    )
    instance_type: str = Field("t4g.nano", description="Type of the instance; it has to be arm64.")
    volume_size: int = Field(8, ge=8, le=1024, description="GiB of its encrypted gp3 volume.")
    idle_minutes: int | None = Field(
        None,
        ge=5,
        le=1440,
        description="Minutes without a session after which the instance stops itself. Left "
        "out: it runs until somebody stops it.",
    )
    local_port: int | None = Field(
        None,
        ge=1024,
        le=65_535,
        description="Port of the laptop where tunnels begin. Left out: the database's own.",
    )

    @property
    def is_public(self) -> bool:
        """Whether the instance has a public address."""
        return "ssh" in self.ways

    @property
    def endpoints(self) -> bool:
        """Whether it reaches Session Manager through interface endpoints."""
        return "ssm" in self.ways and self.ssm_route == "endpoints"

    @property
    def nat(self) -> bool:
        """Whether it reaches Session Manager through a NAT gateway."""
        return "ssm" in self.ways and self.ssm_route == "nat"

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not self.ways:
            yield Problem("ways", "must name at least one way in")
        if len({*self.ways}) < len(self.ways):
            yield Problem("ways", f"must be different ways, got {', '.join(self.ways)}")
        yield from self._route_problems()
        yield from self._ssh_problems()

    def _route_problems(self) -> Iterator[Problem]:
        if "ssm" not in self.ways:
            if "ssm_route" in self.model_fields_set and self.ssm_route is not None:
                yield Problem("ssm_route", f"is for the way ssm; ways has {', '.join(self.ways)}")
        elif self.ssm_route is None:
            yield Problem(
                "ssm_route",
                "must be endpoints or nat: without a route to Session Manager's own endpoints "
                "the way ssm leads nowhere",
            )
        elif self.ssm_route == "nat" and self.is_public:
            yield Problem(
                "ssm_route",
                "must be endpoints beside the way ssh: an instance with a public address does "
                "not use a NAT gateway",
            )

    def _ssh_problems(self) -> Iterator[Problem]:
        given = {"ssh_cidr": self.ssh_cidr, "key_pair_name": self.key_pair_name}
        for name, value in given.items():
            if self.is_public and value is None:
                yield Problem(name, "must be given for the way ssh")
            if not self.is_public and value is not None:
                yield Problem(name, f"is for the way ssh; ways has {', '.join(self.ways)}")
        if self.ssh_cidr is not None and (sentence := _refusal(self.ssh_cidr)):
            yield Problem("ssh_cidr", f"{sentence}, got {self.ssh_cidr!r}")
        if self.key_pair_name is not None and not KEY_NAME.fullmatch(self.key_pair_name):
            yield Problem(
                "key_pair_name",
                "must be letters, digits and . _ @ + = - alone, because it stands in a command "
                f"line, got {self.key_pair_name!r}",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.is_public:
            yield Problem(
                "ways",
                "has ssh: the instance has a public address, and whoever holds the key and sits "
                f"behind {self.ssh_cidr} reaches the database; ssm and eice ask IAM each time",
            )
        if self.nat:
            yield Problem(
                "ssm_route", "is nat: the instance may connect to everywhere, by HTTPS alone"
            )


def _refusal(cidr: str) -> str | None:
    """Why *cidr* may not connect by SSH; None where it is one address of a laptop."""
    if cidr.endswith("/0"):
        return "must be your own address, and not the whole world"
    try:
        network = IPv4Network(cidr)
    except ValueError:
        return "must be one IPv4 address such as 203.0.113.7/32"
    address = network.network_address
    if network.num_addresses > 1 or "/" not in cidr:
        return "must be one address, a /32"
    if address.is_loopback or address.is_multicast or address.is_unspecified:
        return "must be an address that a laptop can have"
    return None


class Config(Choices):
    """The choices, and what the parent knows of the database."""

    engine: str = Field("aurora-postgresql", description="Engine of the database.")

    @property
    def port(self) -> int:
        """Where the database listens."""
        return ENGINES[self.engine].port

    @property
    def tunnel_port(self) -> int:
        """Where a tunnel begins on the laptop."""
        return self.local_port or self.port


class Inputs(Ports):
    vpc_id: VpcId = Field(description="VPC of the database.")
    subnet_id: SubnetId = Field(description="Subnet of the instance.")
    db_security_group_id: SecurityGroupId = Field(
        description="Group of the database, which lets the instance in."
    )
    db_endpoint: Hostname = Field(description="Host of the database's writer.")
    rds_database_name: DatabaseName = Field(description="Database to log in to.")
    rds_master_username: DatabaseUser = Field(description="User to log in as.")
    endpoint_security_group_id: SecurityGroupId | None = Field(
        None, description="Group of Session Manager's endpoints, which let the instance in."
    )


class Outputs(Ports):
    bastion_instance_id: InstanceId = Field(description="The instance.")
    tunnel_by_ssm: Command | None = Field(
        None,
        description="Opens a tunnel to the database; needs the AWS CLI and its Session Manager "
        "plugin.",
    )
    tunnel_by_eice: Command | None = Field(
        None, description="Opens a tunnel to the database; needs AWS CLI 2 and ssh."
    )
    tunnel_by_ssh: Command | None = Field(
        None, description="Opens a tunnel to the database; needs ssh and the key."
    )
    connect_through_tunnel: Command = Field(
        description="Logs in as the master user while a tunnel is open; asks for the password."
    )
    start_bastion_by_cli: Command | None = Field(
        None, description="Starts the instance after it stopped itself."
    )


def build(config: Config, given: Inputs) -> Stack[Outputs]:
    """One instance: in from the chosen ways, out to the database and to what the ways need."""
    group = ec2.SecurityGroup(
        "BastionSecurityGroup",
        GroupDescription="Bastion: in by its ways alone, out to the database",
        VpcId=given.vpc_id,
        SecurityGroupEgress=list(_egress(config, given)),
    )
    member = group.get_att("GroupId")
    opened: list[AWSObject] = [
        into("DBSecurityGroupIngress", given.db_security_group_id, config.port, member, "Bastion")
    ]
    if given.endpoint_security_group_id:
        endpoints = given.endpoint_security_group_id
        opened.append(into("EndpointSecurityGroupIngress", endpoints, HTTPS, member, "Bastion"))
    if config.ssh_cidr:
        opened.append(into_from("SSHIngress", member, SSH, config.ssh_cidr, "The laptop"))
    profile = _profile() if "ssm" in config.ways else []
    instance = _instance(config, given, group, profile, opened)
    addresses = [_address(instance)] if config.is_public else []
    doors = _door(given, group) if "eice" in config.ways else []
    return Stack(
        resources=[group, *opened, *profile, instance, *addresses, *doors],
        outputs=Outputs(
            bastion_instance_id=InstanceId(instance.ref()),
            tunnel_by_ssm=_by_ssm(config, given, instance) if profile else None,
            tunnel_by_eice=_by_eice(config, given, instance, doors[-1]) if doors else None,
            tunnel_by_ssh=_by_ssh(config, given, addresses[0]) if addresses else None,
            connect_through_tunnel=_client(config, given),
            start_bastion_by_cli=_start(instance) if config.idle_minutes else None,
        ),
    )


def _egress(config: Config, given: Inputs) -> Iterator[ec2.SecurityGroupRule]:
    yield to(given.db_security_group_id, config.port, "The database")
    if given.endpoint_security_group_id:
        yield to(given.endpoint_security_group_id, HTTPS, "Session Manager")
    if config.nat:
        yield to_everywhere(HTTPS, "Session Manager, by the NAT gateway")


def _profile() -> list[AWSObject]:
    """What lets Session Manager's agent work, and nothing of the database."""
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
    given: Inputs,
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
        SubnetId=given.subnet_id,
        SecurityGroupIds=[group.get_att("GroupId")],
        **present(
            IamInstanceProfile=profile[-1].ref() if profile else None,
            KeyName=config.key_pair_name,
            UserData=Base64(stops_after(config.idle_minutes)) if config.idle_minutes else None,
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
    """A public address that stays when the instance stops, as the command names it."""
    return ec2.EIP("BastionAddress", Domain="vpc", InstanceId=instance.ref())


def _door(given: Inputs, group: ec2.SecurityGroup) -> list[AWSObject]:
    """EC2 Instance Connect Endpoint, which leads to the instance and to nothing else."""
    bastion = group.get_att("GroupId")
    own = ec2.SecurityGroup(
        "InstanceConnectSecurityGroup",
        GroupDescription="EC2 Instance Connect Endpoint: in by IAM, out to the bastion",
        VpcId=given.vpc_id,
        SecurityGroupEgress=[to(bastion, SSH, "The bastion")],
    )
    door = ec2.InstanceConnectEndpoint(
        "InstanceConnectEndpoint",
        SubnetId=given.subnet_id,
        SecurityGroupIds=[own.get_att("GroupId")],
    )
    source = own.get_att("GroupId")
    return [
        own,
        into("InstanceConnectIngress", bastion, SSH, source, "EC2 Instance Connect"),
        door,
    ]


def _by_ssm(config: Config, given: Inputs, instance: ec2.Instance) -> Command:
    forwarding = {
        "host": ["${host}"],
        "portNumber": [str(config.port)],
        "localPortNumber": [str(config.tunnel_port)],
    }
    return _command(
        "aws ssm start-session --region ${AWS::Region} --target ${instance} "
        "--document-name AWS-StartPortForwardingSessionToRemoteHost "
        f"--parameters '{json.dumps(forwarding, separators=(',', ':'))}'",
        instance=instance.ref(),
        host=given.db_endpoint,
    )


def _by_eice(config: Config, given: Inputs, instance: ec2.Instance, door: AWSObject) -> Command:
    return _command(
        "aws ec2-instance-connect ssh --region ${AWS::Region} --instance-id ${instance} "
        f"--os-user {USER} --connection-type eice --eice-options endpointId=${{door}} "
        f"--local-forwarding {config.tunnel_port}:${{host}}:{config.port}",
        instance=instance.ref(),
        door=door.ref(),
        host=given.db_endpoint,
    )


def _by_ssh(config: Config, given: Inputs, address: ec2.EIP) -> Command:
    return _command(
        f"ssh -i ~/.ssh/{config.key_pair_name}.pem -N "
        f"-L {config.tunnel_port}:${{host}}:{config.port} {USER}@${{address}}",
        host=given.db_endpoint,
        address=address.get_att("PublicIp"),
    )


def _client(config: Config, given: Inputs) -> Command:
    return _command(
        ENGINES[config.engine].client,
        port=str(config.tunnel_port),
        user=given.rds_master_username,
        database=given.rds_database_name,
    )


def _start(instance: ec2.Instance) -> Command:
    return _command(
        "aws ec2 start-instances --region ${AWS::Region} --instance-ids ${instance}",
        instance=instance.ref(),
    )


def _command(line: str, **values: AWSHelperFn | str) -> Command:
    return Command(sub(line, **values))
