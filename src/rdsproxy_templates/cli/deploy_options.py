"""Options of the subcommands that deploy and destroy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import click

from ..deploy.guide import PREFIX
from ..deploy.plan import AccountName
from .arn_options import arns
from .options import Decorated, Decorator

verbose_option: Decorator = click.option(
    "--verbose",
    is_flag=True,
    help="Print each call to AWS by its name and request ID, and the output of builds.",
)
no_wait_option: Decorator = click.option(
    "--no-wait",
    is_flag=True,
    help="End when CloudFormation has begun; the same command follows what goes on.",
)
form_option: Decorator = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Show progress for people, or as one JSON object a line: events, messages, outputs.",
)


def account_options(command: Decorated) -> Decorated:
    """Add the options that choose accounts, Region and stack names."""
    profiles = [
        click.option(
            "--profile",
            metavar="NAME",
            help="AWS profile, for plans with one account. Default: the environment's credentials.",
        ),
        *(
            click.option(
                f"--{account}-profile",
                metavar="NAME",
                help=f"AWS profile of account {account}, for plans with two accounts.",
            )
            for account in get_args(AccountName)
        ),
    ]
    region = click.option("--region", metavar="NAME", help="Region. Default: the profile's.")
    prefix = click.option(
        "--stack-prefix",
        metavar="NAME",
        default=PREFIX,
        show_default=True,
        help="First part of the stacks' names.",
    )
    yes = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
    return _decorated(command, [*profiles, region, prefix, yes])


def step_option(command: Decorated) -> Decorated:
    """Add `--step`."""
    return click.option(
        "--step",
        "only",
        multiple=True,
        metavar="NAME",
        help="Only this step of a plan of several steps; the others stay as they are. Repeatable.",
    )(command)


def adopt_option(command: Decorated) -> Decorated:
    """Add `--adopt-stack`."""
    return click.option(
        "--adopt-stack",
        is_flag=True,
        help="Take over stacks of these names that this command has not created.",
    )(command)


def operation_options(command: Decorated) -> Decorated:
    """Add the options of CloudFormation's operations."""
    options = [
        click.option(
            "--tag",
            "tags",
            multiple=True,
            metavar="KEY=VALUE",
            help="Tag of the root stacks, beside those of the settings. Repeatable.",
        ),
        click.option(
            "--role-arn",
            metavar="ARN",
            callback=arns,
            help="IAM role that CloudFormation assumes, for this and all later operations.",
        ),
        click.option(
            "--notification-arn",
            "notification_arns",
            multiple=True,
            metavar="ARN",
            callback=arns,
            help="SNS topic that gets the stacks' events. Repeatable.",
        ),
        click.option(
            "--keep-on-failure",
            is_flag=True,
            help="Leave what is there where a deployment fails, to look at it; the next `deploy` "
            "or `destroy` finds the way on.",
        ),
        click.option(
            "--time-limit",
            type=click.IntRange(min=1),
            metavar="MINUTES",
            help="End with status 1 when the stacks still work after this time; they go on, and "
            "the same command waits for them. Default: no limit.",
        ),
        click.option(
            "--stack-policy/--no-stack-policy",
            "stack_policy",
            default=None,
            help="Have CloudFormation refuse, whoever asks, to replace or delete databases, "
            "secrets and keys in updates; or no longer. Default: as it is.",
        ),
        no_wait_option,
        click.option(
            "--express",
            is_flag=True,
            help="End when the configuration is applied, without waiting until resources are "
            "ready: for development.",
        ),
    ]
    return _decorated(command, options)


def plan_options(command: Decorated) -> Decorated:
    """Add the options of a deployment that is reviewed before it is carried out."""
    options = [
        click.option(
            "--plan",
            "plan_file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Execute nothing: leave the change sets in CloudFormation, write what they change "
            "into FILE, and for people into FILE with the ending .md. Status 4 if anything "
            "changes.",
        ),
        click.option(
            "--from",
            "from_file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Carry out the plan in FILE, and nothing else; refuse where a stack has changed "
            "since.",
        ),
        click.option(
            "--outputs",
            "outputs_file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Write the outputs of the last step into FILE, as JSON.",
        ),
        form_option,
    ]
    return _decorated(command, options)


def drift_options(command: Decorated) -> Decorated:
    """Add the options about what somebody has changed by hand."""
    options = [
        click.option(
            "--drift",
            "looks_for_drift",
            is_flag=True,
            help="Also show what somebody has changed or deleted by hand since the last "
            "deployment. AWS takes minutes to detect it.",
        ),
        click.option(
            "--revert-drift",
            is_flag=True,
            help="Bring back what was changed or deleted by hand, with the changes of the "
            "templates if there are any; implies --drift.",
        ),
    ]
    return _decorated(command, options)


def bucket_options(command: Decorated) -> Decorated:
    """Add the options that choose a bucket for each account."""
    buckets = [
        click.option(
            "--bucket",
            metavar="NAME",
            help="Bucket for packages, for plans with one account. Default: SAM CLI's own.",
        ),
        *(
            click.option(
                f"--{account}-bucket",
                metavar="NAME",
                help=f"Bucket for packages in account {account}, for plans with two accounts.",
            )
            for account in get_args(AccountName)
        ),
    ]
    packages = [
        click.option(
            "--s3-prefix", metavar="PREFIX", help="Beginning of the packages' keys in the bucket."
        ),
        click.option(
            "--kms-key-id",
            metavar="KEY",
            help="KMS key that encrypts the packages. Default: the bucket's own encryption.",
        ),
    ]
    no_cache = click.option(
        "--no-cache",
        is_flag=True,
        help="Build and upload again what an earlier deployment has uploaded unchanged.",
    )
    return _decorated(command, [*buckets, *packages, no_cache])


def _decorated(command: Decorated, options: Iterable[Decorator]) -> Decorated:
    for option in reversed([*options]):
        command = option(command)
    return command
