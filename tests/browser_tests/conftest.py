"""Real pages in a real Chromium, from a real server: on a shop's busy month, on a copy of it, and on nothing at all.

A test fails at its end if its page wrote an error or a warning to the console,
if a script failed, or if the server answered 500 or more: what a test provokes
it names in `page.allowed`.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect

from chromium import chromium
from gallery import fill
from longpole.runtime import Runtime
from longpole.settings import Settings
from longpole.store.engine import open_engine
from served import Served

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
WAIT_MS = 10_000

expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def gallery_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the shop's month in it: made once, by whichever process of the run comes first."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if shared.name.startswith("popen-") else shared
    path = shared / "gallery.db"
    with FileLock(shared / "gallery.lock"):
        if not path.exists():
            making = shared / "gallery-making.db"
            runtime = Runtime(Settings(database_url=f"sqlite:///{making}"))
            fill(runtime)
            runtime.close()
            _fold(making)
            making.rename(path)
    return path


def _fold(path: Path) -> None:
    """Put what is in the write-ahead log into the file itself."""
    engine = open_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(scope="session")
def gallery(gallery_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with data, for tests that only look."""
    yield from _serving(shutil.copy(gallery_file, tmp_path_factory.mktemp("gallery") / "longpole.db"))


@pytest.fixture
def own_gallery(gallery_file: Path, tmp_path: Path) -> Iterator[Served]:
    """A server with data of the test's own, for tests that change something."""
    yield from _serving(shutil.copy(gallery_file, tmp_path / "own.db"))


@pytest.fixture
def empty_server(sqlite_url: str) -> Iterator[Served]:
    """A server without data."""
    yield from _serving(Path(sqlite_url.removeprefix("sqlite:///")))


def _serving(path: Path) -> Iterator[Served]:
    server = Served(f"sqlite:///{path}")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, one for all tests of a file: while it is there its event loop runs, and no other test may have one."""
    with chromium() as started:
        yield started


class Watched:
    """What went wrong on a page. `allowed` are patterns of what a test provokes."""

    def __init__(self, page: Page) -> None:
        self.allowed: list[str] = []
        self._seen: list[str] = []
        page.on(
            "console", lambda said: self._note(f"console {said.type}: {said.text}", said.type in {"error", "warning"})
        )
        page.on("pageerror", lambda error: self._note(f"script: {error}", is_wrong=True))
        page.on("response", lambda answer: self._note(f"{answer.status} {answer.url}", is_wrong=answer.status >= 500))

    def _note(self, what: str, is_wrong: bool) -> None:  # noqa: FBT001 - a fact
        if is_wrong:
            self._seen.append(what)

    def wrong(self) -> list[str]:
        """All of it that was not allowed."""
        return [each for each in self._seen if not any(re.search(allowed, each) for allowed in self.allowed)]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Makes pages, each with cookies and storage of its own; `page.allowed` is the list of what may go wrong on it."""
    watched: list[Watched] = []
    contexts = []

    def make(width: int = 1440, height: int = 900, scheme: Any = "light", **more: Any) -> Page:
        seen = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
        context = browser.new_context(**seen, reduced_motion="reduce", **more)  # what fades in is half there for axe
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        watched.append(Watched(page))
        page.allowed = watched[-1].allowed  # type: ignore[attr-defined]  # a note beside Playwright's own
        return page

    yield make
    for context in contexts:
        context.close()
    wrong = [each for page in watched for each in page.wrong()]
    assert wrong == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page of 1440 × 900 in light colours."""
    return new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Checks that the page as it is now has no serious or critical violation of accessibility."""
    script = AXE.read_text()

    def check(page: Page) -> None:
        page.evaluate(script)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        told = [
            f"{each['id']} ({each['impact']}): {each['help']}: "
            + "; ".join(f"{node['target']} {node['failureSummary']}" for node in each["nodes"][:3])
            for each in found["violations"]
            if each["impact"] in {"serious", "critical"}
        ]
        assert told == []

    return check
