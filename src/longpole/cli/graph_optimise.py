"""`longpole graph optimise`: a Dify file made quicker where that is safe, and what was left alone.

Upstream: `cli.graph`. Downstream: `graphs.optimise.optimise`, `services.observations`, `analysis.what_if`.
"""

import difflib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from longpole.cli.options import DatabaseUrl, installed_runtime
from longpole.domain.amounts import name
from longpole.domain.errors import InvalidInputError
from longpole.domain.metric_names import shift_words
from longpole.domain.what_if import Change, ParallelIteration, Shift, WhatIf, WithoutEdges

if TYPE_CHECKING:
    from longpole.graphs.optimise.optimise import Optimised
    from longpole.graphs.optimise.told import Kind, Told

_LEAST_GAIN = 0.001


def optimise(  # noqa: PLR0917 - Typer reads options off the signature
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A Dify export (DSL).")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="NEW", help="Where the new file goes; may be FILE.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(metavar="KINDS", help="Of parallel, iteration, retry, errors; separated by commas."),
    ] = None,
    errors: Annotated[  # noqa: FBT002 - Typer reads options off the signature
        bool,
        typer.Option(
            "--errors", help="Also let nodes that fail give empty results: this changes what the workflow answers."
        ),
    ] = False,
    of_app: Annotated[
        str | None, typer.Option("--app", metavar="ID", help="Whose recorded runs tell what it would bring.")
    ] = None,
    workflow: Annotated[str | None, typer.Option(metavar="ID", help="And of which workflow.")] = None,
    days: Annotated[int, typer.Option(help="How many days of runs.")] = 7,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,  # noqa: FBT002 - as above
    database_url: DatabaseUrl = None,
) -> None:
    """Run steps side by side, items in parallel and reading steps again, where that is safe; print the difference.

    The rest of the file stays as it is, byte for byte. What is not known to be safe is told, and left alone.
    Dify 1.9 or newer is needed: older ones do not wait for all branches at every meeting point.

    [bold]Examples[/bold]

      longpole graph optimise support.yml --dry-run
      longpole graph optimise support.yml -o quicker.yml --app shop --workflow support
    """
    from longpole.graphs.optimise.optimise import optimise as run  # noqa: PLC0415 - keeps `longpole --help` quick

    text = _text(file)
    found = run(text, _kinds(only, errors=errors))
    _print_difference(text, found.text, file, output)
    console = Console(highlight=False, soft_wrap=True)
    console.print(_words(found))
    if (of_app is None) != (workflow is None):
        raise InvalidInputError("--app, --workflow", "are given both or neither")
    if of_app is not None and workflow is not None:
        on = installed_runtime(database_url)
        try:
            console.print(Text(_measured(found, of_app, workflow, days)))
        finally:
            on.close()
    else:
        console.print(Text(_counted(found)))
    if output is not None and not dry_run:
        output.write_bytes(found.text.encode())
        console.print(Text(f"Written to {output}."))
    elif found.done:
        console.print(Text("Nothing was written." if dry_run else "Nothing was written: -o NEW.yml writes it."))


def _text(file: Path) -> str:
    """The file as it is: line ends and all."""
    try:
        return file.read_bytes().decode()
    except OSError as error:
        raise InvalidInputError(str(file), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidInputError(str(file), "is not UTF-8 text") from None


def _kinds(only: str | None, *, errors: bool) -> "frozenset[Kind]":
    from longpole.graphs.optimise.told import Kind  # noqa: PLC0415 - as above

    if only is None:
        return frozenset(Kind) if errors else frozenset(Kind) - {Kind.ERRORS}
    named = {each.strip() for each in only.split(",") if each.strip()}
    unknown = named - set(Kind)
    if unknown or not named:
        raise InvalidInputError("--only", f"must be of {', '.join(Kind)}", only)
    kinds = frozenset(Kind(each) for each in named)
    if Kind.ERRORS in kinds and not errors:
        raise InvalidInputError("--only", "errors change what the workflow answers: say --errors as well")
    return kinds


def _print_difference(old: str, new: str, file: Path, output: Path | None) -> None:
    """As `diff -u`, coloured on a terminal."""
    console = Console(highlight=False, soft_wrap=True)
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), str(file), str(output or file), lineterm="", n=2)
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines:
        console.print(Text(name(line), style=colours.get(line[:1], "")))


def _words(found: "Optimised") -> Text:
    text = Text()
    for title, told in (("Changed", found.done), ("Left alone", found.not_done)):
        if told:
            text.append(f"\n{title}\n", style="bold")
            for each in told:
                text.append(_line(each))
    if not found.done:
        text.append("\nNothing to change: what is safe is done already.\n")
    return text


def _line(told: "Told") -> str:
    return name(f"  {told.words}: {told.reason}.") + "\n"


def _counted(found: "Optimised") -> str:
    before, after = found.steps_before, found.steps_after
    if before == after:
        return f"On the longest way, {_take_time(before)}, before and after. Counted, not measured."
    return (
        f"On the longest way, {_take_time(after)} instead of {before}. Counted, not measured: "
        "--app and --workflow say what recorded runs would have taken."
    )


def _take_time(steps: int) -> str:
    return "1 step takes time" if steps == 1 else f"{steps} steps take time"


def _measured(found: "Optimised", app_id: str, workflow_id: str, days: int) -> str:
    """What the recorded runs would have taken, in words."""
    from longpole.analysis.what_if import what_if  # noqa: PLC0415 - keeps `longpole --help` quick
    from longpole.graphs.alignment import aligned  # noqa: PLC0415 - as above
    from longpole.services.observations import observe  # noqa: PLC0415 - as above

    if not found.changes:
        return "Nothing of what was changed makes runs quicker."
    observed = observe(app_id, workflow_id, days)
    graph = aligned(found.waiting, [(node.node_id, node.node_title) for node in observed.nodes])
    names = {was.node_id: now.node_id for was, now in zip(found.waiting.nodes, graph.nodes, strict=True)}
    changes = _renamed(found.changes, names)
    alone = [what_if(observed.sample, [change], graph=graph) for change in changes]
    answered = [change for change, answer in zip(changes, alone, strict=True) if answer.declined is None]
    missing = [answer.declined for answer in alone if answer.declined is not None]
    answer = what_if(observed.sample, answered, graph=graph)
    if not answered or answer.p50 is None or answer.p95 is None:
        why = missing[0] if missing else answer.declined
        return f"{_counted(found)}\nWhat {app_id}/{workflow_id} would gain cannot be said: {why}"
    return " ".join([_gain(answer, answer.p50, answer.p95), *(f"Not in it: {why}" for why in missing)])


def _renamed(changes: Sequence[Change], names: dict[str, str]) -> list[Change]:
    found: list[Change] = []
    for change in changes:
        if isinstance(change, WithoutEdges):
            found.append(WithoutEdges(tuple((names.get(a, a), names.get(b, b)) for a, b in change.edges)))
        elif isinstance(change, ParallelIteration):
            found.append(replace(change, node_id=names.get(change.node_id, change.node_id)))
    return found


def _gain(answer: WhatIf, p50: Shift, p95: Shift) -> str:
    shifts = [
        shift_words(metric, shift.baseline, shift.expected, (shift.low, shift.high), "s")
        for metric, shift in (("execution_time_p50", p50), ("execution_time_p95", p95))
    ]
    text = f"Of {answer.n:,} recorded runs, replayed with these changes: {', '.join(shifts)}."
    if p50.baseline - p50.high < _LEAST_GAIN * p50.baseline:
        text += " The interval includes no gain at all."
    return text
