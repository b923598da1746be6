"""What stands around every page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from served import Served


def test_the_root_leads_to_the_dashboard_and_its_places_can_be_reached_by_keyboard(
    page: Page, gallery: Served, axe: Callable[[Page], None]
) -> None:
    page.goto(gallery.url)
    expect(page).to_have_url(f"{gallery.url}/ui/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    for name, address in (("Advice", "advice"), ("Live", "live"), ("Settings", "settings"), ("Overview", "")):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).press("Enter")
        expect(page).to_have_url(f"{gallery.url}/ui/{address}")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page).to_have_title(f"{name} · Longpole")
    axe(page)


def test_an_address_that_leads_nowhere_says_so(page: Page, gallery: Served) -> None:
    page.goto(f"{gallery.url}/ui/nowhere/at/all")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    page.get_by_role("link", name="To the overview").click()
    expect(page).to_have_url(f"{gallery.url}/ui/")


def test_the_colours_stay_as_chosen(page: Page, gallery: Served) -> None:
    root = page.locator("html")
    page.goto(f"{gallery.url}/ui/settings")
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")
    page.get_by_role("button", name="Dark colours").click()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")


def test_a_server_that_goes_and_comes_back_in_mid_session(page: Page, own_gallery: Served) -> None:
    page.allowed += ["Failed to load resource: net::ERR_CONNECTION_REFUSED"]  # type: ignore[attr-defined]
    page.goto(f"{own_gallery.url}/ui/")
    expect(page.get_by_role("link", name="checkout-agent").first).to_be_visible()
    own_gallery.stop()
    page.get_by_role("combobox", name="Period").or_(page.get_by_label("Period")).first.click()
    page.get_by_role("option", name="90 days").click()
    lost = page.get_by_text("The server does not answer.")
    expect(lost).to_be_visible()
    own_gallery.start()
    expect(lost).to_be_hidden()
    expect(page.get_by_role("link", name="checkout-agent").first).to_be_visible()


def test_a_page_that_is_asked_for_while_the_server_is_away_comes_when_it_is_back(
    page: Page, own_gallery: Served
) -> None:
    page.allowed += ["ERR_CONNECTION_REFUSED", "Unable to preload CSS", "dynamically imported"]  # type: ignore[attr-defined]
    page.goto(f"{own_gallery.url}/ui/advice")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    own_gallery.stop()
    page.get_by_role("link", name="Settings").focus()  # else a pointer would have it loaded beforehand
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Not loaded yet")).to_be_visible()
    own_gallery.start()
    expect(page.get_by_role("heading", level=1, name="Settings")).to_be_visible()


@pytest.mark.parametrize("path", ["assets/gone-123.js", "assets/%2e%2e/%2e%2e/pyproject.toml"])
def test_what_is_not_there_is_not_answered_with_a_page(page: Page, gallery: Served, path: str) -> None:
    assert page.request.get(f"{gallery.url}/ui/{path}").status == 404
