"""A shop's workflows as a busy month left them: what the dashboard's tests and its pictures show.

Nothing in it is left to the clock but when it ends: now. Each workflow has a
story: `checkout-agent` became slower with a new version, `support-triage` fails
since yesterday, `doc-qa` repeats its questions, `nightly-report` costs most,
and a trip planner of another application is well.

    python tests/support/gallery.py sqlite:////tmp/gallery.db      fills a database of your own
"""

import sys
import time
from collections.abc import Iterable
from dataclasses import replace

from gallery_cache import fill_cache
from gallery_runs import DAY, Step, Workflow, records_of
from longpole import runtime as runtime_module
from longpole.domain.runs import RunRecord
from longpole.domain.units import instant
from longpole.runtime import Runtime
from longpole.services import advising, degradations, graphs, recommendations, rollups
from longpole.services.performance import WorkflowPerformanceService as Performance
from longpole.settings import Settings
from longpole.store.run_writes import write_records


def _checkout(step: Step, days_ago: float) -> Step:
    if step.name == "rerank" and days_ago < 6:
        return replace(step, seconds=step.seconds * 2.3, model="gpt-4.1", tokens=(4_100, 240))
    if step.name == "fetch prices" and days_ago < 18:
        return replace(step, retries=0.04)
    return step


def _triage(step: Step, days_ago: float) -> Step:
    return replace(step, fails=0.22) if step.name == "look up customer" and days_ago < 1.2 else step


def _suggest(step: Step, days_ago: float) -> Step:
    """Eight days ago somebody turned its cache on."""
    return replace(step, cached=0.8) if step.name == "suggest" and days_ago < 8 else step


_SEARCHES = ("search catalog", "fetch prices", "load profile")
FOLLOWED = Workflow(
    "shop",
    "search-suggest",
    (
        Step("embed", "embedding", 0.08, model="text-embedding-3-small", tokens=(12, 0)),
        Step("suggest", "http_request", 0.9, ("embed",), repeats=12),
    ),
    days=16,
    runs_a_day=90,
    change=_suggest,
)
"""Whose advice was followed, and has been verified."""

WORKFLOWS = (
    Workflow(
        "shop",
        "checkout-agent",
        (
            Step("plan", "llm", 0.9, model="gpt-4.1-mini", tokens=(1_400, 120)),
            Step("search catalog", "retriever", 0.35, ("plan",)),
            Step("fetch prices", "http_request", 0.55, ("plan",), retries=0.15, spread=0.5),
            Step("load profile", "http_request", 0.12, ("plan",)),
            Step(
                "rerank", "llm", 1.1, ("search catalog", "fetch prices", "load profile"), "gpt-4.1-mini", (4_100, 160)
            ),
            Step("each item", "loop", 0.0, ("rerank",), turns=(2, 9)),
            Step("inspect item", "llm", 0.28, (), "gpt-4.1-mini", (620, 60), inside="each item"),
            Step("compose answer", "llm", 1.6, ("each item",), "gpt-4.1", (2_900, 420)),
            Step("guard", "code", 0.02, ("compose answer",)),
        ),
        days=36,
        runs_a_day=24,
        change=_checkout,
        version=lambda days_ago: "v16" if days_ago < 6 else "v15" if days_ago < 18 else "v14",
        tags=("web",),
    ),
    Workflow(
        "shop",
        "doc-qa",
        (
            Step("embed question", "embedding", 0.11, model="text-embedding-3-small", tokens=(40, 0), repeats=60),
            Step("find passages", "retriever", 0.42, ("embed question",), repeats=60),
            Step("answer", "llm", 2.4, ("find passages",), "gpt-4o", (3_800, 380), repeats=60),
        ),
        days=12,
        runs_a_day=150,
    ),
    Workflow(
        "shop",
        "support-triage",
        (
            Step("classify", "llm", 0.5, model="gpt-4.1-nano", tokens=(800, 20)),
            Step("look up customer", "http_request", 0.4, ("classify",), fails=0.01),
            Step("find similar tickets", "retriever", 0.6, ("look up customer",)),
            Step("draft reply", "llm", 1.9, ("find similar tickets",), "claude-sonnet-4-5", (2_200, 300)),
        ),
        days=14,
        runs_a_day=40,
        change=_triage,
        version=lambda _: "2.3.1",
    ),
    Workflow(
        "shop",
        "nightly-report",
        (
            Step("collect sales", "code", 14.0),
            Step("write summary", "llm", 38.0, ("collect sales",), "gpt-4o", (88_000, 4_200)),
            Step("translate", "llm", 21.0, ("write summary",), "gpt-4o", (6_000, 4_600)),
            Step("send mail", "http_request", 0.8, ("translate",)),
        ),
        days=30,
        runs_a_day=2,
    ),
    Workflow(
        "travel",
        "trip-planner",
        (
            Step("plan trip", "agent", 1.2, model="gpt-4.1-mini", tokens=(1_900, 260)),
            Step("flights", "tool", 1.1, ("plan trip",)),
            Step("hotels", "tool", 1.4, ("plan trip",)),
            Step("book", "tool", 0.3, ("flights", "hotels")),
        ),
        days=9,
        runs_a_day=20,
    ),
)
LANGGRAPH = """{"nodes": [{"id": "__start__"}, {"id": "classify"}, {"id": "look up customer"},
 {"id": "find similar tickets"}, {"id": "draft reply"}, {"id": "__end__"}],
 "edges": [{"source": "__start__", "target": "classify"}, {"source": "classify", "target": "look up customer"},
 {"source": "look up customer", "target": "find similar tickets"},
 {"source": "find similar tickets", "target": "draft reply"}, {"source": "draft reply", "target": "__end__"}]}"""


def fill(on: Runtime) -> None:
    """Put the shop's month into the database of a runtime, with what is found in it."""
    now_ns = on.clock()
    with runtime_module.use(on):
        for workflow in WORKFLOWS:
            _write(records_of(workflow, now_ns), now_ns)
    _follow_advice(on, now_ns)
    with runtime_module.use(on):
        rollups.refresh(everything=True)
        graphs.import_graph("shop", "support-triage", LANGGRAPH)
        degradations.scan()
        for workflow in (*WORKFLOWS, FOLLOWED):
            advising.advise(workflow.app_id, workflow.workflow_id)
        _dismiss_one()
    fill_cache(on)


def _write(records: Iterable[RunRecord], now_ns: int) -> None:
    with runtime_module.unit_of_work() as connection:
        write_records(connection, list(records), now_ns=now_ns)


def _follow_advice(on: Runtime, now_ns: int) -> None:
    """Ask for advice as it was nine days ago and follow it a day later: by now it is known what it brought."""
    made = list(records_of(FOLLOWED, now_ns))
    advised, followed = now_ns - 9 * DAY, now_ns - 8 * DAY
    then = Runtime(on.settings, clock=lambda: advised)
    with runtime_module.use(then):
        _write([record for record in made if (record.run.end_ns or 0) < advised], advised)
        given = advising.advise(FOLLOWED.app_id, FOLLOWED.workflow_id)
    then.close()
    with runtime_module.use(on):
        _write([record for record in made if (record.run.end_ns or 0) >= advised], now_ns)
        for each in given:
            recommendations.implement(each.id, instant(followed), "The cache is on for the step.")


def _dismiss_one() -> None:
    """A saving that is not worth the work."""
    standing = Performance.get_active_recommendations("shop", "doc-qa")
    recommendations.dismiss(standing[-1].id, "Embedding is cheap enough.")


def main(url: str) -> None:
    """Fill the database at `url`."""
    begun = time.perf_counter()
    runtime = Runtime(Settings(database_url=url))
    fill(runtime)
    with runtime_module.use(runtime):
        found = degradations.events()
    runtime.close()
    print(f"{time.perf_counter() - begun:.1f} s, {len(found)} events")  # noqa: T201 - it is called by people


if __name__ == "__main__":
    main(sys.argv[1])
