"""From spans to runs: the rules, in the order in which they apply.

    spans ─► merge ─► partition ─► forest ─► roots, names
                                         └─► steps, visibility, attempts, usage ─► nodes ─► run

The same set of spans gives the same runs, in whatever order and however often
they came. A run whose root has not arrived has not ended: it has no status.

Upstream: `services.telemetry`. Downstream: `pricing`, `store`.
Source: the design's OTLP contract; RULE 4 for the status.
"""

from collections.abc import Iterable

from longpole.assembly.attempts import executions
from longpole.assembly.facts import FactBatch, LogFacts, SpanFacts
from longpole.assembly.forest import NOWHERE, Forest
from longpole.assembly.merge import merge, resolve
from longpole.assembly.naming import name_run
from longpole.assembly.nodes import NodeBuilder
from longpole.assembly.partition import explicit_run_ids, spans_by_run
from longpole.assembly.roots import Roots, find_roots
from longpole.assembly.usage import counted, tokens_together
from longpole.assembly.visibility import steps, visible
from longpole.domain.runs import NodeExecution, NodeStatus, Run, RunRecord, RunStatus

__all__ = ["assemble", "assemble_merged", "explicit_run_ids"]


def assemble(spans: Iterable[SpanFacts], logs: Iterable[LogFacts] = ()) -> tuple[RunRecord, ...]:
    """All runs that `spans` tell of, by run id. Prices and times of receipt are not known here."""
    return assemble_merged(merge([FactBatch(tuple(spans), tuple(logs))]))


def assemble_merged(batch: FactBatch) -> tuple[RunRecord, ...]:
    """As `assemble`, of a batch that `merge` has made."""
    by_run = spans_by_run(resolve(batch))
    return tuple(_assemble_run(run_id, by_run[run_id]) for run_id in sorted(by_run))


def _assemble_run(run_id: str, spans: list[SpanFacts]) -> RunRecord:
    forest = Forest(spans)
    roots = find_roots(forest)
    counts = counted(forest)
    is_step = steps(forest)
    found = executions(forest, visible(forest, roots, counts), is_step)
    for execution in found:
        for twin in execution.twins:
            counts[twin] = False
    nodes = tuple(NodeBuilder(run_id, forest, found, is_step, counts).nodes())
    used = [span for span, counts_here in zip(forest.spans, counts, strict=True) if counts_here]
    return RunRecord(_run(run_id, forest, roots, nodes, used), nodes)


def _run(run_id: str, forest: Forest, roots: Roots, nodes: tuple[NodeExecution, ...], used: list[SpanFacts]) -> Run:
    names = name_run(forest, roots)
    standing = roots.spans(forest)
    start_ns, end_ns = _times(forest, standing)
    ends = [node.status for node in nodes]
    failed_nodes = ends.count(NodeStatus.FAILED)
    status = None if end_ns is None else _status(standing, failed_nodes)
    is_good = status is None or status is RunStatus.SUCCEEDED
    error_type, error_message = (None, None) if is_good else _error(standing, nodes)
    tokens = tokens_together(used)
    known = [node.is_cached for node in nodes if node.is_cached is not None]
    embedded = [span.input_tokens for span in used if span.node_type == "embedding" and span.input_tokens is not None]
    peaks = [span.memory_peak_bytes for span in forest.spans if span.memory_peak_bytes is not None]
    return Run(
        workflow_run_id=run_id,
        app_id=names.app_id,
        workflow_id=names.workflow_id,
        workflow_name=names.workflow_name,
        workflow_version=names.workflow_version,
        trace_id=(standing or forest.spans)[0].trace_id.hex(),
        source="otlp",
        status=status,
        is_ended=end_ns is not None,
        error_type=error_type,
        error_message=error_message,
        session_id=names.session_id,
        user_id=names.user_id,
        environment=names.environment,
        tags=names.tags,
        start_ns=start_ns,
        end_ns=end_ns,
        elapsed_ns=None if end_ns is None else end_ns - start_ns,
        node_count=len(nodes),
        successful_nodes=ends.count(NodeStatus.SUCCEEDED),
        failed_nodes=failed_nodes,
        cached_nodes=sum(known) if known else None,
        tokens=tokens,
        total_tokens_used=tokens.total,
        embedding_tokens=sum(embedded) if embedded else None,
        cache_hit_rate=100 * sum(known) / len(known) if known else None,
        memory_peak_bytes=max(peaks, default=None),
        cpu_ns=_cpu(forest),
        has_gaps=any(span.parent_span_id is not None for span in forest.spans[: forest.tops]),
        metrics={name: value for span in standing for name, value in span.metrics.items()},
    )


def _times(forest: Forest, standing: list[SpanFacts]) -> tuple[int, int | None]:
    """Start and end of the run; the end is None until every span that stands for it has ended."""
    if not standing:
        return min(span.start_ns for span in forest.spans), None
    start_ns = min(span.start_ns for span in standing)
    ends = [span.end_ns for span in standing]
    if None in ends:
        return start_ns, None
    return start_ns, max([end for end in ends if end is not None] + [start_ns])


def _status(standing: list[SpanFacts], failed_nodes: int) -> RunStatus:
    """What the engine says in words, else what its root's status says; well, but not wholly: partial."""
    last = max(standing, key=lambda span: (span.end_ns or 0, span.span_id))
    if last.is_failed or last.run_status == RunStatus.FAILED:
        return RunStatus.FAILED
    if last.run_status == RunStatus.PARTIAL or last.has_exception:
        return RunStatus.PARTIAL
    return RunStatus.PARTIAL if failed_nodes else RunStatus.SUCCEEDED


def _error(standing: list[SpanFacts], nodes: tuple[NodeExecution, ...]) -> tuple[str | None, str | None]:
    """Type and message of the run's error: its root's, else those of the node that failed last."""
    for span in reversed(standing):
        if span.error_type is not None:
            return span.error_type, span.error_message
    failed = [node for node in nodes if node.status is NodeStatus.FAILED and node.error_type is not None]
    if failed:
        latest = max(failed, key=lambda node: (node.end_ns or 0, node.node_execution_id))
        return latest.error_type, latest.error_message
    return None, next((span.error_message for span in reversed(standing) if span.error_message), None)


def _cpu(forest: Forest) -> int | None:
    """Processor time of the run: of each span that reports one, unless one around it does."""
    reports = [span.cpu_ns is not None for span in forest.spans]
    if True not in reports:
        return None
    below_another = [False] * len(forest)
    total = None
    for index, span in enumerate(forest.spans):
        parent = forest.parent[index]
        covered = parent != NOWHERE and (reports[parent] or below_another[parent])
        below_another[index] = covered
        if span.cpu_ns is not None and not covered:
            total = (total or 0) + span.cpu_ns
    return total
