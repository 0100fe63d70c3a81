"""Strategies of functions of one's own."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import strategies as st

from .database_groups import some

CODE = os.path.relpath(Path(__file__).parents[2] / "lambda" / "visits")
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:7"
ROUTES = ["GET /", "POST /orders", "GET /orders/{id}", "ANY /files/{path+}"]


@st.composite
def declared(draw, people):
    """Functions of one's own, with users of *people* and routes of their own."""
    routes = draw(st.permutations(ROUTES))
    made = []
    for name in draw(st.lists(st.sampled_from(["orders", "nightly-run", "in_take"]), unique=True)):
        tuned = some(
            memory_size=st.integers(128, 10_240),
            architecture=st.sampled_from(["arm64", "x86_64"]),
            ephemeral_storage=st.integers(512, 10_240),
            tracing=st.sampled_from(["Active", "PassThrough"]),
            reserved_concurrency=st.integers(1, 100),
            schedule=st.sampled_from(["rate(1 hour)", "cron(0 3 * * ? *)"]),
            queue=some(batch_size=st.integers(1, 10), deliveries=st.integers(1, 1000)),
            alias=some(deployment=st.sampled_from(["AllAtOnce", "Linear10PercentEvery1Minute"])),
            asynchronous=some(retries=st.integers(0, 2), dead_letters=st.booleans()),
            log_retention_in_days=st.sampled_from([1, 30]),
            log_level=st.sampled_from(["DEBUG", "ERROR"]),
            environment=st.just({"STAGE": "live", "PAGE": 20}),
            policies=st.just(["AmazonS3ReadOnlyAccess"]),
        )
        package = {"code": CODE} | draw(
            some(runtime=st.sampled_from(["python3.12", "python3.13", "python3.14"]))
        )
        user = draw(st.sampled_from([None, *(one["name"] for one in people)]))
        called = [routes.pop() for _ in range(draw(st.integers(0, 1)))] or ["PUT /" + name]
        code = draw(st.sampled_from([package, {"code": IMAGE}]))
        made.append({"name": name, "user": user, "routes": called} | code | draw(tuned))
    return made
