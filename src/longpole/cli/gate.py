"""`longpole gate`: whether a candidate may go on, as an exit code for CI.

    0   every bound is kept          1   a bound is broken, beyond chance          2   not decided, or not understood

Upstream: the command line. Downstream: `services.gate`, `sides`, `gate_report`.
"""

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from longpole.cli.compare import in_json, named
from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.cli.sides import side
from longpole.domain.errors import InvalidInputError, LongpoleError

if TYPE_CHECKING:
    from longpole.services.gate import Bound, Gate

_BOUND = re.compile(r"([a-z0-9_]+)=(\d+(?:\.\d+)?)\s*(%?)")
_FAILED, _NOT_DECIDED = 1, 2


class OnTooFew(StrEnum):
    """What is said where there are too few runs."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"


def gate(  # noqa: PLR0917 - Typer reads options off the signature
    workflow: Annotated[str, typer.Argument(metavar="APP/WORKFLOW", help="Of which workflow.")],
    baseline: Annotated[
        str, typer.Option(metavar="SIDE", help="What is compared with: version=v1, last7d, …, as for compare.")
    ],
    candidate: Annotated[str, typer.Option(metavar="SIDE", help="What is judged: version=v2, …")],
    max_regression: Annotated[
        list[str],
        typer.Option(
            metavar="p95=10%",
            help="How much worse it may be; again for each of p50, p95, p99, mean, error_rate, cost, tokens, "
            "cache_hit_rate, retries.",
        ),
    ],
    min_runs: Annotated[int, typer.Option(min=1, help="With fewer runs on a side nothing is decided.")] = 100,
    on_too_few: Annotated[
        OnTooFew | None, typer.Option(help="What it is where nothing is decided; without it exit code 2.")
    ] = None,
    repeated: Annotated[  # noqa: FBT002 - Typer reads options off the signature
        bool, typer.Option("--repeated", help="It is asked again and again while runs come in.")
    ] = False,
    expected_share: Annotated[
        float | None, typer.Option(metavar="0.5", help="Of all runs, how many were meant to be the baseline's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,  # noqa: FBT002 - the same
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it for a comment.")] = False,  # noqa: FBT002 - the same
    database_url: DatabaseUrl = None,
) -> None:
    """End with 1 if a candidate is worse than is allowed, beyond chance; with 0 if not. Needs no server.

    2 means that there are too few runs to say, or that something was asked that is not there.

    [bold]Example[/bold]

      longpole gate shop/trip_planner --baseline version=v1 --candidate version=v2 --max-regression p95=10%
    """
    try:
        found = _found(workflow, baseline, candidate, max_regression, min_runs, repeated, expected_share, database_url)
    except LongpoleError as error:
        Console(stderr=True).print(Text(f"longpole: {error}", style="red"), soft_wrap=True)
        raise typer.Exit(_NOT_DECIDED) from None
    code = exit_code(found, on_too_few)
    _print(found, code, as_json=as_json, markdown=markdown)
    raise typer.Exit(code)


def _found(  # noqa: PLR0917 - the command's options
    workflow: str,
    baseline: str,
    candidate: str,
    max_regression: list[str],
    min_runs: int,
    repeated: bool,  # noqa: FBT001 - the same
    expected_share: float | None,
    database_url: str | None,
) -> "Gate":
    from longpole.services.gate import gate as ask  # noqa: PLC0415 - keeps `longpole --help` quick

    one, other = side(baseline, "--baseline"), side(candidate, "--candidate")
    bounds = [bound(each) for each in max_regression]
    on = installed_runtime(database_url)
    try:
        app_id, workflow_id = named(workflow)
        return ask(
            app_id, workflow_id, one, other, bounds,
            min_runs=min_runs, repeated=repeated, expected_share=expected_share,
        )  # fmt: skip
    finally:
        on.close()


def bound(text: str) -> "Bound":
    """`p95=10%` as at most a tenth more; of shares percentage points.

    Raises:
        InvalidInputError: It is none.
    """
    from longpole.services.gate import SHORT_NAMES, Bound  # noqa: PLC0415 - the same

    found = _BOUND.fullmatch(text.strip())
    figure = SHORT_NAMES.get(found[1], found[1]) if found else None
    if found is None or figure is None or figure not in SHORT_NAMES.values():
        raise InvalidInputError("--max-regression", f"must be like p95=10%, of {', '.join(SHORT_NAMES)}", text)
    most = float(found[2]) / (100 if found[3] else 1)
    return Bound(figure, most * 100 if figure == "cache_hit_rate" and found[3] else most)


def exit_code(found: "Gate", on_too_few: OnTooFew | None) -> int:
    """0, 1 or 2, as the module says."""
    from longpole.services.gate import Outcome  # noqa: PLC0415 - the same

    if found.outcome is Outcome.UNDECIDED:
        return _NOT_DECIDED if on_too_few is None else _FAILED if on_too_few is OnTooFew.FAIL else 0
    return _FAILED if found.outcome is Outcome.FAIL else 0


def _print(found: "Gate", code: int, *, as_json: bool, markdown: bool) -> None:
    from longpole.cli import gate_report  # noqa: PLC0415 - the same

    if as_json:
        typer.echo(in_json(found))
    elif markdown:
        typer.echo(gate_report.markdown(found, code))
    else:
        Console(highlight=False).print(gate_report.table(found, code))
