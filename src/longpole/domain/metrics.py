"""Numbers of a user's own: what they may be called, what they may be made of, and who carries them.

    sent       quality = 0.8, with a run or with a node execution
    formula    speed = output_tokens / execution_time, of every run or node execution that knows both

Names that figures of ours have are never those of a user's.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from longpole.domain.trends import UNITS

MOST_NAMES: Final = 200
"""Of so many sent names at most a stretch of time can be set to keep figures (`LONGPOLE_METRICS_MAX`)."""

_DEFINED = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_SENT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


class Level(StrEnum):
    """What carries the number."""

    RUN = "run"
    NODE = "node"


_TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
_BOTH = ("execution_time", *_TOKENS, "total_tokens", "cost", "input_bytes", "output_bytes", "memory_peak")
FIELDS: Final = {
    Level.RUN: frozenset({*_BOTH, "cpu_seconds", "node_count", "failed_nodes", "retries", "cache_hit_rate"}),
    Level.NODE: frozenset({*_BOTH, "cpu_seconds", "first_token_seconds", "attempts"}),
}
"""What formulas may be made of besides sent metrics: seconds, tokens, US dollars, bytes, counts, a rate of 0 to 100."""

RESERVED: Final = frozenset(UNITS) | FIELDS[Level.RUN] | FIELDS[Level.NODE]
"""Names that already mean something; numbers sent under them stay with their run, and have no trend of their own."""


def may_be_defined(name: str) -> bool:
    """Whether a metric may be defined under a name."""
    return _DEFINED.fullmatch(name) is not None and name not in RESERVED


def may_be_sent(name: str) -> bool:
    """Whether numbers that are sent under a name get figures: names of other clients may have capitals and dashes."""
    return _SENT.fullmatch(name) is not None and name not in RESERVED


@dataclass(frozen=True, slots=True)
class CustomMetric:
    """A metric that somebody defined, or that was sent without that.

    Attributes:
        workflow_id: None: of every workflow of the application.
        level: None where it is not known, as nobody defined it.
        expression: What it is made of; None: it is sent.
        counts_from: Runs that count for an earlier time have no value of the formula; None: all that are kept have.
        created_at: None where nobody defined it.
    """

    app_id: str
    workflow_id: str | None
    name: str
    level: Level | None
    expression: str | None = None
    unit: str | None = None
    counts_from: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
