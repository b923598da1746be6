"""The queue and its thread: bounded, patient, silent."""

import logging
import os
import threading
import time

import pytest

from longpole.sdk.reporter import Reporter
from longpole.sdk.transport import AwayError, RefusedError


def test_reports_are_sent_in_order() -> None:
    reporter, sent = Reporter(), []
    for number in range(100):
        reporter.submit(lambda n=number: sent.append(n))  # type: ignore[misc]
    assert reporter.flush(10)
    assert (sent, reporter.dropped) == (list(range(100)), 0)


def test_a_full_queue_drops_the_oldest_and_counts() -> None:
    reporter, sent, go, begun = Reporter(most=3), [], threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go.wait(10)

    reporter.submit(first)
    assert begun.wait(10)
    for number in range(10):
        started = time.perf_counter()
        reporter.submit(lambda n=number: sent.append(n))  # type: ignore[misc]
        assert time.perf_counter() - started < 1
    go.set()
    assert reporter.flush(10)
    assert (sent, reporter.dropped) == ([7, 8, 9], 7)


def test_what_cannot_be_stored_now_is_kept_and_what_never_can_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    reporter, sent, tries = Reporter(), [], []

    def away_twice() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise AwayError("no server")
        sent.append("patient")

    def refused() -> None:
        raise RefusedError("wrong")

    with caplog.at_level(logging.WARNING):
        reporter.submit(away_twice)
        reporter.submit(refused)
        reporter.submit(lambda: sent.append("next"))
        deadline = time.monotonic() + 10
        while not reporter.flush(0.05):
            assert time.monotonic() < deadline
    assert (sent, len(tries), reporter.dropped) == (["patient", "next"], 3, 1)
    assert len(caplog.records) == 1  # once a minute


def test_flush_gives_up_in_time() -> None:
    reporter, go = Reporter(), threading.Event()
    reporter.submit(lambda: go.wait(10))
    assert not reporter.flush(0.01)
    go.set()
    assert reporter.flush(10)


def test_a_forked_child_has_a_queue_of_its_own() -> None:
    reporter, go = Reporter(), threading.Event()
    reporter.submit(lambda: go.wait(10))
    reporter.submit(lambda: None)
    child = os.fork()
    if child == 0:
        sent: list[int] = []
        reporter.submit(lambda: sent.append(1))
        os._exit(0 if reporter.flush(10) and sent == [1] else 1)
    _, status = os.waitpid(child, 0)
    go.set()
    assert reporter.flush(10)
    assert os.waitstatus_to_exitcode(status) == 0
