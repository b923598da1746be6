"""Which spans are attempts of one node execution.

    book  ███✗                    sibling spans of one node; all but the last
    book        ····███           failed, one after the other: two attempts

    left  ███✗                    they overlap: two executions
    left    █████

    flaky ███✗                    in an agent, the model was asked in between
    (llm)      ██                 and chose to call again: two executions
    flaky         ███

    http  ████                    one execution id, at the same time: one
    http  ████                    attempt, seen by two instrumentations

Upstream: `assembly.visibility`. Downstream: `assembly.nodes`.
Source: RULE 5 and "Attempts" in §1.1a of the design's OTLP contract.
"""

from collections.abc import Iterable, Sequence

import msgspec

from longpole.assembly.facts import SpanFacts
from longpole.assembly.forest import NOWHERE, Forest
from longpole.domain.units import NS_PER_MS

_CLOCK_TOLERANCE_NS = NS_PER_MS
_AGENT = "agent"
_LLM = "llm"
Key = tuple[object, ...]


class Execution(msgspec.Struct, frozen=True):
    """One node execution: indices of its attempts by start, and of further records of the same attempts."""

    attempts: list[int]
    twins: Sequence[int] = ()


def executions(forest: Forest, is_node: Sequence[bool], is_step: Sequence[bool]) -> list[Execution]:
    """The node executions of a run, in no particular but a reproducible order."""
    grouped: dict[Key, list[int]] = {}
    for index, is_one in enumerate(is_node):
        if is_one:
            key = _key(forest, index, is_step=is_step[index])
            if key in grouped:
                grouped[key].append(index)
            else:
                grouped[key] = [index]
    found: list[Execution] = []
    for key, members in grouped.items():
        if len(members) == 1 or key[0] == "step":
            found.append(Execution(members))
        elif key[0] == "execution":
            found.append(_without_twins(forest, members))
        else:
            found += [Execution(chain) for chain in _chains(forest, members)]
    return found


def _without_twins(forest: Forest, members: list[int]) -> Execution:
    """Attempts follow each other; what overlaps the one before it tells of the same attempt."""
    members = sorted(members, key=lambda index: (forest.spans[index].start_ns, index))
    attempts = members[:1]
    twins: list[int] = []
    for index in members[1:]:
        end_ns = forest.spans[attempts[-1]].end_ns
        is_later = end_ns is not None and forest.spans[index].start_ns >= end_ns - _CLOCK_TOLERANCE_NS
        (attempts if is_later else twins).append(index)
    return Execution(attempts, twins)


def _key(forest: Forest, index: int, *, is_step: bool) -> Key:
    """What attempts of one execution have in common."""
    span = forest.spans[index]
    if span.execution_id is not None:
        return ("execution", span.execution_id)
    if is_step and span.step_key is not None:
        return ("step", span.trace_id, span.step_key)
    parent = forest.parent[index]
    if parent == NOWHERE:
        return ("top", span.node_id, span.node_type, span.trace_id, span.parent_span_id)
    return ("sibling", span.node_id, span.node_type, parent)


def _chains(forest: Forest, members: list[int]) -> Iterable[list[int]]:
    """Siblings of one node, cut where one is no retry of the one before it."""
    chain = members[:1]
    for index in members[1:]:
        if _is_retry(forest, chain[-1], index):
            chain.append(index)
        else:
            yield chain
            chain = [index]
    yield chain


def _is_retry(forest: Forest, before: int, after: int) -> bool:
    first, second = forest.spans[before], forest.spans[after]
    if first.attempt_number is not None and second.attempt_number is not None:
        return second.attempt_number == first.attempt_number + 1
    if not first.is_failed or first.end_ns is None or second.start_ns < first.end_ns - _CLOCK_TOLERANCE_NS:
        return False
    return not _was_decided_anew(forest, before, first.end_ns, second.start_ns)


def _was_decided_anew(forest: Forest, before: int, failed_ns: int, started_ns: int) -> bool:
    """An agent asked its model between the failure and the next call."""
    parent = forest.parent[before]
    if parent == NOWHERE or forest.spans[parent].node_type != _AGENT or forest.spans[before].node_type == _LLM:
        return False
    return any(_lies_between(forest.spans[sibling], failed_ns, started_ns) for sibling in forest.children[parent])


def _lies_between(span: SpanFacts, from_ns: int, to_ns: int) -> bool:
    return span.node_type == _LLM and span.start_ns >= from_ns and span.end_ns is not None and span.end_ns <= to_ns
