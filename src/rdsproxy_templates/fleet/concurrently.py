"""The same work on many things at once: as many at a time as are wanted, and none held back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def in_threads(
    work: Callable[[Item], Answer], items: Iterable[Item], most: int
) -> Iterator[Answer]:
    """Yield the answer of *work* for each of *items*, in their order, *most* at the same time.

    Items are taken as their turn comes, so that no more than twice *most* are in memory. An error
    is raised at its item's place; what waits then is never begun.
    """
    waiting: deque[Future[Answer]] = deque()
    rest = iter(items)
    with ThreadPoolExecutor(max_workers=most, thread_name_prefix="fleet") as pool:
        try:
            waiting.extend(pool.submit(work, item) for item in islice(rest, 2 * most))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(pool.submit(work, item) for item in islice(rest, 1))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
