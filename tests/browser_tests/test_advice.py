"""Advice: what is worth most stands first, is read in full, and is dismissed, followed and measured."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from served import Served

Check = Callable[[Page], None]
NewPage = Callable[..., Page]
REFUSED = "ERR_CONNECTION_REFUSED"


def lines(page: Page) -> Locator:
    return page.get_by_role("list", name="Advice, the most worth first").get_by_role("link")


def article(page: Page) -> Locator:
    return page.get_by_role("article")


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="What became of it").get_by_role("link", name=name)


def test_what_is_worth_most_is_first_and_one_is_read(gallery: Served, new_page: NewPage, axe: Check) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{gallery.url}/ui/advice")
    told = page.request.get(f"{gallery.url}/recommendations").json()["items"]
    assert [each["worth"]["score"] for each in told] == sorted((each["worth"]["score"] for each in told), reverse=True)

    expect(lines(page)).to_have_count(len(told))
    for line, one in zip(lines(page).all(), told, strict=True):
        expect(line).to_contain_text(one["title"])
    expect(article(page).get_by_role("heading", level=2)).to_have_text(told[0]["title"])
    axe(page)

    slower = next(each for each in told if each["rule"] == "slow_nodes.version")
    lines(page).filter(has_text=slower["title"]).click()
    expect(page).to_have_url(re.compile(rf"\?id={slower['id']}$"))
    read = article(page)
    expect(read.get_by_role("heading", level=2)).to_have_text(slower["title"])
    expect(read.get_by_text(re.compile("off the median run"))).to_be_visible()
    expect(
        read.get_by_role("img", name=re.compile(r"Median run: now .* s, with the change .* s, between"))
    ).to_be_visible()
    expect(read.get_by_role("img", name=re.compile(r"Now: v16 .+ With the change: v15 "))).to_be_visible()
    expect(read.get_by_role("link", name="Rerank")).to_have_attribute("href", re.compile("node=rerank"))
    expect(read.get_by_role("link", name="All such runs")).to_have_attribute("href", re.compile(r"slower_than=\d"))
    read.get_by_text("How we know").click()
    expect(read.get_by_text("paired bootstrap")).to_be_visible()

    read.get_by_role("button", name="Copy: Code to copy").click()
    expect(read.get_by_role("button", name="Copy: Code to copy").get_by_role("status")).to_have_text("Copied")
    whole = page.request.get(f"{gallery.url}/recommendations/{slower['id']}").json()
    assert page.evaluate("navigator.clipboard.readText()") == whole["code_example"].rstrip()

    read.get_by_role("link", name=re.compile("^Open run")).first.click()
    expect(page).to_have_url(re.compile(r"/ui/runs/checkout-agent-\d+\?node=rerank"))
    expect(page.get_by_role("complementary", name="Node Rerank")).to_be_visible()
    page.go_back()
    expect(article(page).get_by_role("heading", level=2)).to_have_text(slower["title"])
    page.reload()
    expect(article(page).get_by_role("heading", level=2)).to_have_text(slower["title"])

    page.get_by_role("combobox", name="Application").click()
    page.get_by_role("option", name="travel").click()
    expect(page).to_have_url(re.compile(r"app=travel$"))
    expect(page.get_by_text("No advice of this kind")).to_be_visible()


def test_what_was_followed_shows_what_it_brought(gallery: Served, new_page: NewPage, axe: Check) -> None:
    page = new_page(width=390, height=844, scheme="dark")
    page.goto(f"{gallery.url}/ui/advice?status=implemented")
    [followed] = page.request.get(f"{gallery.url}/recommendations?status=implemented").json()["items"]
    expect(page.get_by_text("Run time saved")).to_be_visible()
    expect(article(page)).to_be_hidden()
    axe(page)

    lines(page).first.click()
    expect(article(page).get_by_role("heading", level=2)).to_be_focused()
    expect(lines(page).first).to_be_hidden()
    expect(
        article(page).get_by_role("img", name=re.compile(r": estimated .+ to .+ \(.+\), measured .+ to .+ \(.+\)$"))
    ).to_be_visible()
    expect(article(page).get_by_text("better").first).to_be_visible()
    expect(article(page).get_by_role("list").filter(has_text="Compared with before")).to_be_visible()
    expect(article(page).get_by_role("heading", level=2)).to_have_text(followed["title"])
    axe(page)
    article(page).get_by_role("link", name="All advice").click()
    expect(lines(page).first).to_be_visible()


def test_it_is_dismissed_with_a_reason_and_marked_as_done(own_gallery: Served, page: Page, axe: Check) -> None:
    page.goto(f"{own_gallery.url}/ui/w/shop/doc-qa/advice")
    title = article(page).get_by_role("heading", level=2).inner_text()
    expect(tab(page, "Dismissed")).to_contain_text("1")

    page.get_by_role("button", name="Dismiss").click()
    dialog = page.get_by_role("dialog", name="Dismiss this advice")
    dialog.get_by_role("button", name="Not worth the work").click()
    expect(dialog.get_by_role("textbox", name="Reason")).to_have_value("Not worth the work")
    axe(page)
    page.allowed.append(REFUSED)  # type: ignore[attr-defined]  # see `Watched`
    own_gallery.stop()
    dialog.get_by_role("button", name="Dismiss").click()
    expect(dialog.get_by_role("alert")).to_have_text("The server does not answer")
    own_gallery.start()
    dialog.get_by_role("button", name="Dismiss").click()

    expect(page.get_by_role("status").filter(has_text=f"Dismissed: {title}")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing to improve found")).to_be_visible()
    tab(page, "Dismissed").click()
    expect(lines(page)).to_have_count(2)
    lines(page).filter(has_text=title).click()
    expect(article(page).get_by_text("Not worth the work")).to_be_visible()

    page.get_by_role("button", name="Mark as done").click()
    dialog = page.get_by_role("dialog", name="Mark as done")
    dialog.get_by_role("textbox", name="Note").fill("Cached with\nLongpole")
    axe(page)
    dialog.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_role("status").filter(has_text=f"Marked as done: {title}")).to_be_visible()
    expect(article(page).get_by_role("heading", level=2)).to_be_focused()
    expect(article(page).get_by_role("heading", name="What it really brought")).to_be_visible()
    expect(article(page).get_by_text("The first look comes within the hour")).to_be_visible()
    expect(tab(page, "Done")).to_have_attribute("aria-current", "true")
    expect(tab(page, "Done")).to_contain_text("1")

    page.get_by_role("button", name="Analyse now").click()
    expect(page.get_by_role("status").filter(has_text=re.compile("^Analysed: "))).to_be_visible()


def test_where_there_is_none_it_says_why(empty_server: Served, gallery: Served, page: Page, axe: Check) -> None:
    page.goto(f"{empty_server.url}/ui/advice")
    expect(page.get_by_role("heading", name="No advice yet")).to_be_visible()
    axe(page)
    page.goto(f"{empty_server.url}/ui/w/a%2Fb/c%20%3F/advice")
    expect(page.get_by_role("heading", name="Not analysed yet")).to_be_visible()

    page.goto(f"{gallery.url}/ui/w/travel/trip-planner/advice?days=30")
    expect(page.get_by_role("heading", name="Nothing to improve found")).to_be_visible()
    expect(page.get_by_text(re.compile(r"It has \d+ runs in the last 30 days"))).to_be_visible()
    page.goto(f"{gallery.url}/ui/advice?severity=critical")
    expect(page.get_by_role("heading", name="No advice of this kind")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(lines(page).first).to_be_visible()
