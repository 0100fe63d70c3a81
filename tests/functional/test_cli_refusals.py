"""Options that say nothing together are refused, all at once."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        ("--stack orders base", ["[--stack] takes the place of VARIANTS; leave out one of them"]),
        ("base --name x", ["[--name] names a stack of your own: give --stack, too"]),
        ("--list base --check", ["[--list] and --check say nothing", "[--list] and VARIANTS say"]),
        ("--schema base --quiet", ["[--schema] and --quiet say nothing together"]),
        ("base --nesting sam --expand", ["[--expand] leaves nothing of SAM, by which --nesting"]),
        ("--schema --list", ["[--list] and --schema", "[--schema] and --list"]),
        ("base edge --config my.yaml", ["[--config] is for one variant; name it: base or edge"]),
        ("schema base --stack orders", ["[--stack] takes the place of VARIANT; leave out"]),
        ("deploy", ["[plan] is missing; name one, or a stack of your own by --stack; the plans "]),
        ("deploy base --stack orders", ["[--stack] takes the place of PLAN; leave out one"]),
        (
            "deploy base --name x --accept-data-loss",
            ["[--name] names a stack of", "[--accept-data-loss] is for --yes; without that, each"],
        ),
        ("destroy base --accept-data-loss", ["[--accept-data-loss] is for --yes; without that, "]),
        (
            "deploy cross_account --profile a --bucket b",
            [
                "[--profile] is for plans with one account, and cross_account has two: give "
                "--app-profile and --db-profile",
                "[--bucket] is for plans with one account, and cross_account has two: give "
                "--app-bucket and --db-bucket",
            ],
        ),
        (
            "deploy base --db-profile a --db-bucket b",
            [
                "[--db-profile] is for plans with two accounts, and base has one: give --profile",
                "[--db-bucket] is for plans with two accounts, and base has one: give --bucket",
            ],
        ),
        *(
            (
                f"{command} cross_account --step nope --step db",
                ["[--step] unknown step 'nope'; the steps of cross_account are network, db, app"],
            )
            for command in ("deploy", "destroy")
        ),
        (
            "deploy cross_account --step app --skip-resource db.VPC",
            ["[--skip-resource] must begin with a step, app, and a dot, got 'db.VPC'"],
        ),
        (
            "deploy edge --no-wait",
            [
                "[--no-wait] step edge takes outputs of step waf, and waits for it; choose one of "
                "them by --step"
            ],
        ),
        (
            "deploy base --role-arn deployer --notification-arn arn:aws:iam::111122223333:role/x",
            [
                "[--role-arn] must be the ARN of a role, such as "
                "arn:aws:iam::111122223333:role/deployer, got 'deployer'",
            ],
        ),
        (
            "deploy base --notification-arn topic --notification-arn 1",
            [
                "[--notification-arn] must be the ARN of a topic, such as "
                "arn:aws:sns:eu-west-1:111122223333:stacks, got 'topic'",
                "[--notification-arn] must be the ARN of a topic, such as "
                "arn:aws:sns:eu-west-1:111122223333:stacks, got '1'",
            ],
        ),
        (
            "destroy cross_account --no-wait --step db --step app",
            [
                "[--no-wait] step db is deleted after step app, which takes its outputs, and waits "
                "for it; choose one of them by --step"
            ],
        ),
        (
            "deploy base --no-wait --time-limit 1 --outputs x",
            ["[--no-wait] and --outputs say nothing", "[--no-wait] and --time-limit say nothing"],
        ),
        ("deploy base --from x --step base", ["[--from] and --step say nothing together; leave"]),
        (
            "deploy cross_account --step app --parameter db.PrivateSubnet1Cidr=10.0.0.0/24",
            ["[--parameter] db.PrivateSubnet1Cidr is of a step that --step leaves out"],
        ),
        (
            "destroy edge --profile a --app-profile a",
            ["[--profile] and --app-profile choose the same; leave out one of them"],
        ),
        (
            "deploy base --stack-prefix my_app",
            ["[--stack-prefix] must begin with a letter and have only letters, digits and -, got"],
        ),
        (
            f"destroy base --stack-prefix {'a' * 124}",
            ["[--stack-prefix] must make stack names of at most 128 characters, got 'aaaa"],
        ),
        (
            "adopt --out x",
            ["[adopt] needs --proxy, --cluster or --instance: what a stack shall take"],
        ),
        (
            "adopt --out x --cluster a --instance b --stack-name 1st",
            [
                "[--instance] and --cluster say nothing together; adopt one at a time",
                "[--stack-name] must begin with a letter and have at most 128 letters, digits and",
            ],
        ),
        ("--stack= base", ["[--stack] takes the place of VARIANTS"]),
        ("--stack=", ["[--stack ] must be a module, such as orders or infra.orders, or a file, "]),
        (
            "--stack orders.py --name 1st",
            ["[--stack orders.py] there is no such file"],
        ),
        (
            "deploy base --from plan.json --drift --revert-drift",
            ["[--from] and --drift say nothing", "[--from] and --revert-drift say nothing"],
        ),
        (
            "doctor --proxy mine --drift",
            ["[--drift] compares a stack with its template; give PLAN or --stack in place of"],
        ),
        ("deploy base --parameter B=1", ["[--parameter] unknown parameter 'B'"]),
        (
            "deploy base --parameter A=1 --parameter A=2",
            ["[--parameter] A is given 2 times; give it once"],
        ),
    ],
)
def test_it_is_explained_with_status_2(cli, words, sentences):
    result = cli(*words.split())

    assert result.exit_code == 2
    assert result.stderr.count("error: ") == len(sentences)
    assert [one for one in sentences if f"error: {one}" not in result.stderr] == []
