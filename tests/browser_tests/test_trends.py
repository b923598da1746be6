"""Trends of any metric, and two sides beside each other: what is chosen stands in the address, and is true."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from served import Served

Check = Callable[[Page], None]


def _at(gallery: Served, asked: str = "days=30", workflow: str = "checkout-agent") -> str:
    return f"{gallery.url}/ui/w/shop/{quote(workflow, safe='')}/trends?{asked}"


def _choose(page: Page, within: Locator | Page, field: str, choice: str) -> None:
    within.get_by_role("combobox", name=field, exact=True).click()
    page.get_by_role("option", name=choice, exact=True).click()


def test_a_trend_is_chosen_read_and_taken_along(page: Page, gallery: Served, axe: Check, tmp_path: Path) -> None:
    page.goto(_at(gallery))
    expect(page.get_by_role("img", name=re.compile("^Run time: one line, the largest last at "))).to_be_visible()
    expect(page.get_by_role("region", name="Changes of level")).to_contain_text(re.compile(r"Median run time \+2\d"))

    _choose(page, page, "A line for", "each node")
    nodes = page.get_by_role("region", name="Node time by node")
    expect(nodes.get_by_role("img", name=re.compile("^Node time by node: 8 lines"))).to_be_visible()
    _choose(page, page, "Metric", "Time on the critical path")
    _choose(page, page, "Statistic", "p95")
    expect(page).to_have_url(re.compile("by=node&metric=critical_time&stat=p95$"))
    shown = page.get_by_role("region", name="Time on the critical path by node")
    expect(shown).to_contain_text("95th percentile of each day, UTC.")
    shown.get_by_role("checkbox", name="Draw Rerank").uncheck()
    drawn = shown.get_by_role("img", name=re.compile("^Time on the critical path by node: 6 lines"))
    expect(drawn).to_be_visible()
    axe(page)

    with page.expect_download() as taken:
        shown.get_by_role("button", name="Download CSV").click()
    path = tmp_path / taken.value.suggested_filename
    taken.value.save_as(path)
    assert path.name == "shop-checkout-agent-critical_time-by_node-daily.csv"
    rows = path.read_text().splitlines()
    assert rows[0].startswith("metric,unit,line,title,period_start,period_end,value,count,")
    assert sum(row.startswith("critical_time,seconds,rerank,Rerank,") for row in rows) >= 28

    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(drawn).to_be_visible()
    expect(shown.get_by_role("checkbox", name="Draw Rerank")).not_to_be_checked()


def test_a_forecast_answers_whether_a_budget_will_do(page: Page, gallery: Served) -> None:
    page.goto(_at(gallery, "days=30&metric=cost"))
    page.get_by_role("switch", name="Forecast").check()
    outlook = page.get_by_role("region", name="What is to come")
    expect(outlook.get_by_role("img", name=re.compile(r"^Cost, the past and the forecast .* \$\d"))).to_be_visible()
    outlook.get_by_role("textbox", name="Budget").fill("1")
    expect(outlook).to_contain_text(re.compile("Over the budget.*100 %.*above \\$1.00"))
    expect(page).to_have_url(re.compile("forecast=cost&budget=1$"))


def test_a_change_leads_to_its_evidence_and_to_a_comparison(page: Page, gallery: Served) -> None:
    page.goto(_at(gallery))
    changes = page.get_by_role("region", name="Changes of level")
    changes.get_by_role("button", name=re.compile("Median run time")).click()
    expect(changes).to_contain_text("rerank: gpt-4.1-mini → gpt-4.1")
    expect(changes.get_by_role("link", name=re.compile("^checkout-agent-")).first).to_be_visible()
    changes.get_by_role("link", name="Compare before and after").click()
    expect(page).to_have_url(re.compile("view=compare.*a_since=.*a_until=.*b_since="))
    verdict = page.get_by_role("region", name="Verdict")
    expect(verdict).to_contain_text("Before and after are not two groups at the same time")
    page.go_back()
    expect(changes).to_be_visible()


def test_two_versions_are_compared_swapped_and_looked_at_by_node(
    new_page: Callable[..., Page], gallery: Served, axe: Check
) -> None:
    page = new_page(scheme="dark")
    page.goto(_at(gallery, "days=30&view=compare"))
    page.get_by_role("button", name="v16 with v15").click()
    expect(page).to_have_url(re.compile("a_version=v15&b_version=v16"))
    median = page.get_by_role("region", name="Figures of both sides").get_by_role("row").nth(1)
    expect(median).to_contain_text(re.compile(r"Median run time.*\+2\d(\.\d)? %"))
    expect(page.get_by_role("group", name="A: compared with")).to_contain_text(re.compile(r"\d+ runs"))
    spread = page.get_by_role("region", name="How times are spread")
    expect(spread.get_by_role("img", name=re.compile(r"^Run time: how A \(median 6"))).to_be_visible()
    axe(page)

    page.get_by_role("region", name="Nodes of both sides").get_by_role("button", name=re.compile("^Rerank")).click()
    expect(page).to_have_url(re.compile("node=rerank"))
    of_node = spread.get_by_role("img", name=re.compile(r"^rerank: how A \(median 1\.\d+ s\) and B \(median 2\.\d"))
    expect(of_node).to_be_visible()
    spread.get_by_text("Seconds", exact=True).click()
    expect(spread).to_contain_text("An area is a share of the runs")

    page.get_by_role("button", name="Swap A and B").click()
    expect(page).to_have_url(re.compile("a_version=v16&b_version=v15"))
    expect(median).to_contain_text(re.compile(r"Median run time.*−1\d(\.\d)? %"))
    expect(spread.get_by_role("img", name=re.compile(r"^rerank: how A \(median 2"))).to_be_visible()
    page.reload()
    expect(median).to_contain_text(re.compile(r"Median run time.*−1\d(\.\d)? %"))


def test_what_is_not_there_is_said(page: Page, gallery: Served) -> None:
    page.goto(_at(gallery, "days=7", workflow="never/heard of %"))
    expect(page.get_by_text("Nothing is known of this in the time")).to_be_visible()
    expect(page.get_by_text("No change of level has been found")).to_be_visible()
    page.get_by_text("Compare", exact=True).click()
    expect(page.get_by_role("region", name="Verdict")).to_contain_text("Too few runs for a verdict")
    page.get_by_role("button", name="Look at 30 days").click()
    expect(page).to_have_url(re.compile("days=30"))
    expect(page.get_by_text("Neither side has times to show")).to_be_visible()

    page.allowed.append("status of 422")  # type: ignore[attr-defined]  # noted on it by its fixture
    page.goto(_at(gallery, "days=7&metric=beauty"))
    expect(page.get_by_role("alert")).to_contain_text("metric: must be one of run_time")
