"""Commands that open a tunnel from a laptop to a database, and connect through it."""

from __future__ import annotations

import json
from typing import Final

from troposphere import ec2

from ..aws.engines import Engine
from ..aws.kinds import Command, DatabaseName, DatabaseUser, Hostname
from ..model import Expression, sub
from ..records import record

USER: Final = "ec2-user"
"""Default user of Amazon Linux."""


@record(frozen=True, kw_only=True)
class Tunnel:
    """A tunnel from *local_port* of a laptop, through *instance*, to *host* and *port*."""

    instance: ec2.Instance
    host: Hostname
    port: int
    local_port: int

    def by_ssm(self) -> Command:
        """Open the tunnel through Session Manager."""
        forwarding = {
            "host": ["${host}"],
            "portNumber": [str(self.port)],
            "localPortNumber": [str(self.local_port)],
        }
        return _command(
            "aws ssm start-session --region ${AWS::Region} --target ${instance} "
            "--document-name AWS-StartPortForwardingSessionToRemoteHost "
            f"--parameters '{json.dumps(forwarding, separators=(',', ':'))}'",
            instance=self.instance.ref(),
            host=self.host,
        )

    def by_eice(self, endpoint: ec2.InstanceConnectEndpoint) -> Command:
        """Open the tunnel through the EC2 Instance Connect Endpoint *endpoint*."""
        return _command(
            "aws ec2-instance-connect ssh --region ${AWS::Region} --instance-id ${instance} "
            f"--os-user {USER} --connection-type eice --eice-options endpointId=${{endpoint}} "
            f"--local-forwarding {self.local_port}:${{host}}:{self.port}",
            instance=self.instance.ref(),
            endpoint=endpoint.ref(),
            host=self.host,
        )

    def by_ssh(self, address: ec2.EIP, key_pair_name: str) -> Command:
        """Open the tunnel by SSH to the instance's public *address*."""
        return _command(
            f"ssh -i ~/.ssh/{key_pair_name}.pem -N "
            f"-L {self.local_port}:${{host}}:{self.port} {USER}@${{address}}",
            host=self.host,
            address=address.get_att("PublicIp"),
        )

    def client(self, engine: Engine, user: DatabaseUser, database: DatabaseName) -> Command:
        """Connect with the engine's own client, while the tunnel is open."""
        return _command(engine.client, port=str(self.local_port), user=user, database=database)


def start_command(instance: ec2.Instance) -> Command:
    """Start a stopped instance."""
    return _command(
        "aws ec2 start-instances --region ${AWS::Region} --instance-ids ${instance}",
        instance=instance.ref(),
    )


def _command(line: str, **values: Expression) -> Command:
    return Command(sub(line, **values))
