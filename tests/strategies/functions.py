"""Strategies of functions of one's own."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import strategies as st

from .database_groups import some

CODE = os.path.relpath(Path(__file__).parents[2] / "lambda" / "visits")
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:7"
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:tools:3"
ROUTES = ["GET /", "POST /orders", "GET /orders/{id}", "ANY /files/{path+}"]

queues = some(
    deliveries=st.integers(1, 1000),
    retention_days=st.integers(1, 14),
    visibility_timeout=st.integers(6 * 29, 43_200),
    maximum_concurrency=st.integers(2, 1000),
)
batches = some(batch_size=st.integers(1, 10)) | st.fixed_dictionaries(
    {"batch_size": st.integers(11, 10_000), "batching_window_seconds": st.integers(1, 300)}
)
gradual = st.fixed_dictionaries(
    {"deployment": st.just("Linear10PercentEvery1Minute")},
    optional={"alarms": st.just(["too-many-errors"])},
)
aliases = st.builds(
    lambda one, more: one | more,
    some(name=st.just("current"), provisioned_concurrency=st.integers(1, 50)),
    gradual | st.just({"deployment": "AllAtOnce"}) | st.just({}),
)
tuned = some(
    memory_size=st.integers(128, 10_240),
    timeout=st.integers(15, 29),
    architecture=st.sampled_from(["arm64", "x86_64"]),
    ephemeral_storage=st.integers(512, 10_240),
    tracing=st.sampled_from(["Active", "PassThrough"]),
    reserved_concurrency=st.integers(50, 100),
    schedule=st.sampled_from(["rate(1 hour)", "cron(0 3 * * ? *)"]),
    queue=st.builds(lambda one, more: one | more, queues, batches),
    alias=aliases,
    asynchronous=some(
        retries=st.integers(0, 2),
        maximum_age_seconds=st.integers(60, 21_600),
        dead_letters=st.booleans(),
    ),
    log_retention_in_days=st.sampled_from([1, 30]),
    log_level=st.sampled_from(["DEBUG", "ERROR"]),
    environment=st.just({"STAGE": "live", "PAGE": 20}),
    policies=st.just(["AmazonS3ReadOnlyAccess"]),
)
packages = some(
    runtime=st.sampled_from(["python3.12", "python3.13", "python3.14"]),
    handler=st.just("app.handler"),
    build=st.just("makefile"),
    layers=st.just([LAYER]),
    database_layer=st.booleans(),
).map(lambda one: {"code": CODE} | one)


@st.composite
def own_functions(draw, people, *, readers):
    """Functions of one's own, with users of *people* and routes of their own."""
    routes = draw(st.permutations(ROUTES))
    made = []
    for name in draw(st.lists(st.sampled_from(["orders", "nightly-run", "in_take"]), unique=True)):
        user = draw(st.sampled_from([None, *(one["name"] for one in people)]))
        called = [routes.pop() for _ in range(draw(st.integers(0, 1)))] or ["PUT /" + name]
        one = {"name": name, "user": user, "routes": called} | draw(tuned)
        one |= draw(packages | st.just({"code": IMAGE}))
        if user:
            one |= draw(some(vpc=st.just(True), security_groups=st.just(["sg-0a1b2c3d"])))
        if user and readers:
            one |= draw(some(reads_only=st.booleans()))
        made.append(one)
    return made
