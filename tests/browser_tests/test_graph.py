"""The graph of a workflow: what it shows, how it is walked through, and what is said where none is known."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from dify_files import dify_file
from served import Served

AGENT = "ui/w/shop/checkout-agent?days=30"
Axe = Callable[[Page], None]


def drawn(page: Page) -> Locator:
    return page.get_by_role("application", name="Graph of the workflow")


def step(page: Page, name: str) -> Locator:
    """The step of a name that begins so."""
    return drawn(page).get_by_role("button", name=re.compile(f"^{re.escape(name)}, "))


def choose(page: Page, group: str, choice: str) -> None:
    page.get_by_role("radiogroup", name=group).get_by_text(choice, exact=True).click()


def test_steps_show_the_figure_that_was_chosen_and_open_by_a_click(page: Page, gallery: Served, axe: Axe) -> None:
    page.goto(f"{gallery.url}/{AGENT}")
    rerank = step(page, "Rerank")
    expect(rerank).to_have_accessible_name(
        re.compile(r"^Rerank, llm, [\d.]+ % of critical time, on the critical path in [\d.]+ % of runs$")
    )
    expect(step(page, "Load profile")).to_have_accessible_name("Load profile, http request, 0 % of critical time")
    expect(page.get_by_role("list", name="Legend")).to_contain_text("Critical path")
    axe(page)

    for choice, colour, figure in (
        ("Cost", "cost", r"\$[\d.]+ cost"),
        ("Errors", "errors", r"[\d.]+ % failed"),
        ("Cache hits", "cache", r"[\d.]+ % cache hits"),
    ):
        choose(page, "Colour by", choice)
        expect(page).to_have_url(re.compile(f"colour={colour}"))
        expect(rerank).to_have_accessible_name(re.compile(f"^Rerank, llm, {figure}$"))

    page.get_by_role("button", name="Import the real graph").click()
    expect(page.get_by_role("region", name="What imports it")).to_have_text(
        "longpole graph import FILE --app shop --workflow checkout-agent"
    )

    step(page, "Inspect item").click()
    expect(page).to_have_url(re.compile(r"node=inspect(\+|%20)item"))
    expect(page.get_by_role("dialog")).to_contain_text("Inspect item")
    page.go_back()
    expect(page).not_to_have_url(re.compile("node="))
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.reload()
    expect(rerank).to_have_accessible_name(re.compile("cache hits$"))


def test_it_is_walked_by_keyboard_enlarged_and_read_as_a_list(
    new_page: Callable[..., Page], gallery: Served, axe: Axe
) -> None:
    page = new_page(1024, 768, "dark")
    page.goto(f"{gallery.url}/{AGENT}")
    step(page, "Compose answer").focus()
    for key, name in (
        ("ArrowLeft", "Each item"),
        ("ArrowLeft", "Rerank"),
        ("ArrowRight", "Each item"),
        ("ArrowDown", "Inspect item"),
        ("End", "Guard"),
        ("ArrowLeft", "Compose answer"),
        ("Home", "Plan"),
        ("ArrowLeft", "Plan"),
    ):
        page.keyboard.press(key)
        expect(step(page, name)).to_be_focused()
        expect(step(page, name)).to_be_in_viewport(ratio=0.99)
    axe(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("node=plan"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    def width() -> float:
        box = step(page, "Plan").bounding_box()
        assert box is not None
        return box["width"]

    page.get_by_role("button", name="Fit to view").click()
    expect(step(page, "Guard")).to_be_in_viewport(ratio=0.99)
    small = width()
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function(
        "before => document.querySelector('[data-id=plan]').getBoundingClientRect().width > before * 1.1", arg=small
    )
    page.get_by_role("button", name="Zoom out").click()

    choose(page, "Show as", "List")
    expect(page).to_have_url(re.compile("graph=list"))
    table = page.get_by_role("region", name="Steps of the workflow").get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(10)
    expect(table.get_by_role("row").nth(1)).to_contain_text("Plan")
    expect(table.get_by_role("row").last).to_contain_text("Guard")
    axe(page)
    table.get_by_role("button", name="Rerank").click()
    expect(page).to_have_url(re.compile("node=rerank"))


def test_where_none_is_known_it_says_how_to_get_one_and_shows_what_was_imported(
    new_page: Callable[..., Page], empty_server: Served, axe: Axe
) -> None:
    page = new_page(390, 844)
    page.allowed += ["404"]  # type: ignore[attr-defined]  # there is no graph at first
    flow = f"{empty_server.url}/apps/lab/workflows/ten%20%2F%20nodes"
    reported = page.request.post(f"{flow}/runs", data=failed_run())
    assert reported.ok, reported.text()
    page.goto(f"{empty_server.url}/ui/w/lab/ten%20%2F%20nodes")
    expect(page.get_by_text("No graph is known yet")).to_be_visible()
    command = page.get_by_role("region", name="What imports it")
    expect(command).to_have_text("longpole graph import FILE --app lab --workflow 'ten / nodes'")

    imported = page.request.post(
        f"{flow}/graph", data=dify_file("ten_nodes.yml"), headers={"Content-Type": "application/yaml"}
    )
    assert imported.ok
    page.reload()
    expect(step(page, "IF-ELSE-if1")).to_have_accessible_name("IF-ELSE-if1, if else, no figures")
    expect(drawn(page).get_by_text("false", exact=True)).to_be_visible()
    expect(step(page, "LLM-llm1")).to_have_accessible_name(re.compile("of critical time"))
    strays = page.get_by_role("region", name="Not in the graph")
    expect(strays.get_by_role("button")).to_have_text(re.compile("^<b>Elsewhere</b>"))
    axe(page)
    strays.get_by_role("button").click()
    expect(page).to_have_url(re.compile("node=elsewhere"))


def failed_run() -> dict[str, Any]:
    """A run of a step that the graph will have, and of one that it will not; the second failed."""
    start = datetime.now(UTC) - timedelta(minutes=5)

    def node(node_id: str, title: str, begin: int, end: int, status: str) -> dict[str, Any]:
        return {
            "node_execution_id": f"r/{node_id}",
            "node_id": node_id,
            "node_type": "llm",
            "node_title": title,
            "start_time": (start + timedelta(seconds=begin)).isoformat(),
            "end_time": (start + timedelta(seconds=end)).isoformat(),
            "status": status,
        }

    return {
        "workflow_run_id": "r",
        "execution_status": "failed",
        "started_at": start.isoformat(),
        "finished_at": (start + timedelta(seconds=3)).isoformat(),
        "nodes": [
            node("llm-of-runs", "LLM-llm1", 0, 2, "succeeded"),
            node("elsewhere", "<b>Elsewhere</b>", 2, 3, "failed"),
        ],
    }
