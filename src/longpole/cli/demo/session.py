"""One demo from beginning to end: server, runs, what was found, what next.

Upstream: `command`. Downstream: `serving`, `running`, `outcome`.
"""

import threading
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.rule import Rule

from longpole.cli.demo import caching
from longpole.cli.demo.caching import same_trip_twice
from longpole.cli.demo.exporting import SERVICE, exported_to
from longpole.cli.demo.outcome import draw, report_of, wait_for_runs
from longpole.cli.demo.plan import WORKFLOWS, planned_runs
from longpole.cli.demo.running import carry_out
from longpole.cli.demo.serving import LOG_NAME, DemoServer, serving
from longpole.domain.errors import LongpoleError


def hold(console: Console, folder: Path, picture: Path | None, *, stays_up: bool, is_kept: bool) -> None:
    """Hold a demo whose database is in `folder`, until the report is printed, or until Ctrl+C.

    Raises:
        LongpoleError: If not every run has arrived; says what the server said last.
    """
    with serving(folder) as server:
        _run(console, server, folder)
        for workflow in WORKFLOWS:
            console.print(Rule(f"[bold]{workflow}[/bold]", align="left", style="dim"), report_of(workflow), "")
        console.print(Rule("[bold]trip_planner, cached[/bold]", align="left", style="dim"), caching.report(), "")
        if picture is not None:
            draw(picture, WORKFLOWS[0])
            console.print(f"Drawn: {picture}\n", soft_wrap=True)
        for line in _what_next(server, stays_up=stays_up, is_kept=is_kept):
            console.print(line, soft_wrap=True)
        if stays_up:
            console.print("\nThe server stays up. Ctrl+C ends it.")
            _wait_for_interrupt()


def _run(console: Console, server: DemoServer, folder: Path) -> None:
    planned = planned_runs()
    since_ns = time.time_ns()
    started = time.monotonic()
    twice = same_trip_twice()
    with _progress(console) as progress, exported_to(server.address):
        outcomes = list(progress.track(carry_out(planned), total=len(planned), description="Running workflows"))
        took_s = time.monotonic() - started
        list(progress.track(carry_out(twice, 1), total=len(twice), description="The same trip twice"))
    complete = wait_for_runs(len(planned), since_ns)
    if complete < len(planned) or wait_for_runs(len(twice), since_ns, [caching.WORKFLOW]) < len(twice):
        said = (folder / LOG_NAME).read_text(encoding="utf-8").splitlines()
        raise LongpoleError(f"Only {complete} of {len(planned)} runs arrived. {said[-1] if said else ''}")
    failed = outcomes.count(False)
    console.print(f"{len(planned)} runs in {took_s:.0f} s; {failed} of them failed, as they were meant to.\n")


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _what_next(server: DemoServer, *, stays_up: bool, is_kept: bool) -> list[str]:
    lines = [
        "[bold]The server[/bold]" if stays_up else "[bold]The server[/bold], which ends now",
        f"  Dashboard          {server.address}/ui/" + ("    (look at it while it stays up)" if stays_up else ""),
        f"  API and OTLP/HTTP  {server.address}",
        f"  OTLP/gRPC          127.0.0.1:{server.grpc_port}",
    ]
    if server.moved:
        ports = " and ".join(map(str, sorted(set(server.moved))))
        lines.append(f"  Something else listens on {ports}, the usual place, so free ports were taken.")
    if is_kept:
        url = server.on.settings.safe_database_url()
        lines += [
            "[bold]This report again, and what to change[/bold]",
            f"  longpole report {SERVICE}/{WORKFLOWS[0]} --database-url {url}",
            f"  longpole advise {SERVICE}/{WORKFLOWS[0]} --database-url {url}",
        ]
    return [
        *lines,
        "[bold]Your own workflows[/bold]",
        "  longpole serve",
        "  and, for any program that has an OpenTelemetry exporter,",
        "  export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    ]


def _wait_for_interrupt() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
