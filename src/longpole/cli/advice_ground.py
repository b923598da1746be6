"""What advice stands on: how many runs were looked at, and what would let it see more.

Upstream: `cli.advise`. Downstream: the services.
"""

from rich.console import Group
from rich.text import Text

from longpole import runtime
from longpole.domain import amounts
from longpole.services.graphs import find_graph
from longpole.services.performance import WorkflowPerformanceService as Performance

_ENOUGH_RUNS = 20
_MANY_RUNS = 100


def ground(app_id: str, workflow_id: str, days: int, *, found: bool) -> Group:
    """The last lines of advice; where nothing was found, they are all that is said."""
    summary = Performance.get_workflow_performance_summary(app_id, workflow_id, days)
    period = "the last day" if days == 1 else f"the last {days} days"
    runs = "1 run" if summary.run_count == 1 else f"{summary.run_count:,} runs"
    whose = amounts.name(f"{app_id}/{workflow_id}")
    lines = [
        Text(
            f"Looked at {runs} of {period}."
            if found
            else f"{whose}: nothing to change was found in {runs} of {period}."
        )
    ]
    missing = _missing(app_id, workflow_id, days, summary.run_count)
    if missing:
        lines.append(Text("What would show more:", style="dim"))
        lines += [Text(f"  · {line}", style="dim") for line in missing]
    return Group(*lines)


def _missing(app_id: str, workflow_id: str, days: int, run_count: int) -> list[str]:
    made = []
    if run_count < _ENOUGH_RUNS:
        made.append(f"more runs: most rules want {_ENOUGH_RUNS} and more" + (", or more --days" if days < 365 else ""))  # noqa: PLR2004 - the most there is
    elif run_count < _MANY_RUNS:
        made.append(f"more runs: what is rare is not seen in {run_count}")
    if find_graph(app_id, workflow_id) is None:
        made.append("the workflow's graph, to see what may run side by side: longpole graph import FILE")
    if not runtime.current().settings.capture_content:
        made.append("contents, to see what prompts have in common: LONGPOLE_CAPTURE_CONTENT=true")
    return made
