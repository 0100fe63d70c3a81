"""The output of functions, read while it is written."""

from __future__ import annotations

import time

import pytest

from rdsproxy_local.function_output import LogReader
from rdsproxy_local.local_cloud import Account

GROUP = "/aws/lambda/reader"


@pytest.fixture
def account(server, request):
    account = Account(server.endpoint, "555555555502", "eu-west-1")
    logs = account.client("logs")
    for group in (GROUP, "/other"):
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="one")
    yield account
    for group in (GROUP, "/other"):
        logs.delete_log_group(logGroupName=group)


def write(account, *texts, group=GROUP):
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": text} for text in texts]
    account.client("logs").put_log_events(logGroupName=group, logStreamName="one", logEvents=events)


def test_each_event_is_read_once_also_within_a_millisecond(account):
    reader = LogReader(account)
    read = []
    for number in range(4):
        write(account, f"first {number}", f"second {number}\n")
        read += [text for _, text in reader.new_lines()]

    assert read == [f"{word} {number}" for number in range(4) for word in ("first", "second")]
    assert list(reader.new_lines()) == []


def test_only_chosen_groups_are_read(account):
    write(account, "ours")
    write(account, "theirs", group="/other")

    assert list(LogReader(account, [GROUP]).new_lines()) == [(GROUP, "ours")]
    assert {text for _, text in LogReader(account).new_lines()} == {"ours", "theirs"}


def test_a_group_that_goes_meanwhile_has_no_more_to_say(account):
    logs, going = account.client("logs"), "/zz-going"
    logs.create_log_group(logGroupName=going)
    write(account, "ours")
    lines = LogReader(account, [GROUP, going]).new_lines()

    first = next(lines)
    logs.delete_log_group(logGroupName=going)

    assert [first, *lines] == [(GROUP, "ours")]


def test_groups_of_every_page_are_read(account):
    logs, many = account.client("logs"), [f"/another/{number}" for number in range(51)]
    write(account, "ours")
    for name in many:
        logs.create_log_group(logGroupName=name)

    read = list(LogReader(account, [GROUP]).new_lines())

    for name in many:
        logs.delete_log_group(logGroupName=name)
    assert read == [(GROUP, "ours")]
