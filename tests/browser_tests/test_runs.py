"""The list of a workflow's runs: filters in the address, page by page, on a phone."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from served import Served

Check = Callable[[Page], None]


def test_runs_are_listed_page_by_page_and_open(page: Page, gallery: Served, axe: Check) -> None:
    page.goto(f"{gallery.url}/ui/w/shop/support-triage/runs?days=30")
    rows = page.get_by_role("region", name="Runs, the newest first").get_by_role("row")
    expect(rows).to_have_count(51)
    expect(page.get_by_role("status").filter(has_text="50 runs shown, there are more")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Show more").click()
    expect(rows).to_have_count(101)
    first = rows.nth(1).get_by_role("link")
    run = str(first.get_attribute("href")).rpartition("/")[2].partition("?")[0]
    first.click()
    expect(page).to_have_url(re.compile(f"/ui/runs/{run}"))
    page.go_back()
    expect(rows.nth(1)).to_be_visible()


def test_filters_stand_in_the_address(page: Page, gallery: Served) -> None:
    page.goto(f"{gallery.url}/ui/w/shop/support-triage/runs?days=30&status=failed")
    listed = page.get_by_role("region", name="Runs, the newest first")
    expect(listed.get_by_role("row").nth(1)).to_contain_text("failed")
    expect(listed).not_to_contain_text("succeeded")
    filters = page.get_by_role("form", name="Which runs")
    filters.get_by_label("User").fill("nobody")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("user=nobody"))
    expect(page.get_by_role("heading", name="No run is like that")).to_be_visible()
    filters.get_by_role("button", name="Clear filters").click()
    expect(page).not_to_have_url(re.compile("user|status"))
    expect(listed).to_contain_text("succeeded")
    filters.get_by_label("Slower than").fill("1000")
    filters.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="No run is like that")).to_be_visible()
    page.go_back()
    expect(listed).to_contain_text("succeeded")
    expect(filters.get_by_label("Slower than")).to_have_value("")


def test_runs_on_a_phone_in_the_dark(new_page: Callable[..., Page], gallery: Served, axe: Check) -> None:
    page = new_page(390, 844, "dark")
    page.goto(f"{gallery.url}/ui/w/shop/checkout-agent/runs?days=30")
    lines = page.get_by_role("list", name="Runs, the newest first").get_by_role("listitem")
    expect(lines).to_have_count(50)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    page.get_by_role("button", name="More filters").click()
    expect(page.get_by_label("Session")).to_be_visible()


def test_no_run_at_all(page: Page, empty_server: Served, axe: Check) -> None:
    page.goto(f"{empty_server.url}/ui/w/shop/nothing/runs")
    expect(page.get_by_role("heading", name="No run ended in this period")).to_be_visible()
    axe(page)
