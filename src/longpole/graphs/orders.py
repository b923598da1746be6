"""Which steps of a level wait for which now, and which of these waits nothing asks for.

    a ─► b ─► c ─► d        b, c use a; d uses b, c: `b before c` is asked for by nothing

A wait is given up only between two steps of a region. The rest is kept with
all that follows from it: what is before b, and b before c, is before c.

Invariant: waits that are kept are closed: whoever waits for a step waits for
all that the step waits for.

Upstream: `graphs.hazards`. Downstream: `graphs.removable_edges`, `graphs.rewiring`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from longpole.domain.graphs import Engine, Purity, WorkflowGraph
from longpole.graphs.hazards import Conduct, conducts, raced, used_at
from longpole.graphs.levels import Level, bits, closed, levels
from longpole.graphs.purity import is_harmless

Pair = tuple[str, str]
_MOST_NODES = 2_000
"""Of a level that is looked at; its pairs are held in memory."""
MOST_BRANCHES = 10
"""That leave one place side by side: Dify's editor draws no more (`PARALLEL_LIMIT`), its engine has ten workers."""
_QUICK = frozenset({"template_transform", "code", "list_operator", "variable_aggregator", "document_extractor"})


@dataclass(frozen=True, slots=True)
class Orders:
    """A level, what its nodes do, and the waits that may be given up.

    Attributes:
        uses: By place, the places whose results it uses, as bits; both ways where a later one is named.
        vetoed: By place, the places after it that runs say have to do with it, as bits.
        races: Places of steps that may notice what another does at the same time, as bits.
        given_up, if_confirmed: By place, the places after it that need not wait for it: as far as is known, and if
            what nobody knows of turns out to be harmless.
    """

    level: Level
    conducts: tuple[Conduct, ...]
    uses: tuple[int, ...]
    vetoed: tuple[int, ...]
    races: int
    given_up: tuple[int, ...]
    if_confirmed: tuple[int, ...]


def orders(graph: WorkflowGraph, fingerprint_veto: frozenset[Pair] = frozenset()) -> tuple[Orders, ...]:
    """What may be given up on every level that can be looked at."""
    return tuple(
        _orders(graph, level, fingerprint_veto)
        for level in levels(graph)
        if graph.engine is not Engine.N8N and len(level.nodes) <= _MOST_NODES and _is_plain(graph, level)
    )


def _is_plain(graph: WorkflowGraph, level: Level) -> bool:
    """The whole workflow, or the body of an iteration: rounds of a loop carry state, other containers are unknown."""
    if level.container_id is None:
        return True
    container = graph.node(level.container_id)
    return container is not None and container.node_type == "iteration"


def _orders(graph: WorkflowGraph, level: Level, fingerprint_veto: frozenset[Pair]) -> Orders:
    of = conducts(graph, level)
    races = _races(graph, level, of)
    uses = _uses(graph, level, of)
    vetoed = _vetoed(graph, level, fingerprint_veto)

    def may_go(allowed: Callable[[Purity], bool]) -> tuple[int, ...]:
        free = [
            c.frame is None and not c.is_dynamic and not c.writes and allowed(c.purity) and not races >> place & 1
            for place, c in enumerate(of)
        ]
        return _given_up(level, free, uses, vetoed)

    return Orders(
        level, of, uses, vetoed, races, may_go(is_harmless), may_go(lambda purity: purity is not Purity.WRITES)
    )


def _races(graph: WorkflowGraph, level: Level, of: tuple[Conduct, ...]) -> int:
    """Those on the level; and all that notice anything, where the container around them is in a race."""
    found, around = raced(level, of), level.container_id
    outer = {node.node_id: other for other in levels(graph) for node in other.nodes}
    while around is not None and around in outer:
        where = outer[around]
        if raced(where, conducts(graph, where)) >> where.places[around] & 1:
            return sum(1 << place for place, c in enumerate(of) if c.sees_the_world or c.shared_reads)
        around = where.container_id
    return found


def _uses(graph: WorkflowGraph, level: Level, of: tuple[Conduct, ...]) -> tuple[int, ...]:
    """Both ways: who names a later step's result sees what was left from before, and must go on seeing no more."""
    found = [0] * len(of)
    for place, conduct in enumerate(of):
        for node_id in conduct.uses:
            at = used_at(graph, level, node_id)
            if at is not None and level.places[at] != place:
                found[place] |= 1 << level.places[at]
                found[level.places[at]] |= 1 << place
    return tuple(found)


def _vetoed(graph: WorkflowGraph, level: Level, pairs: frozenset[Pair]) -> tuple[int, ...]:
    found = [0] * len(level.nodes)
    for source, target in pairs:
        ends = used_at(graph, level, source), used_at(graph, level, target)
        if ends[0] is not None and ends[1] is not None:
            one, other = (level.places[end] for end in ends if end is not None)
            found[one] |= 1 << other
            found[other] |= 1 << one
    return tuple(found)


def _given_up(level: Level, free: list[bool], uses: tuple[int, ...], vetoed: tuple[int, ...]) -> tuple[int, ...]:
    like: dict[object, int] = defaultdict(int)
    for place, condition in enumerate(level.conditions):
        like[condition] |= (1 << place) if free[place] else 0
    asked = [
        after & ~(like[level.conditions[place]] & ~uses[place] & ~vetoed[place]) if free[place] else after
        for place, after in enumerate(level.after)
    ]
    return _with_few_branches(level, asked)


def _with_few_branches(level: Level, asked: list[int]) -> tuple[int, ...]:
    """What is given up, if of steps that would all start at once the eleventh waits for the first, and so on."""
    while True:
        kept = closed(asked)
        more = [
            (min(one, other), max(one, other))
            for starting in _starting_together(level, kept)
            for one, other in _chained(level, starting)
            if level.after[min(one, other)] >> max(one, other) & 1 and not kept[min(one, other)] >> max(one, other) & 1
        ]
        if not more:
            return tuple(after & ~kept[place] for place, after in enumerate(level.after))
        for earlier, later in more:
            asked[earlier] |= 1 << later


def _chained(level: Level, starting: list[int]) -> Iterator[tuple[int, int]]:
    """Pairs of which one waits for the other again: quick steps first, so that slow ones start at once.

    They are chosen by their ids: of the new graph, the same are chosen.
    """
    starting = sorted(starting, key=lambda place: level.nodes[place].node_id)
    quick = [place for place in starting if level.nodes[place].node_type in _QUICK]
    slow = [place for place in starting if level.nodes[place].node_type not in _QUICK]
    lanes = min(len(quick), max(1, MOST_BRANCHES - len(slow)))
    yield from zip(quick, quick[lanes:], strict=False)
    yield from zip(slow, slow[MOST_BRANCHES - lanes :], strict=False)


def _starting_together(level: Level, kept: tuple[int, ...]) -> list[list[int]]:
    """Of each place, and of each decision, the places that wait for it last."""
    found: dict[object, list[int]] = defaultdict(list)
    waits = [0] * len(kept)
    for place, after in enumerate(kept):
        for later in bits(after):
            waits[later] |= 1 << place
    for place, before in enumerate(waits):
        own = [p for p in bits(before) if level.conditions[p] == level.conditions[place]]
        mask = sum(1 << p for p in own)
        last = [p for p in own if not kept[p] & mask]
        for p in last:
            found[p].append(place)
        if not own:
            found[level.conditions[place]].append(place)
    return [places for places in found.values() if len(places) > MOST_BRANCHES]
