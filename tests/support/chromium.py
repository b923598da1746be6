"""The Chromium that pages are looked at with: Debian's package, or what LONGPOLE_TEST_CHROMIUM names."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--no-sandbox",  # it is started by root in containers; the pages are ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)


def executable() -> str:
    """Where it is.

    Raises:
        RuntimeError: There is none; says what to install.
    """
    named = os.environ.get("LONGPOLE_TEST_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise RuntimeError("there is no Chromium: `apt-get install chromium`, or name one in LONGPOLE_TEST_CHROMIUM")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(_QUIET))
        yield browser
        browser.close()
