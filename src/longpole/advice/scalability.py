"""What will not hold when there is more of it: payloads of megabytes, slots that are all taken, memory that grows.

Upstream: `services.advisor`. Downstream: `waiting.slot_saturation`.
"""

from collections.abc import Iterator

import numpy as np

from longpole.advice.evidence import shown_by, titled
from longpole.advice.node_groups import node_groups
from longpole.advice.observations import Floats, Ints, NodeInfo, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.waiting.slot_saturation import slot_saturation
from longpole.analysis.drift import Drift, drift
from longpole.domain import amounts
from longpole.domain.findings import Finding, Gain
from longpole.domain.recommendations import Category

_LARGE_BYTES = 1_000_000
_LEAST_SEEN = 20
_LEAST_GROWTH = 1.5
"""From the first quarter of the period to the last: half as much again is no accident of the inputs."""
_LEAST_MEMORY = 40
_LEAST_MEMORY_BYTES = 64 * 1024**2


def scalability(observed: Observations) -> Iterator[Finding]:
    """Findings by payload, by pool of slots, by step whose memory grows."""
    yield from _large_payloads(observed)
    yield from slot_saturation(observed)
    yield from _memory(observed)


def _large_payloads(observed: Observations) -> Iterator[Finding]:
    """What steps hand over; what one gets is told only where nothing that was handed over is as large."""
    columns = observed.executions
    group, _ = node_groups(observed)
    of = group[columns.node] if len(columns) else np.zeros(0, np.int64)
    for way, sizes in (("output", columns.output_bytes), ("input", columns.input_bytes)):
        told = False
        for at in np.unique(of[sizes > _LARGE_BYTES]):
            places = np.flatnonzero((of == at) & ~np.isnan(sizes))
            if places.size >= _LEAST_SEEN and np.percentile(sizes[places], 95) > _LARGE_BYTES:
                told = True
                yield _payload(observed, way, places, sizes[places])
        if told:
            return


def _payload(observed: Observations, way: str, places: Ints, sizes: Floats) -> Finding:
    columns = observed.executions
    node = observed.nodes[columns.node[places[0]]]
    p50, p95 = (float(value) for value in np.percentile(sizes, (50, 95)))
    grown = drift(columns.start_ns[places], sizes)
    grows = grown is not None and grown.factor_low >= _LEAST_GROWTH
    name, n = titled(node), int(places.size)
    verb = "hands over" if way == "output" else "is handed"
    growth_words = f" It grew {_times(grown)} over the period." if grown is not None and grows else ""
    told = remedy(observed.engine, Action.SMALLER_PAYLOADS, node, bytes=p95)
    return Finding(
        rule="scalability.large_payload",
        category=Category.SCALABILITY,
        title=f"{name} {verb} megabytes",
        description=(
            f"One in twenty executions of {name} {verb} {amounts.size(p95)} or more, half of them {amounts.size(p50)} "
            f"or more (n = {n:,}). Each is copied, stored and sent with every step that it passes.{growth_words}"
        ),
        improvement=None,
        affected_nodes=(node.node_id,),
        gain=Gain(),
        subject=way,
        steps=told.steps,
        code_example=told.code_example,
        facts={
            "bytes_p50": p50,
            "bytes_p95": p95,
            "executions": n,
            "growth": grown.factor if grown and grows else None,
        },
        evidence=(
            shown_by(
                observed,
                "large_payload",
                columns.run[places[sizes > _LARGE_BYTES]],
                (node,),
                bytes_p50=p50,
                bytes_p95=p95,
                n=n,
            ),
        ),
        floor="medium" if grows else "low",
    )


def _times(grown: Drift) -> str:
    return f"{grown.factor:.1f} times ({grown.factor_low:.1f}–{grown.factor_high:.1f})"


def _memory(observed: Observations) -> Iterator[Finding]:
    """Steps whose peak memory grows, in the runs that are there whole."""
    seen: dict[str, list[tuple[int, int, int, NodeInfo]]] = {}
    for run in observed.sample:
        for node in run.nodes:
            if node.memory_peak_bytes is not None and node.start_ns is not None:
                info = NodeInfo(node.node_id, node.enclosing_node_id, node.node_type, node.node_title)
                seen.setdefault(node.node_id, []).append((node.start_ns, node.memory_peak_bytes, run.place, info))
    for _, rows in sorted(seen.items()):
        if len(rows) < _LEAST_MEMORY:
            continue
        rows.sort(key=lambda row: row[:3])
        times, peaks = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], float)
        grown = drift(times, peaks)
        if grown is None or grown.factor_low < _LEAST_GROWTH or grown.last < _LEAST_MEMORY_BYTES or not grown.is_steady:
            continue
        yield _leak(observed, rows[-1][3], grown, np.array([row[2] for row in rows], np.int64))


def _leak(observed: Observations, node: NodeInfo, grown: Drift, runs: Ints) -> Finding:
    name = titled(node)
    return Finding(
        rule="scalability.memory_growth",
        category=Category.SCALABILITY,
        title=f"The memory of {name} grows from run to run",
        description=(
            f"The peak memory of {name} went from {amounts.size(grown.first)} to {amounts.size(grown.last)} over the "
            f"period, {_times(grown)} (n = {grown.n:,} executions), and hardly ever fell in between."
        ),
        improvement=None,
        affected_nodes=(node.node_id,),
        gain=Gain(),
        steps=(
            f"Look for what {name} keeps from call to call: a list, a cache without a limit, a client made anew.",
            "Compare two snapshots of its memory an hour apart (`tracemalloc` in Python).",
            "Until it is found, start its process anew before memory runs out.",
        ),
        facts={"bytes_first": grown.first, "bytes_last": grown.last, "growth": grown.factor, "executions": grown.n},
        evidence=(
            shown_by(
                observed,
                "memory_growth",
                runs[-10:],
                (node,),
                bytes_first=grown.first,
                bytes_last=grown.last,
                n=grown.n,
            ),
        ),
        floor="low",
    )
