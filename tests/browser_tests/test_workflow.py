"""One workflow at a glance: figures, what changed, the longest pole, every node, and what is behind the `?`."""

import re
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Page, expect

from served import Served

Check = Callable[[Page], None]


def _at(gallery: Served, workflow: str = "checkout-agent", app: str = "shop", asked: str = "days=30") -> str:
    return f"{gallery.url}/ui/w/{quote(app, safe='')}/{quote(workflow, safe='')}?{asked}"


def test_what_is_wrong_and_which_node_decides_is_there_at_once(page: Page, gallery: Served, axe: Check) -> None:
    page.goto(_at(gallery))

    figures = page.get_by_label("Figures of the period")
    expect(figures).to_contain_text(re.compile(r"Runs.*Median run.*p95 run.*Failed runs.*Cost.*Tokens.*Cache hits"))
    changed = page.get_by_role("region", name="What changed")
    expect(changed).to_contain_text("Median run time +2")
    expect(changed).to_contain_text("rerank: gpt-4.1-mini → gpt-4.1")
    pole = page.get_by_role("region", name="The longest pole")
    expect(pole).to_contain_text(re.compile(r"(Compose answer|Inspect item|Rerank) decides \d+"))
    expect(page.get_by_role("img", name=re.compile("^Run time over 3. periods, lately"))).to_be_visible()
    expect(page.get_by_role("region", name="What to do").get_by_role("link").first).to_be_visible()
    axe(page)

    changed.get_by_role("link", name="Runs since then").first.click()
    expect(page).to_have_url(re.compile(r"/ui/w/shop/checkout-agent/runs\?.*since=.*slower_than=6"))
    page.go_back()
    expect(pole).to_be_visible()


def test_the_chart_shows_other_metrics_explains_what_changed_and_reads_as_a_table(page: Page, gallery: Served) -> None:
    page.goto(_at(gallery))
    history = page.get_by_role("region", name="How it went")
    flag = history.get_by_role("button", name=re.compile("^(2 changes|Median run time)"))
    flag.hover()
    card = page.get_by_role("article", name="Median run time")
    expect(card).to_contain_text(re.compile(r"new version v16 explains \d+"))
    expect(card.get_by_role("link", name=re.compile("^checkout-agent-")).first).to_be_visible()
    page.mouse.move(0, 0)
    expect(card).to_be_hidden()
    flag.focus()
    expect(card).to_be_visible()
    page.keyboard.press("Tab")
    expect(card.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()

    expect(history.get_by_role("button", name=re.compile("^Version v16: came up"))).to_have_text("v16")
    history.get_by_text("Cost", exact=True).click()
    expect(page).to_have_url(re.compile("metric=cost"))
    expect(history.get_by_role("img", name=re.compile(r"^Cost over \d+ periods, lately \$"))).to_be_visible()
    expect(history).to_contain_text("This month will come to")

    history.get_by_role("button", name="Show as table").click()
    table = history.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Period", "Cost", "Runs"])
    expect(table).to_contain_text("so far")
    page.reload()
    expect(table).to_be_visible()
    history.get_by_role("button", name="Show as chart").click()
    expect(table).to_be_hidden()


def test_nodes_are_sorted_sought_and_opened(page: Page, gallery: Served) -> None:
    page.goto(_at(gallery))
    nodes = page.get_by_role("table").filter(has=page.get_by_role("button", name="Executions"))
    names = nodes.get_by_role("row").get_by_role("link")
    nodes.get_by_role("button", name="Executions").click()
    expect(names.first).to_have_text("Inspect item")
    expect(page).to_have_url(re.compile("sort=-count"))
    expect(nodes.get_by_role("columnheader", name="Executions")).to_have_attribute("aria-sort", "descending")
    page.get_by_label("Find a node").fill("rerank")
    expect(names).to_have_text(["Rerank"])

    names.click()
    drawer = page.get_by_role("dialog", name="Rerank")
    expect(drawer).to_contain_text("On the path100 %")
    expect(drawer).to_contain_text(re.compile(r"30 % faster.*Median run.*s.*−\d", re.DOTALL))
    predicted = drawer.get_by_role("definition").filter(has=page.get_by_role("strong")).first
    before = predicted.inner_text()
    drawer.get_by_role("slider").press("End")
    expect(drawer.get_by_label("What if it were faster?")).to_contain_text("100 % faster")
    expect(predicted).not_to_have_text(before)
    expect(page).to_have_url(re.compile("node=rerank"))
    page.go_back()
    expect(drawer).to_be_hidden()
    expect(page).not_to_have_url(re.compile("node="))


def test_a_link_to_a_node_opens_it_and_leads_to_the_runs_in_which_it_failed(page: Page, gallery: Served) -> None:
    page.goto(_at(gallery, "support-triage", asked="days=7&node=look+up+customer"))
    drawer = page.get_by_role("dialog", name="Look up customer")
    expect(drawer).to_contain_text(re.compile(r"\d+ of \d+ executions failed"))
    drawer.get_by_role("link", name="Runs in which it failed").click()
    expect(page).to_have_url(re.compile(r"/support-triage/runs\?.*failed_node=look\+up\+customer"))
    rows = page.get_by_role("region", name="Runs, the newest first").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("failed")


def test_what_nobody_knows_says_so(page: Page, gallery: Served) -> None:
    page.goto(_at(gallery, "what/is 100% this? <b>🚀</b>", "no such/app", "days=7"))
    expect(page.get_by_role("heading", level=1)).to_have_text("what/is 100% this? <b>🚀</b>")
    expect(page.get_by_role("heading", name="No run ended in this period")).to_be_visible()
    page.get_by_role("button", name="Look at a year").click()
    expect(page).to_have_url(re.compile("days=365"))
    page.goto(_at(gallery, asked="days=30&node=nobody&metric=beauty"))
    expect(page.get_by_role("dialog")).to_contain_text("“nobody” is not among this workflow")


def test_it_is_read_on_a_phone_in_the_dark(new_page: Callable[..., Page], gallery: Served, axe: Check) -> None:
    page = new_page(390, 844, "dark")
    page.goto(_at(gallery))
    expect(page.get_by_role("img", name=re.compile("^Run time over"))).to_be_visible()
    expect(page.get_by_role("region", name="The longest pole").get_by_role("listitem").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    page.get_by_role("region", name="The longest pole").get_by_role("link", name="Rerank", exact=True).click()
    drawer = page.get_by_role("dialog", name="Rerank")
    expect(drawer).to_contain_text("no change of it can bring more")
    axe(page)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
