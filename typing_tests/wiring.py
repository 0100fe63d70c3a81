"""Never run, only type-checked: each wrong wire must be an error.

mypy's ``warn_unused_ignores`` turns an ignore that is no longer needed into a failure.
"""

from typing import assert_type

from rdsproxy_templates import Bundle, Child, StackModule, nest, render
from rdsproxy_templates.aws.kinds import DatabaseUser, SecretArn, SubnetId
from rdsproxy_templates.stacks import rds, secrets
from rdsproxy_templates.variants import base, existing_vpc

user = DatabaseUser("root")
given = secrets.Inputs(rds_master_username=user)
child = nest("SecretsStack", secrets, secrets.Config(), given)

assert_type(child, Child[secrets.Outputs])
assert_type(child.outputs.rds_master_user_secret_arn, SecretArn)
assert_type(render(base, base.Config()), Bundle)

# Whoever adds a variant: a module that lacks one of the four names is none.
variant: StackModule[existing_vpc.Config, existing_vpc.Inputs, existing_vpc.Outputs] = existing_vpc

secrets.Inputs()  # type: ignore[call-arg]
secrets.Inputs(rds_master_username="root")  # type: ignore[arg-type]
secrets.Inputs(rds_master_username=SubnetId("subnet-1"))  # type: ignore[arg-type]
secrets.Inputs(rds_master_username=user, password=user)  # type: ignore[call-arg]
secrets.Outputs(rds_master_user_secret_arn=SecretArn("arn"))  # type: ignore[call-arg]
child.outputs.secret  # type: ignore[attr-defined]
given.rds_master_username = user  # type: ignore[misc]

nest("RDSStack", rds, rds.Config(), given)  # type: ignore[misc]
nest("RDSStack", rds, secrets.Config(), given)  # type: ignore[misc]
nest("RDSStack", secrets, rds.Config(), given)  # type: ignore[misc]
render(secrets, rds.Config())  # type: ignore[misc]
render(base, "base.yaml")  # type: ignore[misc]

rds.Config(max_capacity="16")  # type: ignore[arg-type]
rds.Config(max_capcity=16)  # type: ignore[call-arg]
base.Config(rds=secrets.Config())  # type: ignore[arg-type]
