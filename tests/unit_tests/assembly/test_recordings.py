"""What real clients sent comes to the runs that their programs really made, in any order and however often it came.

The snapshots were checked against what the recorded programs did. To accept a
wanted change, delete the snapshot, run the test twice, and read the difference.
"""

import gzip
import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from longpole.assembly.facts import FactBatch, LogFacts, SpanFacts
from longpole.assembly.merge import merge
from longpole.assembly.runs import assemble_merged
from longpole.domain.runs import NodeExecution, RunRecord
from longpole.ingest.otlp import decode_json, decode_protobuf
from longpole.ingest.otlp.conventions import map_log, map_span
from longpole.ingest.otlp.span import RequestContext

TESTS = Path(__file__).parents[2]
RECORDINGS = sorted(path for path in (TESTS / "data" / "recordings").iterdir() if path.is_dir())
SNAPSHOTS = TESTS / "snapshots" / "runs"


def bodies(recording: Path) -> list[FactBatch]:
    """The facts of each recorded body."""
    found = []
    for path in sorted(recording.glob("*.headers.json")):
        headers = json.loads(path.read_text())
        body = (recording / headers["body_file"]).read_bytes()
        if [value for name, value in headers["headers"] if name.lower() == "content-encoding"] == ["gzip"]:
            body = gzip.decompress(body)
        decode = decode_json if headers["body_file"].endswith(".json") else decode_protobuf
        if "log" in headers["path"].lower():
            found.append(FactBatch((), _logs(decode.decode_logs(body).records)))
        elif "metric" not in headers["path"].lower():
            found.append(FactBatch(_spans(decode.decode_traces(body).records)))
    return found


def _spans(records: list[Any]) -> tuple[SpanFacts, ...]:
    return tuple(map_span(record, RequestContext()) for record in records)


def _logs(records: list[Any]) -> tuple[LogFacts, ...]:
    return tuple(facts for record in records if (facts := map_log(record)) is not None)


def shown(records: tuple[RunRecord, ...]) -> list[dict[str, Any]]:
    """Runs as JSON, without what is unknown."""
    return [{**_known(asdict(record.run)), "nodes": [_node(node) for node in record.nodes]} for record in records]


def _node(node: NodeExecution) -> dict[str, Any]:
    known = _known(asdict(node))
    return {key: value for key, value in known.items() if not key.endswith("_fingerprint")}


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    as_json = json.loads(json.dumps(fields, default=str))
    return {key: value for key, value in as_json.items() if value not in (None, {}, [], ())}


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
def test_a_recording_comes_to_its_runs(recording: Path) -> None:
    runs = shown(assemble_merged(merge(bodies(recording))))
    snapshot = SNAPSHOTS / f"{recording.name}.json"
    if not snapshot.exists():
        snapshot.parent.mkdir(parents=True, exist_ok=True)
        snapshot.write_text(json.dumps(runs, indent=1, ensure_ascii=False) + "\n")
        pytest.fail(f"{snapshot.name} was missing and has been written: read it, then run again")

    assert runs == json.loads(snapshot.read_text())


@pytest.mark.parametrize("seed", range(3))
def test_all_recordings_at_once_in_any_order_three_times(seed: int) -> None:
    sent = [body for recording in RECORDINGS for body in bodies(recording)]
    shuffled = sent * 3
    random.Random(seed).shuffle(shuffled)

    assert assemble_merged(merge(shuffled)) == assemble_merged(merge(sent))


def test_dify_comes_to_one_run_by_each_of_its_ways() -> None:
    """Thirteen requests, one span each; or 280 spans in 177 traces, nearly all of them Dify's own plumbing."""
    (phoenix,) = assemble_merged(merge(bodies(TESTS / "data/recordings/dify_1_14_1_phoenix")))
    (native,) = assemble_merged(merge(bodies(TESTS / "data/recordings/dify_1_14_1_native_otel")))

    assert [node.node_type for node in phoenix.nodes].count("template_transform") == 3
    assert (len(phoenix.nodes), phoenix.run.total_tokens_used) == (10, 17)
    assert [(node.node_id, node.attempts) for node in native.nodes] == [
        ("start", 1),
        ("code1", 1),
        ("if1", 1),
        ("http1", 2),
        ("it1", 1),
        ("llm1", 1),
        ("end", 1),
    ]
