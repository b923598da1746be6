"""Metrics of users' own: defined, listed, removed.

A number that is sent with a run or a node execution needs no definition; a
formula does, and so does a name that formulas use before it was first sent.

Invariant: once no mark is left, cells have a formula's figures of exactly the
runs that count since `counts_from`, as far back as there are raw rows.

Upstream: `rest.metrics`, `cli.metrics`. Downstream: `store.custom_metrics`, `analysis.expressions`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import Connection

from longpole import runtime
from longpole.analysis.expressions import ExpressionError, parse
from longpole.domain.errors import InvalidInputError, NotFoundError
from longpole.domain.metrics import FIELDS, RESERVED, CustomMetric, Level, may_be_defined
from longpole.domain.units import NS_PER_SECOND, instant
from longpole.services import reported_values as check
from longpole.store import custom_metrics as store
from longpole.store.cell_writes import take_turn
from longpole.store.dirty_marks import UNIT_SECONDS
from longpole.store.workflow_scope import workflow_of

MAX_UNIT = 32


def define(
    app_id: str,
    name: str,
    expression: str | None = None,
    *,
    workflow_id: str | None = None,
    level: str = Level.RUN,
    unit: str | None = None,
    backfill: bool = False,
) -> CustomMetric:
    """Define a metric, in the place of the one of that name.

    Args:
        app_id: The application; it need not have run yet.
        name: Lower-case letters, digits, dots and underscores, a letter first, at most 64.
        expression: What it is made of; None: it is sent.
        workflow_id: Of which workflow; None: of all of the application.
        level: What carries it: run or node.
        unit: What figures are shown in, such as `tokens/s`.
        backfill: Count runs as well that are kept already; else those that count from now on.

    Raises:
        InvalidInputError: Names what is wrong, and in a formula at which character.
    """
    app_id = check.identifier("app_id", app_id)
    workflow_id = check.optional_identifier("workflow_id", workflow_id)
    if not may_be_defined(name):
        raise InvalidInputError("name", _name_problem(name), name)
    if unit is not None and not 0 < len(unit) <= MAX_UNIT:
        raise InvalidInputError("unit", f"must have 1 to {MAX_UNIT} characters", unit)
    of_level = check.member("level", Level, level)
    now_ns = runtime.current().clock()
    counts_from = None if expression is None or backfill else _unit_of(now_ns)
    made = CustomMetric(app_id, workflow_id, name, of_level, expression, unit, counts_from)
    with runtime.unit_of_work() as connection:
        made = replace(made, workflow_id=_meant(connection, app_id, workflow_id))
        if expression is not None:
            _check_formula(connection, made, expression)
        return _put(connection, made, instant(now_ns), is_backfilled=backfill)


def list_metrics(app_id: str, workflow_id: str | None = None) -> tuple[CustomMetric, ...]:
    """What was defined, and what is sent without that, by name."""
    with runtime.reading() as connection:
        workflow_id = _meant(connection, app_id, workflow_id)
        defined = store.of_app(connection, app_id, workflow_id)
        seen = store.names_with_figures(connection, app_id, workflow_id)
    known = {(each.workflow_id, each.name) for each in defined}
    others = [
        CustomMetric(app_id, of_workflow, name, None)
        for of_workflow, name in seen
        if (None, name) not in known and (of_workflow, name) not in known
    ]
    return tuple(sorted([*defined, *others], key=lambda each: (each.name, each.workflow_id or "")))


def remove(app_id: str, name: str, workflow_id: str | None = None) -> None:
    """Remove a definition; a formula's figures go too, as far back as there are raw rows.

    Raises:
        NotFoundError: There is none of that name, of exactly this workflow or of exactly the application.
    """
    with runtime.unit_of_work() as connection:
        take_turn(connection)
        workflow_id = _meant(connection, app_id, workflow_id)
        found = store.find(connection, app_id, workflow_id, name)
        if found is None:
            raise NotFoundError(f"There is no metric {name!r} of {workflow_id or 'all workflows'} in {app_id!r}.")
        before = _formulas_around(connection, found)
        store.remove(connection, app_id, workflow_id, name)
        if before:
            store.formula_changed(connection, app_id, workflow_id, _earliest(before))


def known(connection: Connection, app_id: str, workflow_id: str, name: str) -> CustomMetric | None:
    """What is known of a name: its definition, of the workflow before that of the application, or that it is sent."""
    workflow_id = workflow_of(connection, app_id, workflow_id).workflow_id
    defined = [each for each in store.of_app(connection, app_id, workflow_id) if each.name == name]
    if defined:
        return min(defined, key=lambda each: each.workflow_id is None)
    seen = (workflow_id, name) in store.names_with_figures(connection, app_id, workflow_id)
    return CustomMetric(app_id, workflow_id, name, None) if seen else None


def _meant(connection: Connection, app_id: str, workflow_id: str | None) -> str | None:
    """The workflow, also where a version of it was named."""
    return None if workflow_id is None else workflow_of(connection, app_id, workflow_id).workflow_id


def _put(connection: Connection, made: CustomMetric, now: datetime, *, is_backfilled: bool) -> CustomMetric:
    take_turn(connection)  # whoever computes cells has written them before, or begins again
    before = store.find(connection, made.app_id, made.workflow_id, made.name)
    around = _formulas_around(connection, made)
    is_same = before is not None and (before.expression, before.level) == (made.expression, made.level)
    if before is not None and is_same and not (is_backfilled and before.counts_from is not None):
        made = replace(made, counts_from=before.counts_from)
    elif concerned := [*around, made] if made.expression is not None else around:
        store.formula_changed(connection, made.app_id, made.workflow_id, _earliest(concerned))
    created_at = now if before is None else before.created_at
    store.put(connection, made, now)
    return replace(made, created_at=created_at, updated_at=now)


def _formulas_around(connection: Connection, made: CustomMetric) -> list[CustomMetric]:
    """The formulas of that name that some of the same runs may have figures of."""
    found = store.of_app(connection, made.app_id, made.workflow_id)
    return [each for each in found if each.name == made.name and each.expression is not None]


def _earliest(metrics: Iterable[CustomMetric]) -> datetime | None:
    since = [each.counts_from for each in metrics]
    known = [each for each in since if each is not None]
    return min(known) if known and len(known) == len(since) else None


def _unit_of(now_ns: int) -> datetime:
    length_ns = UNIT_SECONDS * NS_PER_SECOND
    return instant(now_ns // length_ns * length_ns)


def _name_problem(name: str) -> str:
    if name in RESERVED:
        return "has a meaning already; choose another one"
    return "must be lower-case letters, digits, dots and underscores, a letter first, at most 64 of them"


def _check_formula(connection: Connection, made: CustomMetric, text: str) -> None:
    try:
        formula = parse(text)
    except ExpressionError as error:
        raise InvalidInputError("expression", str(error)) from None
    if not formula.names:
        raise InvalidInputError("expression", "is made of nothing that is recorded", text)
    level = made.level or Level.RUN
    others = {each.name: each for each in store.of_app(connection, made.app_id, made.workflow_id)}
    seen = {name for _, name in store.names_with_figures(connection, made.app_id, made.workflow_id)}
    for name, position in formula.names.items():
        if name in FIELDS[level]:
            continue
        if name in others and others[name].expression is not None and name != made.name:
            raise InvalidInputError("expression", f"{name} is a formula itself, at character {position}")
        if name in RESERVED or (name not in others and name not in seen):
            raise InvalidInputError("expression", _unknown(name, level, [*others, *seen], position))
    most = runtime.current().settings.metrics_max
    standing = [each for each in others.values() if each.expression is not None and each.name != made.name]
    if len(standing) >= most:
        raise InvalidInputError("expression", f"there are {most} formulas already (LONGPOLE_METRICS_MAX)")


def _unknown(name: str, level: Level, sent: Iterable[str], position: int) -> str:
    close = get_close_matches(name, [*sorted(FIELDS[level]), *sent], n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    if name in RESERVED:
        return f"{name}, at character {position}, is not known of a {level}{hint}"
    return f"{name}, at character {position}, is no field of a {level}, and no metric that was sent or defined{hint}"
