"""Many subjects at once, answered in the order they were given."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order"]

A = TypeVar("A")
B = TypeVar("B")


def in_order(
    items: Iterable[A], work: Callable[[A], B], concurrency: int, stopped: threading.Event
) -> Iterator[tuple[int, B]]:
    """Yield `(position, work(item))` in the order of `items`, `concurrency` threads at a time.

    Items are taken from the iterable only as results are taken from us: never more than twice `concurrency` ahead.
    `stopped` is set when the caller stops listening, so that running work can end early. Raises `ValueError`
    for a concurrency below 1, and whatever `work` raises.
    """
    if concurrency < 1:
        raise ValueError("concurrency is at least 1")
    return _in_order(items, work, concurrency, stopped)


def _in_order(
    items: Iterable[A], work: Callable[[A], B], concurrency: int, stopped: threading.Event
) -> Iterator[tuple[int, B]]:
    source = iter(items)
    waiting: deque[Future[B]] = deque()
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="auditor-fetch")
    position = 0
    try:
        exhausted = False
        while True:
            while not exhausted and len(waiting) < 2 * concurrency:
                try:
                    item = next(source)
                except StopIteration:
                    exhausted = True
                else:
                    waiting.append(pool.submit(work, item))
            if not waiting:
                return
            yield position, waiting.popleft().result()
            position += 1
    finally:
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
