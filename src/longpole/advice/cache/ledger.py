"""What a cache would have been asked by a node, as a ledger: who asked what, when, and what came out.

    question   node, workflow version, model, input     another version or model is another question, never paired
    user       who asked; results of one are another's only if that is shown to be right

Invariant: executions whose input was not seen are asked of no cache, and count
as made; those that were skipped are not there.

Upstream: `trials`, `cache_opportunities`, `cache_ttls`. Downstream: `analysis.cache_replay`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from longpole.advice.observations import (
    NO_FINGERPRINT,
    NODE_SKIPPED,
    NODE_SUCCEEDED,
    Floats,
    Ints,
    NodeInfo,
    Observations,
)
from longpole.analysis.cache_replay import Flags, Ledger, mixed_key
from longpole.domain.units import NS_PER_SECOND

MIN_KEPT_S = 0.1
"""What took no longer is not kept: as `caching.policy.MIN_SECONDS` has it."""
NOBODY = -1


@dataclass(frozen=True, slots=True)
class NodeLedger:
    """A node's executions, in order of their start. Places of arrays are executions.

    Attributes:
        node: As it was called last.
        places: Indexes into `Observations.executions`.
        question: Equal numbers are the same input, of the same version and model.
        user, run: Indexes into `Observations.users` (-1: not recorded) and `.runs`.
        took_s, cost_usd, output_bytes: NaN where unknown.
        is_cached: Served from a cache already.
        unseen: How many more executions there were whose input was not seen.
    """

    node: NodeInfo
    places: Ints
    question: Ints
    user: Ints
    run: Ints
    start_ns: Ints
    end_ns: Ints
    succeeded: Flags
    is_kept: Flags
    took_s: Floats
    cost_usd: Floats
    output: Ints
    output_bytes: Floats
    is_cached: Flags
    unseen: int

    def __len__(self) -> int:
        return int(self.places.size)

    @property
    def knows_users(self) -> bool:
        """Whether it is recorded of anybody who he was."""
        return bool((self.user != NOBODY).any())

    def asked(self, *, per_user: bool) -> Ledger:
        """What a cache is asked. Whose user is not known shares nothing with anybody, where users are apart."""
        return Ledger(self._key(per_user=per_user), self.start_ns, self.end_ns, self.succeeded, self.is_kept)

    def _key(self, *, per_user: bool) -> Ints:
        if not per_user:
            return self.question
        alone = np.where(self.user == NOBODY, np.arange(len(self)), NOBODY)
        return mixed_key(self.question, self.user, alone)

    def in_runs_apart(self, later: Ints, earlier: Ints) -> Flags:
        """Which pairs are of two runs: within one, much is the same that is not part of the input."""
        apart: Flags = self.run[later] != self.run[earlier]
        return apart

    def of_two_users(self, later: Ints, earlier: Ints) -> Flags:
        """Which pairs are of two users, both known."""
        one, other = self.user[later], self.user[earlier]
        found: Flags = (one != other) & (one != NOBODY) & (other != NOBODY)
        return found


def node_ledgers(observed: Observations, wanted: Callable[[NodeInfo], bool]) -> Iterator[NodeLedger]:
    """The ledger of each node that is wanted, in order of their ids; none of those that nobody ran."""
    latest = {node.node_id: node for node in observed.nodes}
    ids = {node_id: number for number, node_id in enumerate(sorted(latest))}
    executions = observed.executions
    names = np.array([ids[node.node_id] for node in observed.nodes], dtype=np.int64)
    if not len(executions):
        return
    of_node = names[executions.node]
    order = np.argsort(of_node, kind="stable")
    cuts = np.searchsorted(of_node[order], np.arange(len(ids) + 1))
    for node_id, number in ids.items():
        places = order[cuts[number] : cuts[number + 1]]
        if places.size and wanted(latest[node_id]):
            yield _ledger(observed, latest[node_id], places)


def _ledger(observed: Observations, node: NodeInfo, places: Ints) -> NodeLedger:
    columns = observed.executions
    ran = places[(columns.status[places] != NODE_SKIPPED) & (columns.start_ns[places] >= 0)]
    seen = ran[columns.input_fingerprint[ran] != NO_FINGERPRINT]
    seen = seen[np.argsort(columns.start_ns[seen], kind="stable")]
    run, took_ns = columns.run[seen], columns.elapsed_ns[seen]
    start, took_s = columns.start_ns[seen], took_ns / NS_PER_SECOND
    succeeded = columns.status[seen] == NODE_SUCCEEDED
    return NodeLedger(
        node=node,
        places=seen,
        question=mixed_key(observed.runs.version[run], columns.model[seen], columns.input_fingerprint[seen]),
        user=observed.runs.user[run],
        run=run,
        start_ns=start,
        end_ns=start + np.nan_to_num(took_ns).astype(np.int64),
        succeeded=succeeded,
        is_kept=succeeded & (took_s > MIN_KEPT_S),
        took_s=took_s,
        cost_usd=columns.cost_usd[seen],
        output=columns.output_fingerprint[seen],
        output_bytes=columns.output_bytes[seen],
        is_cached=columns.is_cached[seen] == 1,
        unseen=int(ran.size - seen.size),
    )
