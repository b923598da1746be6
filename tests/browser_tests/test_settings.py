"""Settings: how to connect, what is kept, what happens by itself; alert rules are written, tried out and removed."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from receivers import http_receiver
from served import Served

Axe = Callable[[Page], None]
TABS = {
    "Connect": "Send telemetry here",
    "Retention & TTLs": "How long things are kept",
    "Upkeep": "What happens by itself",
    "Alerts": "Alert rules",
    "All settings": "Everything that can be set",
    "About": "Built with",
}


def test_every_part_says_what_holds(new_page: Callable[..., Page], gallery: Served, axe: Axe) -> None:
    page = new_page(scheme="dark", permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{gallery.url}/ui/settings")
    for tab, heading in TABS.items():
        page.get_by_role("navigation", name="Settings").get_by_role("link", name=tab).click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        axe(page)
    page.go_back()
    expect(page.get_by_text("LONGPOLE_DATABASE_URL")).to_be_visible()
    page.get_by_role("textbox", name="Find a setting").fill("settle")
    expect(page.get_by_text("LONGPOLE_RUN_SETTLE_SECONDS")).to_be_visible()
    expect(page.get_by_text("LONGPOLE_DATABASE_URL")).to_have_count(0)

    page.goto(f"{gallery.url}/ui/settings?tab=connect")
    expect(page.get_by_text(f"http://127.0.0.1:{gallery.grpc_port}")).to_be_visible()
    page.get_by_role("button", name="Copy: OTLP over HTTP, and the API").click()
    assert page.evaluate("navigator.clipboard.readText()") == gallery.url


def test_an_alert_from_its_first_word_to_its_last(page: Page, empty_server: Served, axe: Axe) -> None:
    with http_receiver() as receiver:
        page.goto(f"{empty_server.url}/ui/settings?tab=alerts")
        page.get_by_role("button", name="New rule").click()
        form = page.get_by_role("dialog")
        form.get_by_role("textbox", name="Name", exact=True).fill("checkout fails")
        form.get_by_label("Application").fill("shop")
        form.get_by_role("textbox", name="More than").fill("200")
        page.allowed.append("422")  # type: ignore[attr-defined]  # what the server refuses is no news to who reads it
        form.get_by_role("textbox", name="Address").fill(receiver.url)
        form.get_by_role("button", name="Save").click()
        expect(form.get_by_text("must be from 0 up to 0.999")).to_be_visible()
        axe(page)
        form.get_by_role("textbox", name="More than").fill("7")
        form.get_by_role("button", name="Save").click()
        expect(page.get_by_text("more than 7 % of runs fail within an hour")).to_be_visible()

        page.get_by_role("button", name="Test: checkout fails").click()
        expect(page.get_by_text("The test message was delivered.")).to_be_visible()
        assert [request.json["event"] for request in receiver.requests] == ["test"]
        page.get_by_role("button", name="What was told by checkout fails").click()
        told = page.get_by_role("list", name="What was told by checkout fails")
        expect(told).to_contain_text("delivered")
        axe(page)

    page.get_by_role("button", name="Edit: checkout fails").click()
    page.get_by_role("dialog").get_by_role("textbox", name="Name", exact=True).fill("checkout fails often")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test: checkout fails often").click()
    expect(page.get_by_text("The test message was not delivered")).to_be_visible()
    switch = page.get_by_role("switch", name="checkout fails often is on")
    switch.press("Space")
    expect(switch).not_to_be_checked()
    page.reload()
    expect(switch).not_to_be_checked()

    page.get_by_role("button", name="Delete: checkout fails often").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Delete: checkout fails often").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Nobody is told of anything yet")).to_be_visible()
