"""The first page: what is in trouble, what it leads to, and how the first trace is awaited."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from served import Served

Axe = Callable[[Page], None]


def _names(page: Page) -> list[str]:
    """The workflows in the order in which they are listed."""
    rows = page.get_by_role("region", name="Workflows").get_by_role("row")
    return [each.get_by_role("link").first.inner_text() for each in rows.all()[1:]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_by_everybody(new_page: Callable[..., Page], gallery: Served, axe: Axe, scheme: str) -> None:
    page = new_page(scheme=scheme)
    page.goto(f"{gallery.url}/ui/")
    expect(page.get_by_role("columnheader", name="p95")).to_be_visible()
    axe(page)


def test_trouble_stands_first_and_leads_to_the_node_and_to_the_advice(page: Page, gallery: Served) -> None:
    page.goto(f"{gallery.url}/ui/")
    expect(page.get_by_text("workflows in trouble")).to_be_visible()
    first = page.get_by_role("region", name="Workflows").get_by_role("row").nth(1)
    expect(first).to_contain_text("checkout-agent")
    expect(first).to_contain_text("in trouble: ")
    first.get_by_role("link", name="rerank", exact=True).click()
    expect(page).to_have_url(f"{gallery.url}/ui/w/shop/checkout-agent?node=rerank")
    page.go_back()

    worse = page.get_by_role("region", name="What got worse")
    expect(worse.get_by_role("listitem").first).to_contain_text("Cost of a run")
    worse.get_by_role("link", name="checkout-agent").first.click()
    expect(page).to_have_url(f"{gallery.url}/ui/w/shop/checkout-agent")
    page.go_back()

    advice = page.get_by_role("region", name="Worth most").get_by_role("listitem").first
    expect(advice).to_contain_text("a month")
    advice.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/advice?id=" in page.url


def test_order_and_filters_stand_in_the_address(page: Page, gallery: Served) -> None:
    page.goto(f"{gallery.url}/ui/?days=30")
    page.get_by_role("button", name="Runs", exact=True).click()
    expect(page).to_have_url(f"{gallery.url}/ui/?days=30&sort=-runs")
    expect(page.get_by_role("columnheader", name="Runs", exact=True)).to_have_attribute("aria-sort", "descending")
    assert _names(page)[0] == "doc-qa"
    page.get_by_role("button", name="Runs", exact=True).click()
    expect(page).to_have_url(f"{gallery.url}/ui/?days=30&sort=runs")
    assert _names(page)[-1] == "doc-qa"

    page.get_by_role("searchbox", name="Filter workflows").fill("agent")
    expect(page).to_have_url(f"{gallery.url}/ui/?days=30&sort=runs&q=agent")
    assert _names(page) == ["checkout-agent"]
    page.get_by_role("region", name="Workflows").get_by_role("link", name="checkout-agent").click()
    expect(page).to_have_url(f"{gallery.url}/ui/w/shop/checkout-agent?days=30")
    page.go_back()
    expect(page.get_by_role("searchbox", name="Filter workflows")).to_have_value("agent")
    assert _names(page) == ["checkout-agent"]

    page.get_by_role("searchbox", name="Filter workflows").fill("nothing of this name")
    page.get_by_role("link", name="Clear the filter").click()
    expect(page.get_by_role("searchbox", name="Filter workflows")).to_have_value("")

    page.get_by_role("combobox", name="Application").click()
    page.get_by_role("option", name="travel").click()
    expect(page.get_by_role("link", name="doc-qa")).to_have_count(0)
    assert _names(page) == ["trip-planner"]
    assert "app=travel" in page.url


def test_on_a_phone_each_workflow_is_a_card(new_page: Callable[..., Page], gallery: Served, axe: Axe) -> None:
    page = new_page(width=390, height=844)
    page.goto(f"{gallery.url}/ui/?q=shop")
    cards = page.get_by_role("list", name="Workflows").get_by_role("listitem")
    expect(cards.first).to_contain_text("checkout-agent")
    page.get_by_role("combobox", name="Order").select_option(label="Most runs first")
    expect(cards.first).to_contain_text("doc-qa")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    axe(page)


def test_it_says_how_to_send_the_first_trace_and_notices_it(empty_server: Served, page: Page, axe: Axe) -> None:
    page.goto(f"{empty_server.url}/ui/")
    expect(page.get_by_role("status").filter(has_text="Waiting for the first run")).to_be_visible()
    expect(page.get_by_role("region", name="LangGraph, LangChain: Set in the environment")).to_contain_text(
        f"OTEL_EXPORTER_OTLP_ENDPOINT={empty_server.url}\n"
    )
    page.get_by_role("button", name="Plain HTTP").click()
    expect(page.get_by_role("region", name="Plain HTTP:")).to_contain_text(f"curl -sS {empty_server.url}/apps/")
    axe(page)

    empty_server.send("langgraph_openinference_http_gzip")
    arrived = page.get_by_role("status").filter(has_text="The first run has arrived")
    expect(arrived).to_be_visible()
    expect(page.get_by_role("region", name="Workflows").get_by_role("row").nth(1)).to_be_visible()
    arrived.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "/ui/runs/" in page.url


def test_an_application_that_nobody_knows_says_so(page: Page, gallery: Served) -> None:
    page.goto(f"{gallery.url}/ui/?app=nobody")
    expect(page.get_by_role("heading", name="This application has no workflows")).to_be_visible()
    page.get_by_role("link", name="Show all applications").click()
    expect(page.get_by_role("link", name="doc-qa").first).to_be_visible()
    expect(page).to_have_url(f"{gallery.url}/ui/")
