"""What goes well until it does not: calls over a network without a plan for their failure, loops without an end.

Of failures that happened `error_patterns` and `retry_patterns` speak; here it is what the workflow's own graph says.

Upstream: `services.advisor`. Downstream: `loops`.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from longpole.advice.evidence import shown_by, titled
from longpole.advice.loops import loops
from longpole.advice.node_groups import executions_by_group, node_groups
from longpole.advice.observations import NODE_FAILED, Ints, NodeInfo, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.analysis.proportions import share
from longpole.domain import amounts
from longpole.domain.findings import Finding, Gain
from longpole.domain.graphs import Engine, GraphNode, GraphSource
from longpole.domain.recommendations import Category

_REMOTE = frozenset({
    "http_request", "http", "llm", "chain_llm", "open_ai", "agent", "tool", "knowledge_retrieval", "retriever",
    "embedding", "reranker", "search", "question_classifier", "parameter_extractor",
})  # fmt: skip
_LEAST_EXECUTIONS = 100
_LEAST_OF_RUNS = 0.5
_FEW_FAILURES = 5
"""From so many on, or from so large a share, the rules for failures speak."""
_SMALL_SHARE = 0.005
_MOST_NAMED = 5
_NEVER: Ints = np.zeros(0, np.int64)
_N8N_GOES_ON = frozenset({"continueRegularOutput", "continueErrorOutput"})


def best_practice(observed: Observations) -> Iterator[Finding]:
    """Steps without a plan for failure, all in one finding; and loops that only their limit ends, or nothing."""
    yield from _no_error_strategy(observed)
    yield from loops(observed)


def is_unguarded(engine: Engine, node: GraphNode) -> bool:
    """By the engine's own configuration a failure of this step ends the run, and it is not tried again.

    What LangGraph's graph and others say nothing of is not known, so it is not said.
    """
    config = node.config
    if node.node_type not in _REMOTE or config.get("disabled") is True:
        return False
    if engine is Engine.DIFY:
        return not config.get("error_strategy") and not _is_on(config.get("retry_config"), "retry_enabled")
    if engine is Engine.N8N:
        goes_on = config.get("onError") in _N8N_GOES_ON or config.get("continueOnFail") is True
        return not goes_on and config.get("retryOnFail") is not True
    return False


def _is_on(config: Any, name: str) -> bool:
    return isinstance(config, dict) and config.get(name) is True


def _no_error_strategy(observed: Observations) -> Iterator[Finding]:
    graph = observed.graph
    if graph is None or graph.source is GraphSource.INFERRED:
        return
    bare = {node.node_id for node in graph.nodes if is_unguarded(graph.engine, node)}
    found = [(node, count, failed) for node, count, failed in _counted(observed) if node.node_id in bare]
    if not found:
        return
    nodes = tuple(node for node, _, _ in found)
    count, failed = sum(each for _, each, _ in found), sum(each for _, _, each in found)
    named = ", ".join(titled(node) for node in nodes[:_MOST_NAMED])
    more = f" and {len(nodes) - _MOST_NAMED} more" if len(nodes) > _MOST_NAMED else ""
    seen = share(failed, count)
    told = remedy(observed.engine, Action.HANDLE_ERROR, nodes[0])
    again = remedy(observed.engine, Action.RETRY, nodes[0])
    yield Finding(
        rule="best_practice.no_error_strategy",
        category=Category.BEST_PRACTICE,
        title="Steps that call other services have no plan for failure",
        description=(
            f"{named}{more}: by the workflow's graph a failure of any of them ends the run, and nobody tries again. "
            f"{failed:,} of their {count:,} executions failed: at most {amounts.share(seen.high)} do (95 %)."
        ),
        improvement=None,
        affected_nodes=tuple(node.node_id for node in nodes),
        gain=Gain(),
        steps=(*told.steps, *again.steps[:1]),
        code_example=told.code_example,
        facts={"nodes": len(nodes), "executions": count, "failed": failed, "failed_share_high": seen.high},
        evidence=(
            shown_by(
                observed,
                "no_error_strategy",
                np.arange(len(observed.runs)),
                nodes[:_MOST_NAMED],
                n=count,
                failed=failed,
            ),
        ),
        floor="info",
    )


def _counted(observed: Observations) -> Iterator[tuple[NodeInfo, int, int]]:
    """Steps that most runs come by, of which failures are too few to be spoken of: executions, failed ones."""
    columns = observed.executions
    group, _ = node_groups(observed)
    by_group = executions_by_group(observed, group)
    _, first = np.unique(group, return_index=True)
    for at in np.sort(first).tolist():
        node, places = observed.nodes[at], by_group.get(int(group[at]), _NEVER)
        count, failed = int(places.size), int((columns.status[places] == NODE_FAILED).sum())
        of_runs = np.unique(columns.run[places]).size / max(len(observed.runs), 1)
        few = failed < _FEW_FAILURES and failed <= _SMALL_SHARE * count
        if count >= _LEAST_EXECUTIONS and of_runs >= _LEAST_OF_RUNS and few:
            yield node, count, failed
