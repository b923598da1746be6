"""What a reader copies works: Python compiles, and what needs nobody else runs."""

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from longpole.app import create_app
from longpole.pricing.price_file import read_price_file
from longpole.runtime import Runtime
from longpole.services import recording
from longpole.services.performance import WorkflowPerformanceService


def test_python_compiles(pages: Any) -> None:
    for page, block in pages.blocks("python"):
        compile(block, page, "exec", dont_inherit=True)


def test_json_parses(pages: Any) -> None:
    for _, block in pages.blocks("json"):
        json.loads(block)


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/rest.md", "docs/how-to/cache.md"])
def test_python_of_our_own_runs_with_an_empty_home(pages: Any, page: str) -> None:
    """Without any configuration: the database is made where the user's data is."""
    blocks = [block for _, block in pages.blocks("python", page)]

    assert blocks
    for block in blocks:
        exec(compile(block, page, "exec", dont_inherit=True), {})


def test_the_readme_prints_what_it_recorded(pages: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for _, block in pages.blocks("python", "README.md"):
        exec(compile(block, "README.md", "exec", dont_inherit=True), {})

    assert WorkflowPerformanceService.get_workflow_performance_summary("shop", "checkout", days=7).run_count == 1
    assert capsys.readouterr().out == "15.5 s, $0.25, 80% of it in answer\n"


def test_the_posted_run_is_stored_whole(pages: Any, runtime: Runtime) -> None:
    body = re.search(r"-d '(\{.*?\})'$", pages.text("docs/how-to/rest.md"), re.MULTILINE | re.DOTALL)
    assert body is not None

    recorded = recording.record_run("shop", "checkout", json.loads(body[1]))

    assert (recorded.stored, recorded.rejected) == (2, ())
    assert recorded.run.cost_usd is not None


def test_the_cache_answers_what_the_page_says(pages: Any, runtime: Runtime) -> None:
    page = "docs/how-to/cache.md"
    calls = re.findall(r"4318(/\S+) .*?-d '(\{.*?\})'$", pages.text(page), re.MULTILINE | re.DOTALL)
    told = [json.loads(line) for line in re.findall(r'^    (\{"state": .*\})$', pages.text(page), re.MULTILINE)]

    with TestClient(create_app(runtime)) as client:
        look_up, store = [(path, json.loads(body)) for path, body in calls]
        lease = client.post(look_up[0], json=look_up[1]).json()
        kept = client.post(store[0], json={**store[1], "lease": lease["lease"]}).json()
        hit = client.post(look_up[0], json=look_up[1]).json()

    changing = {"cache_key", "lease", "lease_expires_at"}
    answered, shown = [
        [{name: "…" if name in changing else value for name, value in each.items()} for each in answers]
        for answers in ((lease, hit), told)
    ]
    assert answered == shown
    assert kept["stored"] is True


def test_the_price_file_is_one(pages: Any, tmp_path: Any) -> None:
    [(_, block)] = pages.blocks("json", "docs/how-to/prices.md")
    file = tmp_path / "prices.json"
    file.write_text(block, encoding="utf-8")

    assert [entry.model for entry in read_price_file(file)] == ["gpt-4o-mini", "my-llama*"]


def test_the_mask_masks(pages: Any) -> None:
    [(_, block)] = pages.blocks("python", "docs/how-to/capture-content.md")
    names: dict[str, Any] = {}
    exec(block, names)

    assert names["cards"]("4111 1111 1111 1111, please") == "[card], please"
