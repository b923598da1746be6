"""Node executions, made of the spans of their attempts.

A retried node is one execution: it lasts from the first attempt's start to the
last one's end, ends as the last did, keeps the last failure, and used what all
attempts used. Most nodes have one attempt, used nothing and hold nothing: they
are made by the ten thousand a second, and what they need not know is not asked.

Upstream: `assembly.attempts`, `assembly.usage`. Downstream: `assembly.runs`.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any

from longpole.assembly.attempts import Execution
from longpole.assembly.facts import SpanFacts
from longpole.assembly.folding import attempt_log, folded, status_of
from longpole.assembly.forest import NOWHERE, Forest, without_cycles
from longpole.assembly.usage import cost_together, tokens_together
from longpole.assembly.visibility import STEP_TYPE
from longpole.domain.records import closed, opened
from longpole.domain.runs import CostSource, NodeExecution
from longpole.domain.units import PICO_PER_USD, usd

_by_start = attrgetter("start_ns", "node_execution_id")
_opened_node = opened(NodeExecution)


class NodeBuilder:
    """Makes the node executions of one run.

    Args:
        run_id: The run's id.
        forest: Its spans.
        found: Its executions.
        is_step: For each span whether it is a step of the graph.
        counts: For each span whether its tokens and cost count.
    """

    def __init__(
        self, run_id: str, forest: Forest, found: Sequence[Execution], is_step: Sequence[bool], counts: Sequence[bool]
    ) -> None:
        self.run_id, self.forest, self.found, self.is_step = run_id, forest, found, is_step
        self.firsts = [forest.spans[execution.attempts[0]] for execution in found]
        self.of_span: dict[int, int] = {}
        for number, execution in enumerate(found):
            for index in execution.attempts:
                self.of_span[index] = number
            for index in execution.twins:
                self.of_span[index] = number
        self.execution_ids = self._execution_ids()
        self.around, self.step_around = self._surroundings()
        self.parents = self._parents()
        self.usage: dict[int, list[SpanFacts]] = {}
        for index, counts_here in enumerate(counts):
            if counts_here:
                user = self.of_span.get(index, self.around[index])
                self.usage.setdefault(user, []).append(forest.spans[index])

    def _surroundings(self) -> tuple[list[int], list[int]]:
        """For each span the nearest other execution around it, and the nearest that is a step. O(spans)."""
        around = [NOWHERE] * len(self.forest)
        if self.of_span.keys().isdisjoint(self.forest.children):
            return around, around
        step_around = around.copy()
        for index in range(self.forest.tops, len(self.forest)):
            parent = self.forest.parent[index]
            around[index], step_around[index] = around[parent], step_around[parent]
            of_parent = self.of_span.get(parent)
            if of_parent is not None and of_parent != self.of_span.get(index):
                around[index] = of_parent
                if self._is_step(of_parent):
                    step_around[index] = of_parent
        return around, step_around

    def nodes(self) -> list[NodeExecution]:
        """All node executions, by start and id."""
        made = [
            self._node(number, execution.attempts, first)
            for number, (execution, first) in enumerate(zip(self.found, self.firsts, strict=True))
        ]
        made.sort(key=_by_start)
        return made

    def _node(self, number: int, attempts: Sequence[int], first: SpanFacts) -> NodeExecution:
        span = first if len(attempts) == 1 else folded([self.forest.spans[index] for index in attempts])
        node_type, node_id = first.node_type, first.node_id or first.name
        if first.step_name and self._is_step(number):  # of LangGraph or LlamaIndex: a node, whatever it was sent as
            node_type, node_id = STEP_TYPE, first.step_name
        node = _opened_node(self.run_id, self.execution_ids[number], node_id, node_type, span.node_title or span.name)
        node.raw_type = span.raw_type if node_type == span.node_type else span.raw_type or span.node_type
        _tell(node, span)
        if span.follows and not span.waits_for:
            node.waits_for = self._followed(number, span.follows)
        if len(attempts) > 1:
            node.error_type, node.error_message = span.error_type, span.error_message
            node.attempt_log = attempt_log([self.forest.spans[index] for index in attempts])
            node.attempts = len(attempts)
        if span.reported_attempts is not None:
            node.attempts = max(len(attempts), span.reported_attempts)
        if number in self.usage:
            _charge(node, self.usage[number])
        if self.parents[number] != NOWHERE:
            node.parent_node_execution_id = self.execution_ids[self.parents[number]]
        if self.around[attempts[0]] != NOWHERE:
            node.enclosing_node_id = self._enclosing(attempts[0])
        return closed(node)  # type: ignore[no-any-return]  # it was opened as one

    def _execution_ids(self) -> list[str]:
        """An id per execution: as sent, else its first span's, made longer where it is taken."""
        ids: dict[str, int] = {}
        for number, first in enumerate(self.firsts):
            wanted = first.execution_id or first.span_id.hex()
            if wanted in ids:
                wanted = f"{first.trace_id.hex()}/{first.span_id.hex()}/{number}"
            while wanted in ids:  # only where a client has made just that up
                wanted += "/"
            ids[wanted] = number
        return list(ids)

    def _is_step(self, number: int) -> bool:
        return self.is_step[self.found[number].attempts[0]]

    def _node_id(self, number: int) -> str:
        first = self.firsts[number]
        if first.step_name and self._is_step(number):
            return first.step_name
        return first.node_id or first.name

    def _parents(self) -> list[int]:
        """For each execution the one around it, else the container that it names, else `NOWHERE`; no cycles."""
        parents = [self.around[execution.attempts[0]] for execution in self.found]
        for number, first in enumerate(self.firsts):
            if first.container_id is not None and parents[number] == NOWHERE:
                parents[number] = self._container(number, first.container_id)
        return parents if max(parents, default=NOWHERE) == NOWHERE else without_cycles(parents)

    def _container(self, number: int, node_id: str) -> int:
        """The loop or iteration that an attribute names, where the span tree does not show it."""
        named = [other for other in self._by_node_id.get(node_id, ()) if other != number]
        started = [other for other in named if self._start(other) <= self._start(number)]
        return max(started, key=self._start, default=NOWHERE)

    @cached_property
    def _by_node_id(self) -> dict[str, list[int]]:
        named: dict[str, list[int]] = {}
        for number in range(len(self.found)):
            named.setdefault(self._node_id(number), []).append(number)
        return named

    @cached_property
    def _by_span_id(self) -> dict[bytes, int]:
        return {span.span_id: index for index, span in enumerate(self.forest.spans)}

    def _followed(self, number: int, span_ids: Sequence[bytes]) -> tuple[str, ...]:
        """Ids of the nodes that these spans are, or are inside of; not the node itself."""
        found = []
        for span_id in span_ids:
            index = self._by_span_id.get(span_id)
            if index is not None:
                other = self.of_span.get(index, self.around[index])
                found += [] if other in {NOWHERE, number} else [self._node_id(other)]
        return tuple(dict.fromkeys(found))

    def _start(self, number: int) -> int:
        return self.firsts[number].start_ns

    def _enclosing(self, index: int) -> str:
        """The nearest step around a span that is in another node, else that node."""
        return self._node_id(self.around[index] if self.step_around[index] == NOWHERE else self.step_around[index])


def _tell(node: Any, span: SpanFacts) -> None:
    """What a span, or several folded into one, says of a node."""
    node.start_ns = span.start_ns
    if span.end_ns is not None:
        node.elapsed_ns = elapsed_ns = max(span.end_ns - span.start_ns, 0)
        node.end_ns = span.start_ns + elapsed_ns
    node.ready_ns = span.ready_ns
    node.status = status_of(span)
    if span.is_failed:
        node.error_type = span.error_type
        node.error_message = span.error_message
    node.model = span.model
    node.requested_model = span.requested_model
    node.provider = span.provider
    node.is_cached = span.is_cached
    node.input_bytes = span.input_bytes
    node.output_bytes = span.output_bytes
    node.input_fingerprint = span.input_fingerprint
    node.output_fingerprint = span.output_fingerprint
    node.memory_peak_bytes = span.memory_peak_bytes
    node.cpu_ns = span.cpu_ns
    node.first_token_ns = span.first_token_ns
    node.iteration_index = span.iteration_index
    node.slot = span.slot
    node.waits_for = span.waits_for
    node.metrics = span.metrics


def _charge(node: Any, used: Sequence[SpanFacts]) -> None:
    """What a node used, by the spans that count as its own: the last of them tells the model where it does not."""
    if node.model is None:
        called = used[-1]
        node.model, node.requested_model, node.provider = called.model, called.requested_model, called.provider
    node.tokens = tokens_together(used)
    node.cost_usd = cost_of(used)
    node.cost_source = None if node.cost_usd is None else CostSource.REPORTED


def cost_of(spans: Sequence[SpanFacts]) -> Decimal | None:
    """The sum of the costs that were sent, US dollars; None if none was."""
    pico = cost_together(spans)
    return None if pico is None else usd(Decimal(pico) / PICO_PER_USD)
