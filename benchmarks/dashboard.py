"""How soon a page of the dashboard says something, what is sent for it, and how long the server takes for each request.

    python benchmarks/queries.py --keep            makes a database of ten million node rows
    python benchmarks/dashboard.py sqlite:////…/queries-10000000-30.db

A real server on the database, a real Chromium with an empty cache. Meaningful is a page that shows a figure of a
workflow: the moment at which the largest text or picture of it was painted (LCP), and when its figures were there.
"""

import argparse
import json
import statistics
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, Request

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from chromium import chromium  # noqa: E402 - from the tests' support
from served import Served  # noqa: E402

TURNS = 5
PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
  const last = list.getEntries().at(-1); done(last.startTime)
}).observe({type: 'largest-contentful-paint', buffered: true}))"""
FIRST = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass
class Visit:
    """One load of a page: times in ms since it was asked for, bytes as they were sent."""

    first_paint: float = 0.0
    largest_paint: float = 0.0
    figures: float = 0.0
    script_bytes: int = 0
    all_bytes: int = 0
    requests: dict[str, float] = field(default_factory=dict)


def visit(browser: Browser, server: str, address: str, figure: str) -> Visit:
    """Load a page in a browser that has seen nothing, until `figure` (a selector) is there."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    seen = Visit()
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108 - it is marked by Playwright
    begun = time.perf_counter()
    page.goto(f"{server}/ui/{address}")
    page.wait_for_selector(figure)
    seen.figures = (time.perf_counter() - begun) * 1000
    page.wait_for_load_state("networkidle")
    seen.first_paint, seen.largest_paint = _number(page, FIRST), _number(page, PAINTED)
    for request in finished:
        size = request.sizes()
        sent = size["responseBodySize"] + size["responseHeadersSize"]
        seen.all_bytes += sent
        if request.resource_type == "script":
            seen.script_bytes += sent
        if request.resource_type in {"fetch", "xhr"}:
            timing = request.timing
            seen.requests[request.url.removeprefix(server)] = timing["responseEnd"] - timing["requestStart"]
    context.close()
    return seen


def _number(page: Page, program: str) -> float:
    return float(page.evaluate(program) or 0)


def answered_in_ms(server: str, paths: list[str]) -> dict[str, float]:
    """How long the server alone takes for each path: the median of some calls, one after the other."""
    found = {}
    for path in paths:
        times = []
        for _ in range(TURNS):
            begun = time.perf_counter()
            with urllib.request.urlopen(server + path) as answer:
                answer.read()
            times.append((time.perf_counter() - begun) * 1000)
        found[path] = statistics.median(times)
    return found


def largest_workflow(server: Served) -> tuple[str, str]:
    """The application and workflow with the most runs."""
    answer: Any = server.get("/overview?days=30")
    most = max(answer["workflows"], key=lambda each: each["run_count"])
    return most["app_id"], most["workflow_id"]


def main() -> None:
    """Print the figures, beside their targets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database_url")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    server = Served(given.database_url, {"LONGPOLE_UPKEEP": "false"})
    server.start()
    try:
        app, workflow = (quote(each, safe="") for each in largest_workflow(server))
        pages = {
            "overview": (f"?days={given.days}", "table tbody tr"),
            "workflow": (f"w/{app}/{workflow}?days={given.days}", "dl dd"),
        }
        with chromium() as browser:
            for name, (address, figure) in pages.items():
                visits = [visit(browser, server.url, address, figure) for _ in range(TURNS + 1)][1:]
                alone = answered_in_ms(server.url, sorted(visits[-1].requests))
                report(name, visits, alone, is_json=given.json)
    finally:
        server.stop()


def report(name: str, visits: list[Visit], alone: dict[str, float], *, is_json: bool) -> None:
    """What the visits of a page came to."""
    figures = {
        "first_paint_ms": statistics.median(each.first_paint for each in visits),
        "largest_paint_ms": statistics.median(each.largest_paint for each in visits),
        "figures_ms": statistics.median(each.figures for each in visits),
        "script_kb": max(each.script_bytes for each in visits) / 1000,
        "all_kb": max(each.all_bytes for each in visits) / 1000,
        "slowest_request_ms": max(alone.values(), default=0.0),
    }
    if is_json:
        print(json.dumps({"page": name, **figures, "requests_ms": alone}))
        return
    print(f"{name}: first paint {figures['first_paint_ms']:.0f} ms, largest {figures['largest_paint_ms']:.0f} ms,")
    print(f"  figures there after {figures['figures_ms']:.0f} ms (target 1,000), median of {len(visits)} loads;")
    print(f"  scripts {figures['script_kb']:.0f} kB (target 500), all {figures['all_kb']:.0f} kB, compressed;")
    for path, took in sorted(alone.items(), key=lambda each: -each[1]):
        print(f"  {took:7.1f} ms  {path}")


if __name__ == "__main__":
    main()
