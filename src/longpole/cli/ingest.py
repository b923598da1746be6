"""`longpole ingest`: telemetry that was written to files becomes runs, as if it had been sent."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.domain import amounts

if TYPE_CHECKING:
    from longpole.cli.ingestion import Outcome

_SHOWN_PROBLEMS = 5


class Carried(StrEnum):
    """What a protobuf file carries."""

    TRACES = "traces"
    LOGS = "logs"


def ingest(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="OTLP as JSON, JSON lines or protobuf; gzipped or not.")
    ],
    project: Annotated[
        str | None, typer.Option(help="The application, where the telemetry names no project of its own.")
    ] = None,
    signal: Annotated[
        Carried, typer.Option(help="What protobuf files carry; JSON files say it themselves.")
    ] = Carried.TRACES,
    database_url: DatabaseUrl = None,
) -> None:
    """Store telemetry from files. The same file again changes nothing.

    [bold]Examples[/bold]

      longpole ingest traces.jsonl
      longpole ingest --project shop export-*.json.gz request.pb
    """
    from longpole.cli.ingestion import ingested  # noqa: PLC0415 - keeps `longpole --help` quick
    from longpole.ingest.otlp.intake import Signal  # noqa: PLC0415 - the same

    on = installed_runtime(database_url)
    try:
        outcomes = ingested(on, files, project, Signal(signal.value))
    finally:
        on.close()
    console = Console(highlight=False)
    for outcome in outcomes:
        for line in said(outcome):
            console.print(line, soft_wrap=True)
    if any(outcome.problems for outcome in outcomes):
        raise typer.Exit(1)


def said(outcome: "Outcome") -> list[Text]:
    """What became of a file, in a line, and a line for each thing that was wrong with it."""
    rejected = outcome.rejected.total()
    lines = [
        Text(
            f"{amounts.name(str(outcome.path))}: {outcome.requests:,} requests, {outcome.stored:,} records stored, "
            f"{rejected:,} rejected"
        )
    ]
    lines += [
        Text(f"  rejected: {count:,} x {reason}", style="yellow") for reason, count in outcome.rejected.most_common()
    ]
    problems = [amounts.name(problem) for problem in outcome.problems]
    lines += [Text(f"  {problem}", style="red") for problem in problems[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        lines.append(Text(f"  and {len(problems) - _SHOWN_PROBLEMS:,} more like these", style="red"))
    return lines
