"""Steps that run one after the other and need not: branches side by side, items in parallel, with what it would bring.

What is known to be safe is said to be; what depends on something that nobody
declared is asked. Nothing is said where the replay of the runs, with the slots
that there are, promises less than a fiftieth of their time for sure.

Upstream: `graphs.removable_edges`, `graphs.parallel_iterations`, `parallel.ties`, `parallel.rounds`,
`analysis.what_if`. Downstream: `services.advisor`.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from longpole.advice.estimates import improvement, replayed
from longpole.advice.evidence import shown_by, titled
from longpole.advice.observations import NodeInfo, Observations
from longpole.advice.parallel.rounds import Rounds, one_after_the_other
from longpole.advice.parallel.ties import surely_apart, ties
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action, Remedy
from longpole.advice.what_if_worth import best_shift, gain_of
from longpole.analysis.what_if import what_if
from longpole.domain.findings import Finding
from longpole.domain.graphs import Engine, GraphSource, WorkflowGraph
from longpole.domain.recommendations import Category
from longpole.domain.what_if import Change, ParallelIteration, WithoutEdges
from longpole.graphs.levels import levels
from longpole.graphs.parallel_iterations import DEFAULT_SLOTS, SequentialIteration, sequential_iterations
from longpole.graphs.removable_edges import Rewiring, Verdict, rewirings

_MOST_NAMED = 6
_LEAST_ITEMS = 3
_LIMITS = "Calls of the same service come closer together: mind its rate limit."


def parallel_opportunities(observed: Observations) -> Iterator[Finding]:
    """A finding for each set of branches around a meeting point, then one for each iteration."""
    graph = observed.graph
    if graph is not None:
        is_declared = graph.source is GraphSource.IMPORTED
        safe = list(_branches(observed, graph, Verdict.SAFE, 0.0)) if is_declared else []
        yield from safe
        told = max((finding.gain.share_of_run or 0.0 for finding in safe), default=0.0)
        yield from _branches(observed, graph, Verdict.NEEDS_CONFIRMATION, told)
    yield from _iterations(observed)


def _branches(observed: Observations, graph: WorkflowGraph, verdict: Verdict, told: float) -> Iterator[Finding]:
    """What is worth more than what was told already."""
    if graph.source is not GraphSource.IMPORTED:
        graph, veto = _by_runs(observed, graph)
    else:
        pairs = {pair for each in rewirings(graph, verdict) for pair in each.dropped}
        veto = ties(observed, pairs)
    found = rewirings(graph, verdict, veto)
    waiting = replace(graph, edges=tuple(dict.fromkeys((*graph.edges, *(e for each in found for e in each.added)))))
    for rewiring in found:
        finding = _side_by_side(observed, graph, waiting, rewiring)
        if finding is not None and (finding.gain.share_of_run or 0.0) > told:
            yield finding


def _by_runs(observed: Observations, graph: WorkflowGraph) -> tuple[WorkflowGraph, frozenset[tuple[str, str]]]:
    """The graph as if nothing else were used than what runs show, and all pairs of which they do not show it."""
    ordered = {
        (node.node_id, later.node_id)
        for level in levels(graph)
        for place, node in enumerate(level.nodes)
        for other, later in enumerate(level.nodes)
        if level.after[place] >> other & 1
    }
    known = replace(
        graph,
        source=GraphSource.INFERRED,
        nodes=tuple(replace(node, has_dynamic_reads=False) for node in graph.nodes),
    )
    return known, frozenset(ordered - surely_apart(observed, ordered))


def _side_by_side(
    observed: Observations, graph: WorkflowGraph, waiting: WorkflowGraph, rewiring: Rewiring
) -> Finding | None:
    seen = {node.node_id: node for node in observed.nodes}
    nodes = [seen[node_id] for node_id in rewiring.nodes if node_id in seen]
    answer = what_if(observed.sample, [WithoutEdges(rewiring.dropped)], graph=waiting)
    best = best_shift(answer)
    if best is None or len(nodes) < 2:  # noqa: PLR2004 - side by side takes two
        return None
    statistic, shift = best
    estimate = replayed(statistic, shift, answer.n)
    is_safe = rewiring.verdict is Verdict.SAFE
    advice = remedy(
        observed.engine,
        Action.PARALLEL_BRANCHES,
        nodes[0],
        edges=[(edge.source, edge.target) for edge in rewiring.removed],
        new_edges=[(edge.source, edge.target) for edge in rewiring.added],
    )
    return Finding(
        rule=f"parallel_opportunities.{'branches' if is_safe else 'branches_to_confirm'}",
        category=Category.PERFORMANCE,
        title=f"{_listed(nodes)} {'can' if is_safe else 'may be able to'} run side by side",
        description=f"{_why(graph, rewiring, nodes)} {_LIMITS}",
        improvement=improvement(estimate),
        affected_nodes=tuple(node.node_id for node in nodes),
        gain=gain_of(shift),
        estimate=estimate,
        steps=advice.steps if is_safe else (_confirm(graph, rewiring), *advice.steps),
        code_example=advice.code_example,
        facts={"edges_out": len(rewiring.removed), "edges_in": len(rewiring.added), "verdict": rewiring.verdict.value},
        evidence=(shown_by(observed, "runs", _runs_of(observed, nodes), nodes),),
    )


def _why(graph: WorkflowGraph, rewiring: Rewiring, nodes: list[NodeInfo]) -> str:
    if rewiring.verdict is Verdict.SAFE:
        return (
            f"{len(nodes)} steps run one after the other, though the later ones do not all use what the earlier ones "
            "make; all of them only compute or read. What comes after them waits for all of them still."
        )
    if graph.source is GraphSource.IMPORTED:
        return (
            f"{len(nodes)} steps run one after the other, and the workflow's file says of no later one that it uses "
            f"all that the earlier ones make. Nobody knows whether {_unknown(graph, rewiring)} changes anything that "
            "another step sees."
        )
    return (
        f"{len(nodes)} steps run one after the other, and in every run that was looked at, the later ones were given "
        "what had been there before the earlier ones began. The workflow's own file was not imported: whether a step "
        "changes anything that another one sees is not known."
    )


def _confirm(graph: WorkflowGraph, rewiring: Rewiring) -> str:
    return f"Make sure that {_unknown(graph, rewiring)} changes nothing that another of these steps sees."


def _unknown(graph: WorkflowGraph, rewiring: Rewiring) -> str:
    return " or ".join(graph.called(node_id) for node_id in rewiring.unknown[:_MOST_NAMED]) or "a step"


def _iterations(observed: Observations) -> Iterator[Finding]:
    declared = {} if observed.graph is None else {each.node_id: each for each in sequential_iterations(observed.graph)}
    is_known = observed.graph is not None and observed.graph.source is GraphSource.IMPORTED
    for rounds in one_after_the_other(observed):
        found = declared.get(rounds.node.node_id) if is_known else None
        if found is not None and found.verdict is Verdict.KEPT:
            continue
        if found is None and not _may_be_apart(observed, rounds):
            continue
        finding = _items(observed, rounds, found)
        if finding is not None:
            yield finding


def _may_be_apart(observed: Observations, rounds: Rounds) -> bool:
    """Rounds of a Dify iteration start alike by themselves; of other engines, runs have to show it."""
    enough = rounds.items >= _LEAST_ITEMS
    return enough and rounds.is_apart and (observed.engine is Engine.DIFY or rounds.recurs)


def _items(observed: Observations, rounds: Rounds, found: SequentialIteration | None) -> Finding | None:
    slots = DEFAULT_SLOTS if found is None else found.slots
    change: Change = ParallelIteration(rounds.node.node_id, slots)
    answer = what_if(observed.sample, [change], graph=observed.graph)
    best = best_shift(answer)
    if best is None:
        return None
    statistic, shift = best
    estimate = replayed(statistic, shift, answer.n)
    is_safe = found is not None and found.verdict is Verdict.SAFE
    advice = remedy(observed.engine, Action.PARALLEL_ITERATION, rounds.node, slots=slots)
    return Finding(
        rule=f"parallel_opportunities.{'iteration' if is_safe else 'iteration_to_confirm'}",
        category=Category.PERFORMANCE,
        title=f"{titled(rounds.node)} {'can' if is_safe else 'may be able to'} work on several items at a time",
        description=f"{_why_items(rounds, found)} {_LIMITS}",
        improvement=improvement(estimate),
        affected_nodes=(rounds.node.node_id,),
        gain=gain_of(shift),
        estimate=estimate,
        steps=advice.steps if is_safe else (_confirm_items(advice), *advice.steps),
        code_example=advice.code_example,
        facts={"items": rounds.items, "slots": slots, "verdict": (found.verdict if found else "unknown")},
        evidence=(shown_by(observed, "runs", _runs_of(observed, [rounds.node]), [rounds.node]),),
    )


def _why_items(rounds: Rounds, found: SequentialIteration | None) -> str:
    text = f"It works on {rounds.items:.0f} items in a usual run, one after the other"
    if found is None:
        return (
            f"{text}, and no item was given what the item before it had made. The workflow's own file was not "
            "imported: whether an item uses anything of another is not known for sure."
        )
    return f"{text}; {found.reason}."


def _confirm_items(advice: Remedy) -> str:
    what = "no step inside changes anything, or uses a result of the item before"
    return f"Make sure that {what}{', before you do the following' if advice.steps else ''}."


def _listed(nodes: list[NodeInfo]) -> str:
    names = [titled(node) for node in nodes[:_MOST_NAMED]]
    more = len(nodes) - len(names)
    return ", ".join(names[:-1]) + (f", {names[-1]} and {more} more" if more else f" and {names[-1]}")


def _runs_of(observed: Observations, nodes: list[NodeInfo]) -> np.ndarray:
    ids = {node.node_id for node in nodes}
    places = [place for place, node in enumerate(observed.nodes) if node.node_id in ids]
    return np.unique(observed.executions.run[np.isin(observed.executions.node, places)])
