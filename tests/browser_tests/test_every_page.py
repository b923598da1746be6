"""What holds on every page, with a month of data and with none: it says something, and nothing is wrong with it."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from served import Served

WIDE = 1440
CHECKOUT = "w/shop/checkout-agent"
PAGES = ("", CHECKOUT, f"{CHECKOUT}/runs", f"{CHECKOUT}/advice", "w/shop/doc-qa/cache", f"{CHECKOUT}/trends?days=30",
         f"{CHECKOUT}/trends?view=compare", "advice", "live", "settings", "settings?tab=alerts")  # fmt: skip
NO_WORDS = re.compile(r"\bNaN\b|\bundefined\b|Invalid Date|\[object |\bnull\b")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def shown(page: Page, url: str, address: str) -> None:
    """Open a page and wait until nothing of it loads any more."""
    page.goto(f"{url}/ui/{address}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (390, "light"), (390, "dark")])
def test_with_data(
    new_page: Callable[..., Page], gallery: Served, axe: Callable[[Page], None], width: int, scheme: str
) -> None:
    page = new_page(width=width, height=900, scheme=scheme)
    for address in (*PAGES, f"runs/{quote(newest_run(gallery), safe='')}"):
        shown(page, gallery.url, address)
        assert NO_WORDS.search(page.locator("body").inner_text()) is None, address
        assert page.evaluate(SIDEWAYS) <= 0, address
        if (width == WIDE) is (scheme == "dark"):  # each of both once, and the colours of each: axe takes its time
            axe(page)


def newest_run(server: Served) -> str:
    answer: Any = server.get("/apps/shop/workflows/checkout-agent/runs?limit=1")
    return str(answer["items"][0]["workflow_run_id"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_data(
    new_page: Callable[..., Page], empty_server: Served, axe: Callable[[Page], None], scheme: str
) -> None:
    page = new_page(scheme=scheme)
    page.allowed.append("404")  # type: ignore[attr-defined]  # nothing has a graph here
    for address in PAGES:
        shown(page, empty_server.url, address)
        main = page.get_by_role("main").inner_text()
        assert len(main.split()) > 8, f"{address}: {main}"
        assert NO_WORDS.search(main) is None, address
        assert page.evaluate(SIDEWAYS) <= 0, address
        axe(page)
