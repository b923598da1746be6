"""Which workflow `APP/WORKFLOW` means, where both names may have slashes in them."""

from collections.abc import Iterable
from urllib.parse import unquote

from longpole.domain.errors import InvalidInputError, NotFoundError

Pair = tuple[str, str]
"""An application and a workflow of it."""


def workflow_named(target: str, known: Iterable[Pair]) -> Pair:
    """The application and workflow that are meant; the last part may also be the version of a known application's.

    Raises:
        NotFoundError: If there is no such application.
        InvalidInputError: If it can be read in several ways.
    """
    pairs = list(known)
    readings = {pair for pair in pairs if "/".join(pair) == target}
    readings = readings or {pair for pair in pairs if pair == _escaped(target)}
    readings = readings or {(app, target[len(app) + 1 :]) for app, _ in pairs if target.startswith(f"{app}/")}
    readings = {pair for pair in readings if pair[1]}
    if not readings:
        raise unknown_workflow(target)
    if len(readings) > 1:
        raise InvalidInputError(
            "APP/WORKFLOW", "can be read in several ways; write slashes within a name as %2F", target
        )
    return readings.pop()


def unknown_workflow(target: str) -> NotFoundError:
    """The error that says so, and what to do."""
    return NotFoundError(f"There is no workflow {target!r}. `longpole report` lists those that there are.")


def _escaped(target: str) -> Pair | None:
    """`a%2Fb/c` as `a/b` and `c`."""
    app, slash, workflow = target.partition("/")
    return (unquote(app), unquote(workflow)) if slash and "/" not in workflow else None
