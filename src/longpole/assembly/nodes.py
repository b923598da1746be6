"""Node executions, made of the spans of their attempts.

A retried node is one execution: it lasts from the first attempt's start to the
last one's end, ends as the last did, keeps the last failure, and used what all
attempts used.

Upstream: `assembly.attempts`, `assembly.usage`. Downstream: `assembly.runs`.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property

from longpole.assembly.attempts import Execution
from longpole.assembly.facts import SpanFacts
from longpole.assembly.folding import attempt_log, folded, status_of
from longpole.assembly.forest import NOWHERE, Forest, without_cycles
from longpole.assembly.usage import cost_together, tokens_together
from longpole.assembly.visibility import STEP_TYPE
from longpole.domain.runs import CostSource, NodeExecution
from longpole.domain.units import PICO_PER_USD, usd


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
        self.of_span: dict[int, int] = {}
        for number, execution in enumerate(found):
            for index in (*execution.attempts, *execution.twins):
                self.of_span[index] = number
        self.around, self.step_around = self._surroundings()
        self.usage: dict[int | None, list[SpanFacts]] = {}
        for index, span in enumerate(forest.spans):
            if counts[index]:
                self.usage.setdefault(self.of_span.get(index, self.around[index]), []).append(span)

    def _surroundings(self) -> tuple[list[int | None], list[int | None]]:
        """For each span the nearest other execution around it, and the nearest one that is a step. O(spans)."""
        around: list[int | None] = []
        step_around: list[int | None] = []
        for index, parent in enumerate(self.forest.parent):
            nearest = step = None
            if parent != NOWHERE:
                nearest, step = around[parent], step_around[parent]
                of_parent = self.of_span.get(parent)
                if of_parent is not None and of_parent != self.of_span.get(index):
                    nearest = of_parent
                    step = of_parent if self._is_step(of_parent) else step
            around.append(nearest)
            step_around.append(step)
        return around, step_around

    def nodes(self) -> list[NodeExecution]:
        """All node executions, by start and id."""
        made = [self._node(number) for number in range(len(self.found))]
        return sorted(made, key=lambda node: (node.start_ns or 0, node.node_execution_id))

    def _node(self, number: int) -> NodeExecution:
        attempts = [self.forest.spans[index] for index in self.found[number].attempts]
        span = folded(attempts)
        used = self.usage.get(number, [])
        called = span if span.model is not None or not used else used[-1]
        node_type = self._type(number)
        parent = self._parents[number]
        cost_usd = cost_of(used) if used else None
        end_ns = None if span.end_ns is None else max(span.end_ns, span.start_ns)
        return NodeExecution(
            workflow_run_id=self.run_id,
            node_execution_id=self._execution_ids[number],
            node_id=self._node_id(number),
            node_type=node_type,
            node_title=span.node_title or span.name,
            raw_type=span.raw_type if node_type == span.node_type else span.raw_type or span.node_type,
            enclosing_node_id=self._enclosing(number),
            parent_node_execution_id=None if parent == NOWHERE else self._execution_ids[parent],
            start_ns=span.start_ns,
            end_ns=end_ns,
            elapsed_ns=None if end_ns is None else end_ns - span.start_ns,
            ready_ns=span.ready_ns,
            status=status_of(span),
            attempts=max(len(attempts), span.reported_attempts or 1),
            error_type=span.error_type if span.is_failed or len(attempts) > 1 else None,
            error_message=span.error_message if span.is_failed or len(attempts) > 1 else None,
            model=called.model,
            requested_model=called.requested_model,
            provider=called.provider,
            tokens=tokens_together(used),
            cost_usd=cost_usd,
            cost_source=None if cost_usd is None else CostSource.REPORTED,
            is_cached=span.is_cached,
            input_bytes=span.input_bytes,
            output_bytes=span.output_bytes,
            input_fingerprint=span.input_fingerprint,
            output_fingerprint=span.output_fingerprint,
            memory_peak_bytes=span.memory_peak_bytes,
            cpu_ns=span.cpu_ns,
            first_token_ns=span.first_token_ns,
            iteration_index=span.iteration_index,
            slot=span.slot,
            waits_for=span.waits_for,
            metrics=span.metrics,
            attempt_log=attempt_log(attempts),
        )

    @cached_property
    def _execution_ids(self) -> list[str]:
        """An id per execution: as sent, else its first span's, made longer where it is taken."""
        ids: dict[str, int] = {}
        for number, execution in enumerate(self.found):
            first = self.forest.spans[execution.attempts[0]]
            wanted = first.execution_id or first.span_id.hex()
            if wanted in ids:
                wanted = f"{first.trace_id.hex()}/{first.span_id.hex()}/{number}"
            ids[wanted] = number
        return list(ids)

    def _is_step(self, number: int) -> bool:
        return self.is_step[self.found[number].attempts[0]]

    def _node_id(self, number: int) -> str:
        first = self.forest.spans[self.found[number].attempts[0]]
        if self._is_step(number) and first.step_name:
            return first.step_name
        return first.node_id or first.name

    def _type(self, number: int) -> str:
        """A step of LangGraph or LlamaIndex is a node, whatever it was sent as."""
        first = self.forest.spans[self.found[number].attempts[0]]
        return STEP_TYPE if self._is_step(number) and first.step_name else first.node_type

    @cached_property
    def _parents(self) -> list[int]:
        """For each execution the one around it, else the container that it names, else `NOWHERE`; no cycles."""
        parents = []
        for number, execution in enumerate(self.found):
            around = self.around[execution.attempts[0]]
            around = self._container(number) if around is None else around
            parents.append(NOWHERE if around is None else around)
        return without_cycles(parents)

    def _container(self, number: int) -> int | None:
        """The loop or iteration that an attribute names, where the span tree does not show it."""
        first = self.forest.spans[self.found[number].attempts[0]]
        if first.container_id is None:
            return None
        named = [other for other in self._by_node_id.get(first.container_id, ()) if other != number]
        started = [other for other in named if self._start(other) <= first.start_ns]
        return max(started, key=self._start, default=None)

    @cached_property
    def _by_node_id(self) -> dict[str, list[int]]:
        named: dict[str, list[int]] = {}
        for number in range(len(self.found)):
            named.setdefault(self._node_id(number), []).append(number)
        return named

    def _start(self, number: int) -> int:
        return self.forest.spans[self.found[number].attempts[0]].start_ns

    def _enclosing(self, number: int) -> str | None:
        """The nearest step around it, else the nearest node."""
        index = self.found[number].attempts[0]
        around = self.around[index] if self.step_around[index] is None else self.step_around[index]
        return None if around is None else self._node_id(around)


def cost_of(spans: Iterable[SpanFacts]) -> Decimal | None:
    """The sum of the costs that were sent, US dollars; None if none was."""
    pico = cost_together(spans)
    return None if pico is None else usd(Decimal(pico) / PICO_PER_USD)
