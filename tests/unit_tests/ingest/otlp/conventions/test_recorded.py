"""What further clients really sent, mapped and assembled: a drawing of each recording's runs, checked by eye.

`<client>.bin.gz` holds the recorded bodies as one request. `<client>.txt` has
a line per run (workflow, application, status, tokens, whose it was) and under
it the tree of its nodes.
"""

import gzip
from pathlib import Path

import pytest

from longpole.assembly.runs import assemble
from longpole.domain.runs import NodeExecution, Run, RunRecord, TokenUsage
from longpole.ingest.otlp.conventions import map_span
from longpole.ingest.otlp.decode_protobuf import decode_traces
from longpole.ingest.otlp.span import RequestContext

RECORDED = Path(__file__).parents[4] / "data" / "recorded"
CLIENTS = sorted(path.name.removesuffix(".bin.gz") for path in RECORDED.glob("*.bin.gz"))


def tokens(usage: TokenUsage) -> str:
    kinds = [f"{usage.input or 0}/{usage.output or 0}"]
    kinds += [f"{usage.cache_read} read"] if usage.cache_read else []
    kinds += [f"{usage.reasoning} thought"] if usage.reasoning else []
    return "" if usage.total is None else f"({', '.join(kinds)})"


def line(*words: str | None) -> str:
    return " ".join(word for word in words if word)


def run_line(run: Run) -> str:
    whose = [f"session={run.session_id}" if run.session_id else "", f"user={run.user_id}" if run.user_id else ""]
    version = f"@{run.workflow_version}" if run.workflow_version else ""
    name = "" if run.workflow_name == run.workflow_id else f'"{run.workflow_name}"'
    error = f"[{run.error_type}]" if run.error_type else ""
    status = str(run.status) if run.status else "open"
    return line(
        f"{run.app_id} / {run.workflow_id}{version}", name, status, error, tokens(run.tokens), *whose, *run.tags
    )


def node_line(node: NodeExecution) -> str:
    return line(
        node.node_id,
        node.node_type,
        "" if node.status == "succeeded" else str(node.status),
        f"x{node.attempts}" if node.attempts > 1 else "",
        f"[{node.error_type}]" if node.error_type else "",
        tokens(node.tokens),
        node.model,
        f"${node.cost_usd.normalize():f}" if node.cost_usd is not None else "",
        f"#{node.iteration_index}" if node.iteration_index is not None else "",
        f"after {', '.join(node.waits_for)}" if node.waits_for else "",
    )


def drawn(record: RunRecord) -> list[str]:
    inside: dict[str | None, list[NodeExecution]] = {}
    for node in record.nodes:
        inside.setdefault(node.parent_node_execution_id, []).append(node)

    def below(parent: str | None, indent: str) -> list[str]:
        found = []
        for node in inside.get(parent, []):
            found += [f"{indent}{node_line(node)}", *below(node.node_execution_id, indent + "  ")]
        return found

    return [run_line(record.run), *below(None, "  ")]


def runs_of(client: str) -> list[RunRecord]:
    body = gzip.decompress((RECORDED / f"{client}.bin.gz").read_bytes())
    decoded = decode_traces(body)
    assert not decoded.rejected.count
    records = assemble(map_span(span, RequestContext()) for span in decoded.records)
    return sorted(records, key=lambda record: (record.run.start_ns or 0, record.run.workflow_run_id))


@pytest.mark.parametrize("client", CLIENTS)
def test_the_runs_of_a_recording(client: str) -> None:
    drawing = "\n".join(row for record in runs_of(client) for row in drawn(record)) + "\n"
    assert drawing == (RECORDED / f"{client}.txt").read_text(encoding="utf-8")


def test_there_are_recordings() -> None:
    assert len(CLIENTS) == 9
