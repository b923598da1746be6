"""The cache's page: what it saved, what it would save, and taking out exactly what was announced."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from served import Served

TRIAGE = "/ui/w/shop/support-triage/cache"
API = "/apps/shop/workflows/support-triage/cache"


def figure(page: Page, name: str) -> Locator:
    """A figure at the top of the page."""
    return page.get_by_label("What the cache did").get_by_role("term").filter(has_text=name).locator("xpath=..")


def held(page: Page, server: Served) -> int:
    """How many results are kept."""
    entries: int = page.request.get(f"{server.url}{API}/statistics").json()["entries"]
    return entries


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_cache_brought(
    new_page: Callable[..., Page], gallery: Served, axe: Callable[[Page], None], scheme: str
) -> None:
    page = new_page(scheme=scheme)
    page.goto(f"{gallery.url}{TRIAGE}?days=30")
    told = page.request.get(f"{gallery.url}{API}/statistics?days=30").json()
    expect(figure(page, "Hit rate")).to_contain_text(f"{told['hit_rate']:.1f}".removesuffix(".0") + " %")
    expect(figure(page, "Held now")).to_contain_text("64")
    chart = page.get_by_role("img", name=re.compile("^Look-ups, .* Hit rate"))
    expect(chart.locator("path").nth(20)).to_be_attached()
    axe(page)
    if scheme == "dark":
        return
    page.get_by_label("What the chart shows").get_by_text("Money saved").click()
    expect(page).to_have_url(re.compile("show=money"))
    expect(page.get_by_role("img", name=re.compile("^Money saved, "))).to_be_visible()

    served = page.get_by_role("region", name="Nodes that are served most").locator("tbody tr")
    expect(served.first).to_contain_text("classify")
    page.get_by_role("region", name="Nodes that are served most").get_by_role("button", name="Held").click()
    expect(served.first).to_contain_text("look up customer")
    expect(page).to_have_url(re.compile("sort=-entries"))
    page.reload()
    expect(served.first).to_contain_text("look up customer")
    expect(page.get_by_role("row", name=re.compile("Never cached by its type.*Nothing: start"))).to_be_visible()


def test_what_it_would_bring_and_how_to_turn_it_on(page: Page, gallery: Served, axe: Callable[[Page], None]) -> None:
    page.goto(f"{gallery.url}{TRIAGE}?days=30")
    nodes = page.get_by_role("region", name="Nodes that are not cached yet")
    expect(nodes.get_by_role("row", name="draft reply")).to_contain_text("Answers vary")
    safe = nodes.get_by_role("row", name="find similar tickets")
    expect(safe).to_contain_text("Safe to turn on")
    expect(safe).to_contain_text(re.compile(r"compared, all the same.*at most 0\.\d+ % of hits wrong"))
    safe.get_by_role("button", name="How to cache find similar tickets").press("Enter")
    dialog = page.get_by_role("dialog", name="Cache “find similar tickets”")
    expect(dialog.get_by_role("region", name="Python")).to_contain_text('node_id="find similar tickets"')
    dialog.get_by_text("Shadow", exact=True).click()
    expect(dialog.get_by_role("region", name="Python")).to_contain_text('mode="shadow"')
    dialog.get_by_role("tab", name="HTTP").click()
    expect(dialog.get_by_role("region", name="HTTP")).to_contain_text(f"{gallery.url}{API}/lookup")
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.goto(f"{gallery.url}/ui/w/shop/doc-qa/cache")
    advised = nodes.get_by_role("row", name="find passages")
    expect(advised).to_contain_text("Try in shadow mode")
    advised.get_by_role("link", name="The advice for find passages").click()
    expect(page).to_have_url(re.compile(r"/ui/w/shop/doc-qa/advice\?.*id="))
    page.go_back()
    expect(advised).to_be_visible()


def test_an_invalidation_removes_what_it_announced(
    page: Page, own_gallery: Served, axe: Callable[[Page], None]
) -> None:
    before = held(page, own_gallery)
    expired = {"cache_key": "gone", "output": "x", "execution_time": 1, "ttl_hours": 1e-7}
    assert page.request.post(f"{own_gallery.url}{API}/store", data=expired).json()["stored"]
    page.goto(f"{own_gallery.url}{TRIAGE}")
    panel = page.get_by_role("region", name="Invalidate")
    go = panel.get_by_role("button", name="Invalidate…")
    expect(panel).to_contain_text("Say which entries are meant.")
    expect(go).to_be_disabled()
    panel.get_by_label("Older than").fill("soon")
    expect(panel).to_contain_text("A number of hours, 0 or more")
    panel.get_by_label("Older than").fill("")
    panel.get_by_label("Tag").fill("handbook")
    expect(panel).to_contain_text(re.compile(r"16 entries \(.*kB\) would be removed\."))
    panel.get_by_label("Node", exact=True).fill("classify")
    expect(panel).to_contain_text("6 entries (")

    go.click()
    dialog = page.get_by_role("dialog", name="Invalidate 6 entries?")
    expect(dialog).to_contain_text("Of the node classify, tagged handbook.")
    axe(page)
    dialog.get_by_role("button", name="Cancel").press("Enter")
    expect(dialog).to_be_hidden()
    assert held(page, own_gallery) == before, "it was called off"

    go.click()
    dialog.get_by_role("button", name="Invalidate 6 entries").click()
    expect(panel).to_contain_text("6 entries removed.")
    expect(figure(page, "Held now")).to_contain_text(str(before - 6))
    assert held(page, own_gallery) == before - 6

    expect(panel).to_contain_text(re.compile(r"1 entry \(\d+ B\) expired"))
    panel.get_by_role("button", name="Clean up now").click()
    expect(panel).to_contain_text("1 entry removed.")
    assert held(page, own_gallery) == before - 6


def test_a_key_is_explained(page: Page, own_gallery: Served) -> None:
    node: dict[str, Any] = {"node_type": "llm", "node_id": "a/b ü%?", "node_config": {"model": "gpt-4o"}}
    kept = {**node, "cache_key": "a/b ü", "output": "x", "execution_time": 2.5}
    assert page.request.post(f"{own_gallery.url}{API}/store", data=kept).json()["stored"]
    page.goto(f"{own_gallery.url}{TRIAGE}")
    panel = page.get_by_role("region", name="Explain a key")
    panel.get_by_label("Cache key").fill("a/b ü")
    panel.get_by_role("button", name="Explain").click()
    expect(panel).to_contain_text("Fresh: it is served.")
    expect(panel).to_contain_text("a/b ü%? · llm")
    expect(panel).to_contain_text("Never cached by its type")
    page.goto(f"{own_gallery.url}{TRIAGE}?key=nothing")
    expect(panel).to_contain_text("There is no result under this key.")


def test_where_no_cache_is_in_use_it_says_how_to_begin(
    page: Page, gallery: Served, axe: Callable[[Page], None]
) -> None:
    page.goto(f"{gallery.url}/ui/w/shop/nightly-report/cache")
    expect(page.get_by_role("heading", name="No cache is in use here yet")).to_be_visible()
    expect(page.get_by_role("region", name="Shadow mode")).to_contain_text("LONGPOLE_CACHE_MODE=shadow")
    page.get_by_role("tab", name="LangGraph").press("Enter")
    expect(page.get_by_role("region", name="LangGraph")).to_contain_text("LongpoleCache")
    axe(page)
