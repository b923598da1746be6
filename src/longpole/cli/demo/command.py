"""`longpole demo`: real workflows, a real server, the stock exporter between them, and what Longpole finds.

Upstream: the command line. Downstream: `serving`, `running`, `outcome`.
"""

import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.rule import Rule

from longpole.domain.errors import LongpoleError, MissingExtraError

if TYPE_CHECKING:
    from longpole.cli.demo.serving import DemoServer

_INTRODUCTION = """[bold]Longpole demo[/bold]
Four LangGraph workflows run with pretended chat models: no key is needed, and nothing leaves this machine.
The stock OpenInference instrumentation and the stock OTLP exporter tell a Longpole server what happens.
"""


def demo(
    folder: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, help="Keep the database here. Without it, it goes with the demo.", show_default=False
        ),
    ] = None,
    exit_: Annotated[bool, typer.Option("--exit", help="End after the report instead of staying up.")] = False,  # noqa: FBT002 - Typer reads options off the signature
    picture: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, metavar="FILE.svg", help="Draw trip_planner's report as well.", show_default=False
        ),
    ] = None,
) -> None:
    """Run real workflows against a server of its own, and print where their time and money go.

    [bold]Examples[/bold]

      longpole demo
      longpole demo --exit --folder demo-data
    """
    warnings.simplefilter("ignore")  # of libraries that the demo does not write
    console = Console(highlight=False)
    console.print(_INTRODUCTION)
    with _folder(folder) as place, _extra_installed():
        from longpole.cli.demo.serving import serving  # noqa: PLC0415 - takes seconds, and needs the extra

        with serving(place) as server:
            _run_and_report(console, server)
            if picture is not None:
                _draw(console, picture)
            _say_what_next(console, server, folder)
            if not exit_:
                _stay_up()


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="longpole-demo-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@contextmanager
def _extra_installed() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] == "longpole":
            raise
        raise MissingExtraError("demo", "The demo") from None


def _run_and_report(console: Console, server: "DemoServer") -> None:
    from longpole.cli.demo.exporting import exported_to  # noqa: PLC0415 - needs the extra
    from longpole.cli.demo.outcome import report_of, wait_for_runs  # noqa: PLC0415 - the same
    from longpole.cli.demo.plan import WORKFLOWS, planned_runs  # noqa: PLC0415 - the same
    from longpole.cli.demo.running import carry_out  # noqa: PLC0415 - the same

    planned = planned_runs()
    since_ns = time.time_ns()
    started = time.monotonic()
    with _progress(console) as progress, exported_to(server.address):
        outcomes = list(progress.track(carry_out(planned), total=len(planned), description="Running workflows"))
    complete = wait_for_runs(len(planned), since_ns)
    if complete < len(planned):
        raise LongpoleError(
            f"Only {complete} of {len(planned)} runs arrived; longpole.log in the demo's folder says why."
        )
    console.print(
        f"{len(planned)} runs in {time.monotonic() - started:.0f} s: {sum(outcomes)} ended well, "
        f"{len(outcomes) - sum(outcomes)} were meant to fail.\n"
    )
    for workflow in WORKFLOWS:
        console.print(Rule(f"[bold]{workflow}[/bold]", align="left", style="dim"), report_of(workflow), "")


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _draw(console: Console, picture: Path) -> None:
    from longpole.cli.demo.outcome import draw  # noqa: PLC0415 - needs the extra
    from longpole.cli.demo.plan import WORKFLOWS  # noqa: PLC0415 - the same

    draw(picture, WORKFLOWS[0])
    console.print(f"Drawn: {picture}\n", soft_wrap=True)


def _say_what_next(console: Console, server: "DemoServer", folder: Path | None) -> None:
    lines = [
        "[bold]The server[/bold]",
        f"  API and OTLP/HTTP  {server.address}    (try {server.address}/apps)",
        f"  OTLP/gRPC          127.0.0.1:{server.grpc_port}",
    ]
    if server.moved:
        ports = " and ".join(map(str, server.moved))
        lines.append(f"  Something else listens on {ports}, the usual place, so free ports were taken.")
    lines += [
        "[bold]Next[/bold]",
        "  Your own workflows: run `longpole serve`, and start any program with an OpenTelemetry exporter with",
        f"  OTEL_EXPORTER_OTLP_ENDPOINT={server.address} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    ]
    if folder is not None:
        url = server.on.settings.safe_database_url()
        lines.append(f"  The demo's data again: longpole report --database-url {url}")
    for line in lines:
        console.print(line, soft_wrap=True)


def _stay_up() -> None:
    Console(highlight=False).print("\nThe server stays up. Ctrl+C ends it.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        Console().print()
