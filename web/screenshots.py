"""Every page of the dashboard as a picture, dark and light, wide and narrow: `make screenshots`.

The pages show a shop's busy month (`tests/support/gallery.py`), which ends now: figures move a little each time.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import expect
from rich.progress import track

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT / "tests" / "support"))

from chromium import chromium  # noqa: E402 - from the tests' support
from gallery import fill  # noqa: E402
from longpole.runtime import Runtime  # noqa: E402
from longpole.settings import Settings  # noqa: E402
from served import Served  # noqa: E402

SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
SCHEMES = ("light", "dark")
CHECKOUT = "w/shop/checkout-agent"


def pages(server: Served) -> dict[str, str]:
    """What is looked at, by the picture's name."""
    run = newest_run(server, "shop", "checkout-agent")
    advice = newest(server, "/recommendations?app_id=shop", "id")
    return {
        "overview": "",
        "workflow": CHECKOUT,
        "node": f"{CHECKOUT}?node=rerank",
        "runs": f"{CHECKOUT}/runs",
        "run": f"runs/{quote(run, safe='')}",
        "what-if": f"runs/{quote(run, safe='')}?node={quote(f'{run}/rerank', safe='')}",
        "advice": f"advice?id={advice}",
        "cache": "w/shop/doc-qa/cache",
        "trends": f"{CHECKOUT}/trends?days=30",
        "compare": f"{CHECKOUT}/trends?view=compare&a_version=v15&b_version=v16",
        "live": "live",
        "settings": "settings",
        "alerts": "settings?tab=alerts",
    }


def arrange(server: Served) -> None:
    """Two alert rules that tell nobody of anything here, and runs that go on while pictures are drawn."""
    hook = {"url": "https://hooks.example/longpole", "secret": "not a secret at all"}
    rule = {"app_id": "shop", "channel": "webhook", "target": hook, "is_enabled": False}
    worse = {**rule, "name": "Something got worse", "kind": "degradation"}
    failing = {**rule, "name": "Triage fails", "workflow_id": "support-triage", "kind": "error_rate"}
    server.post("/alerts", worse)
    server.post("/alerts", {**failing, "condition": {"above": 0.05, "min_runs": 20}})
    server.send("killed_midrun")


def newest(server: Served, path: str, field: str) -> str:
    """A field of the first item that the server answers there."""
    answer = server.get(path)
    assert isinstance(answer, dict)
    return str(answer["items"][0][field])


def newest_run(server: Served, app_id: str, workflow_id: str) -> str:
    """The workflow's newest run that went well."""
    return newest(server, f"/apps/{app_id}/workflows/{workflow_id}/runs?status=succeeded&limit=1", "workflow_run_id")


def wanted(server: Served, names: list[str]) -> Iterator[tuple[str, str, str, str]]:
    """Name, address, size and colours of each picture."""
    for name, address in pages(server).items():
        if names and name not in names:
            continue
        for size in SIZES:
            for scheme in SCHEMES:
                yield name, address, size, scheme


def main(names: list[str]) -> None:
    """Draw the pages that are named; all, where none is."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        runtime = Runtime(Settings(database_url=f"sqlite:///{folder}/gallery.db"))
        fill(runtime)
        server = Served(runtime.settings.database_url)
        runtime.close()
        server.start()
        arrange(server)
        try:
            with chromium() as browser:
                for name, address, size, scheme in track(list(wanted(server, names)), "Drawing"):
                    width, height = SIZES[size]
                    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                    page.emulate_media(reduced_motion="reduce", color_scheme=scheme)
                    page.goto(f"{server.url}/ui/{address}")
                    page.get_by_role("heading", level=1).wait_for()
                    page.wait_for_load_state("networkidle" if name != "live" else "load")
                    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
                    page.wait_for_timeout(400)  # charts are drawn a moment after their data is there
                    page.screenshot(path=IMAGES / f"{name}-{size}-{scheme}.png")
                    page.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
