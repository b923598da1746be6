"""Waits until the server has told all of the demo's runs, then shows what it found.

Upstream: `session`. Downstream: `services.runs`, `cli.report`.
"""

import re
import time
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console, Group

from longpole import runtime
from longpole.cli.demo.exporting import SERVICE
from longpole.cli.demo.plan import WORKFLOWS
from longpole.cli.report import workflow_report
from longpole.domain.run_lists import RunFilters
from longpole.domain.runs import RunState
from longpole.domain.units import nanoseconds
from longpole.services import runs

_PATIENCE_S = 20.0
_PICTURE_WIDTH = 110
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def complete_runs(since_ns: int, workflows: Sequence[str] = WORKFLOWS) -> int:
    """How many of the runs of these workflows that ended since then are complete."""
    here = runtime.current()
    settle_ns, abandon_ns = (
        nanoseconds(s) for s in (here.settings.run_settle_seconds, here.settings.run_abandon_seconds)
    )
    found = (
        run
        for workflow in workflows
        for run in runs.list_runs(SERVICE, workflow, RunFilters(since_ns=since_ns), 1000).items
    )
    return sum(run.state(here.clock(), settle_ns, abandon_ns) is RunState.COMPLETE for run in found)


def wait_for_runs(expected: int, since_ns: int, workflows: Sequence[str] = WORKFLOWS) -> int:
    """Wait until so many runs are complete, or patience ends; how many are."""
    deadline = time.monotonic() + _PATIENCE_S
    while (complete := complete_runs(since_ns, workflows)) < expected and time.monotonic() < deadline:
        time.sleep(0.1)
    return complete


def report_of(workflow: str) -> Group:
    """What the report says of one of the demo's workflows."""
    return workflow_report(SERVICE, workflow, 1)


def draw(path: Path, workflow: str) -> None:
    """The report of a workflow as an SVG that refers to nothing outside of it."""
    console = Console(file=StringIO(), record=True, width=_PICTURE_WIDTH, force_terminal=True, color_system="truecolor")
    console.print(report_of(workflow))
    picture = console.export_svg(title=f"longpole report {SERVICE}/{workflow}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_FONT_FACE.sub("", picture), encoding="utf-8")
