"""`longpole demo`: real workflows, a real server, the stock exporter between them, and what Longpole finds.

Upstream: the command line. Downstream: `session`.
"""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from longpole.domain.errors import MissingExtraError

_EXTRA = ("langgraph", "langchain_core", "openinference.instrumentation", "opentelemetry.sdk")
_INTRODUCTION = """[bold]Longpole demo[/bold]
Four LangGraph workflows run with simulated chat models: no key is needed, and
nothing leaves this machine. What happens is told by the stock OpenInference
instrumentation and the stock OTLP exporter to a Longpole server of the demo's.
One of them runs twice more, with LangGraph's node cache kept in Longpole.
"""


def demo(
    folder: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Keep the database here. Without it, it goes when the demo ends.",
            show_default=False,
        ),
    ] = None,
    exit_: Annotated[  # noqa: FBT002 - Typer reads options off the signature
        bool, typer.Option("--exit", help="End after the report instead of staying up.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, metavar="FILE.svg", help="Draw the report of trip_planner as well.", show_default=False
        ),
    ] = None,
) -> None:
    """Run real workflows against a server of its own, and print where their time and money go.

    [bold]Examples[/bold]

      longpole demo
      longpole demo --exit --folder demo-data
    """
    _require_extra()
    warnings.simplefilter("ignore")  # what libraries have to tell their developers is not for here
    console = Console(highlight=False)
    console.print(_INTRODUCTION)
    from longpole.cli.demo.session import hold  # noqa: PLC0415 - takes seconds, and needs the extra

    with _folder(folder) as place:
        hold(console, place, picture, stays_up=not exit_, is_kept=folder is not None)


def _require_extra() -> None:
    try:
        is_there = all(map(find_spec, _EXTRA))
    except ModuleNotFoundError:  # not even the package around it
        is_there = False
    if not is_there:
        raise MissingExtraError("demo", "The demo")


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="longpole-demo-", ignore_cleanup_errors=True) as made:
        yield Path(made)
