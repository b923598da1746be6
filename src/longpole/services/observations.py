"""What rules look at: a workflow's last days, counted exactly as columns, and some of its runs whole.

    list the newest runs ─► read them, some at a time ─► a sample, whole ─► prompts, cache, graph

Each portion is a transaction of its own: whoever records meanwhile is not in
the way, SQLite's log is cut off in between, and a run is whole as of one instant.
A run that changes between the columns and the sample is as of two. Within a
transaction that is open already all is as of one instant.

Upstream: `advisor`. Downstream: `store.advice_*`, `graphs`; the rules of `advice`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from longpole import runtime
from longpole.advice.observations import FAILED, CacheUse, ExecutionColumns, Observations, RunColumns, SampledRun
from longpole.caching.policy import DEFAULT_TTL_HOURS
from longpole.domain.units import NS_PER_SECOND
from longpole.services.graphs import engine_of, find_graph
from longpole.services.periods import checked_days, last_days
from longpole.store import cache_reads
from longpole.store.advice_prompts import Call, has_contents, newest_prompts
from longpole.store.advice_reads import Reading
from longpole.store.advice_runs import ListedRuns, Most, newest_runs
from longpole.store.advice_sample import executions_of, of_newest_version, sampled_places, whole_runs
from longpole.store.columns import Ints
from longpole.store.disk_usage import keep_log_short
from longpole.store.workflow_scope import find_scope

_SAMPLED_AT_A_TIME = 50
_EVERYTHING = Most()


def observe(app_id: str, workflow_id: str, days: int = 7, *, most: Most = _EVERYTHING) -> Observations:
    """The runs of a workflow of the last `days` days; none where it is unknown.

    Where there are more than `most`, the newest are looked at, and `runs_left_out` says how many are not.

    Raises:
        InvalidInputError: `days` is not 1 to 365.
        StorageUnavailableError: There is no database.
    """
    here = runtime.current()
    now_ns = here.clock()
    period = last_days(checked_days(days), now_ns)
    listed = ListedRuns.none()
    with runtime.reading() as connection:
        scope = find_scope(connection, app_id, workflow_id)
        if scope is not None:
            listed = newest_runs(connection, scope, period, most)
    reading = Reading(listed.run_key.size, int(listed.executions.sum()))
    for run_keys, end_ns in listed.portions():
        with runtime.reading() as connection:
            reading.add(connection, run_keys, end_ns)
        if not runtime.is_in_transaction():
            keep_log_short(here.engine)
    runs, executions, attempts = reading.columns()
    return Observations(
        app_id=app_id,
        workflow_id=workflow_id,
        engine=engine_of(app_id, workflow_id),
        since_ns=int(listed.end_ns[0]) if listed.left_out and len(runs) else period.since_ns,
        until_ns=now_ns,
        runs=runs,
        nodes=reading.dimensions.nodes.things(),
        executions=executions,
        attempts=attempts,
        versions=reading.versions.things(),
        users=reading.users.things(),
        models=reading.dimensions.models.things(),
        errors=reading.errors,
        sample=_sample(reading.run_keys(), executions.run, runs),
        graph=find_graph(app_id, workflow_id),
        cache=_cache(app_id, workflow_id, period.since_ns, now_ns),
        prompts=_prompts(reading, executions),
        price_book=here.price_book,
        settings_ttl_hours=DEFAULT_TTL_HOURS | here.settings.cache_ttl_hours,
        runs_left_out=listed.left_out,
    )


def _sample(run_keys: Ints, run: Ints, runs: RunColumns) -> tuple[SampledRun, ...]:
    candidates = of_newest_version(runs.version)
    chosen = sampled_places(executions_of(run, run_keys.size)[candidates])
    places = [int(candidates[place]) for place in chosen]
    found: list[SampledRun] = []
    for begin in range(0, len(places), _SAMPLED_AT_A_TIME):
        some = places[begin : begin + _SAMPLED_AT_A_TIME]
        with runtime.reading() as connection:
            whole = whole_runs(connection, run_keys[some])
        for place in some:
            if (of_run := whole.get(int(run_keys[place]))) is not None:
                run_id, (start_ns, end_ns), nodes = of_run
                weight, failed = candidates.size / len(places), bool(runs.status[place] == FAILED)
                found.append(SampledRun(place, run_id, start_ns, end_ns, nodes, weight, failed))
    return tuple(found)


def _cache(app_id: str, workflow_id: str, since_ns: int, now_ns: int) -> tuple[CacheUse, ...]:
    period = cache_reads.Period(app_id, workflow_id, since_ns, now_ns + NS_PER_SECOND)
    with runtime.reading() as connection:
        counted = cache_reads.counts_by_node(connection, period)
    return tuple(
        CacheUse(
            node_id=node_id,
            node_type=node_type,
            hits=counts.hits,
            misses=counts.misses,
            stale=counts.stale,
            stores=counts.stores,
            evictions=counts.evictions,
            would_hit=counts.would_hit,
            would_miss=counts.would_miss,
            matched=counts.matched,
            mismatched=counts.mismatched,
        )
        for (node_id, node_type), counts in counted.items()
    )


def _prompts(reading: Reading, executions: ExecutionColumns) -> dict[int, str]:
    run_keys = reading.run_keys()
    with runtime.reading() as connection:
        if not has_contents(connection):
            return {}
        calls = list(newest_prompts(connection, run_keys.tolist()))
    return _by_execution(calls, run_keys, reading, executions)


def _by_execution(
    calls: Sequence[Call], run_keys: Ints, reading: Reading, executions: ExecutionColumns
) -> dict[int, str]:
    """What was sent, by the place of the call among the executions."""
    place_of: dict[int, int] = {call.run_key: 0 for call in calls}
    place_of |= {key: place for place, key in enumerate(run_keys.tolist()) if key in place_of}
    found: dict[int, str] = {}
    for call in calls:
        place = place_of[call.run_key]
        begin, end = np.searchsorted(executions.run, [place, place + 1])
        same = executions.node[begin:end] == reading.dimensions.node_place(call.node_key)
        same &= executions.model[begin:end] == reading.dimensions.model_place(call.model_key)
        same &= executions.start_ns[begin:end] == (-1 if call.start_ns is None else call.start_ns)
        alike: Any = begin + np.flatnonzero(same)
        free = [int(each) for each in alike if int(each) not in found]
        if free:
            found[free[0]] = call.prompt
    return found
