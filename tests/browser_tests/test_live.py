"""Runs as they happen: they appear, end in their place, wait while one pauses, and none is missed over a restart."""

import os
import time
from collections.abc import Callable

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from playwright.sync_api import Locator, Page, expect

from served import Served

Axe = Callable[[Page], None]


class Shop:
    """A program that reports its runs: first a step, in the end the whole."""

    def __init__(self, server: Served) -> None:
        self._server = server

    def begin(self) -> tuple[bytes, bytes]:
        """A run of which a step has ended; its trace and the id of what is around the step."""
        trace_id, root_id = os.urandom(16), os.urandom(8)
        self._send(trace_id, os.urandom(8), "answer", root_id)
        return trace_id, root_id

    def end(self, run: tuple[bytes, bytes]) -> None:
        """The run ends."""
        self._send(*run, "checkout", b"")

    def _send(self, trace_id: bytes, span_id: bytes, name: str, parent: bytes) -> None:
        request = ExportTraceServiceRequest()
        resource = request.resource_spans.add()
        resource.resource.attributes.add(key="service.name").value.string_value = "till"
        now = time.time_ns()
        span = resource.scope_spans.add().spans.add(
            trace_id=trace_id, span_id=span_id, name=name, parent_span_id=parent, kind=1,
            start_time_unix_nano=now - 10**9, end_time_unix_nano=now,
        )  # fmt: skip
        span.attributes.add(key="openinference.span.kind").value.string_value = "CHAIN"
        kind = {"Content-Type": "application/x-protobuf"}
        httpx.post(
            f"{self._server.url}/v1/traces", content=request.SerializeToString(), headers=kind
        ).raise_for_status()


def row(page: Page, run: tuple[bytes, bytes]) -> Locator:
    """The line of a run."""
    return page.get_by_role("row").filter(has_text=run[0].hex())


def test_runs_appear_and_end_in_their_place(page: Page, empty_server: Served, axe: Axe) -> None:
    shop = Shop(empty_server)
    page.goto(f"{empty_server.url}/ui/live")
    expect(page.get_by_role("heading", name="No runs yet")).to_be_visible()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()

    run = shop.begin()
    expect(row(page, run)).to_contain_text("running")
    shop.end(run)
    expect(row(page, run)).to_contain_text("succeeded")
    axe(page)

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    unseen = shop.begin()
    expect(page.get_by_text("1 new run while paused")).to_be_visible()
    expect(row(page, unseen)).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(row(page, unseen)).to_be_visible()

    page.allowed += ["ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET"]  # type: ignore[attr-defined]
    empty_server.stop()
    expect(page.get_by_text("Reconnecting")).to_be_visible()
    empty_server.start()
    meanwhile = shop.begin()
    shop.end(unseen)
    expect(row(page, meanwhile)).to_be_visible()
    expect(row(page, unseen)).to_contain_text("succeeded")
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()

    row(page, run).get_by_role("link").click()
    page.wait_for_url(f"**/ui/runs/{run[0].hex()}")
    page.go_back()
    page.goto(f"{empty_server.url}/ui/live?app=nobody")
    expect(page.get_by_role("heading", name="Nothing has run here lately")).to_be_visible()
    page.get_by_role("link", name="Look at all runs").click()
    expect(row(page, run)).to_be_visible()


def test_in_dark_on_a_phone(new_page: Callable[..., Page], gallery: Served, axe: Axe) -> None:
    page = new_page(390, 844, "dark")
    page.goto(f"{gallery.url}/ui/live")
    expect(page.get_by_role("table", name="Runs")).to_be_visible()
    axe(page)
