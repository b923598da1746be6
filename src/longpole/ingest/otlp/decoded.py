"""What came out of a request: the good records, and how many others there were and why.

A bad record is data, not an error: it is counted with its reason, the others
are kept. Only a request whose envelope cannot be read at all is refused.

Upstream: `decode_protobuf`, `decode_json`. Downstream: `intake`, `responses`.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from longpole.domain.errors import LongpoleError

Record = TypeVar("Record")

_SHOWN_REASONS = 5


class UndecodableError(LongpoleError):
    """The request is not what its content type says: nothing of it can be read."""


class TooManyRecordsError(LongpoleError):
    """The request holds more records than one request may: small on the wire, huge in memory."""


class BadRecordError(LongpoleError):
    """One record cannot be used; its message is the reason, without any of its content."""


@dataclass(slots=True)
class Rejections:
    """Records that were not kept, counted by reason. Reasons never quote what was sent."""

    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, reason: str, count: int = 1) -> None:
        """Count `count` records that are rejected for `reason`."""
        self.reasons[reason] += count

    @property
    def count(self) -> int:
        """How many records were rejected."""
        return self.reasons.total()

    def message(self) -> str:
        """The reasons in one line, the most frequent first; empty where nothing was rejected."""
        listed = [f"{count} x {reason}" for reason, count in self.reasons.most_common(_SHOWN_REASONS)]
        left_out = len(self.reasons) - len(listed)
        return "; ".join([*listed, f"and {left_out} other reasons"] if left_out > 0 else listed)


@dataclass(slots=True)
class Decoded(Generic[Record]):
    """The good records of one request in their order, and what was wrong with the rest."""

    records: list[Record] = field(default_factory=list)
    rejected: Rejections = field(default_factory=Rejections)
