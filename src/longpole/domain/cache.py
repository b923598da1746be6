"""What there is to say of cached results: entries, decisions, and what the cache brought.

A hit is a result that was served without running its node; a coalesced wait
is not one: its node ran once, for somebody else. Names with a unit are exact
integers or dollars; the contract's seconds and percentages are in the figures.

Upstream: `caching`, `store.cache_*`. Downstream: `services.cache`, `rest`, `cli`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from longpole.domain.scopes import Scope


class NodeClass(StrEnum):
    """What running a node again with the same input may do."""

    PURE = "pure"
    READ_ONLY = "read_only"
    SAMPLING = "sampling"
    UNKNOWN = "unknown"
    SIDE_EFFECTS = "side_effects"
    NEVER = "never"


class StoredEntry(NamedTuple):
    """A result as the shared tier gives it back.

    Attributes:
        body: The exact bytes, as `caching.codec` made them.
        expires_ns: Until when it is fresh.
        stale_until_ns: Until when it may be served stale; `expires_ns` where it may not.
        elapsed_ns: How long its node took.
        cost_usd: What its node cost; None: unknown.
        node_type: Of the node that made it; with `node_id` and `node_class` what its hits are counted under.
    """

    body: bytes
    expires_ns: int
    stale_until_ns: int
    elapsed_ns: int
    cost_usd: Decimal | None = None
    node_type: str = ""
    node_id: str = ""
    node_class: str = ""


class NewEntry(NamedTuple):
    """A result that is to be kept.

    Attributes:
        stored: What will be given back.
        readable: Its JSON form, which people see in SQL; None where it has none.
        is_readable_exact: Whether `stored.body` is one byte (b"j") and then `readable` in UTF-8: kept once is enough.
        tags: What it can be invalidated by, beside the node.
        parts: JSON: what went into the key, fit to be shown (see `caching.explanation`).
        created_ns: When.
    """

    stored: StoredEntry
    readable: str | None
    is_readable_exact: bool
    tags: tuple[str, ...]
    parts: str
    created_ns: int


class Criteria(NamedTuple):
    """Which entries are meant; None: whatever it is, and of `workflow_id`: every workflow of the application."""

    app_id: str
    workflow_id: str | None
    node_type: str | None = None
    node_id: str | None = None
    cache_key: str | None = None
    tag: str | None = None
    created_before_ns: int | None = None


class Counted(NamedTuple):
    """What counts are kept under: node type, id and class are empty where they are not known."""

    scope: Scope
    node_type: str = ""
    node_id: str = ""
    node_class: str = ""


@dataclass(slots=True)
class Counts:
    """What happened, to be added to what is known. Times are those that were not spent, or would not have been."""

    hits: int = 0
    misses: int = 0
    coalesced: int = 0
    stale: int = 0
    stores: int = 0
    evictions: int = 0
    errors: int = 0
    bytes_stored: int = 0
    saved_ns: int = 0
    saved_usd: Decimal = Decimal(0)
    last_hit_ns: int = 0
    would_hit: int = 0
    would_miss: int = 0
    matched: int = 0
    mismatched: int = 0
    would_save_ns: int = 0
    would_save_usd: Decimal = Decimal(0)
    bypassed: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class EntryHits:
    """Hits of one entry that its row does not know of yet."""

    hits: int = 0
    saved_ns: int = 0
    saved_usd: Decimal = Decimal(0)
    last_hit_ns: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a node's result may be kept, and why; `reason` is one word per cause, the same in statistics."""

    may_cache: bool
    node_class: NodeClass
    reason: str
    ttl_hours: float


@dataclass(frozen=True, slots=True)
class ShadowFigures:
    """What a cache would have brought where it only looked on.

    `mismatch_bound` is the rate of other results under the same key that is
    not exceeded, with 95 % confidence; None where nothing was compared.
    """

    would_hit: int
    misses: int
    would_hit_rate: float | None
    matched: int
    mismatched: int
    mismatch_bound: float | None
    time_saved: float
    cost_saved: Decimal


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """What the cache did: counts, the hit rate in per cent (None where nobody asked), seconds and dollars saved."""

    hits: int
    misses: int
    coalesced: int
    stale: int
    bypassed: Mapping[str, int]
    stores: int
    evictions: int
    errors: int
    hit_rate: float | None
    time_saved: float
    cost_saved: Decimal


@dataclass(frozen=True, slots=True)
class NodeTypeCacheFigures(CacheFigures):
    """The same of the nodes of one type and class; `entries` and `bytes` are what is kept now."""

    node_type: str
    node_class: str
    entries: int
    bytes: int


@dataclass(frozen=True, slots=True)
class HourCacheFigures(CacheFigures):
    """The same of the hour that begins at `start`."""

    start: datetime


@dataclass(frozen=True, slots=True)
class CacheStatistics(CacheFigures):
    """What the cache did in a period, and what it holds now."""

    app_id: str
    workflow_id: str
    period_start: datetime
    period_end: datetime
    entries: int
    bytes: int
    by_node_type: tuple[NodeTypeCacheFigures, ...]
    by_hour: tuple[HourCacheFigures, ...]
    shadow: ShadowFigures | None = None
    previous: CacheFigures | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """What an invalidation or a clean-up would take out, if it came now."""

    entries: int
    bytes: int


@dataclass(frozen=True, slots=True)
class AdvisedCaching:
    """What advice says that a node's cache would bring, from the runs that there were; None: unknown.

    `case` is exact, confirm or sampling, as the advice explains; ratios are 0 to 1.
    """

    recommendation_id: str
    case: str
    hit_ratio: float | None
    hit_ratio_low: float | None
    hit_ratio_high: float | None
    pairs: int | None
    mismatches: int | None
    mismatch_bound: float | None
    ttl_hours: float | None
    seconds_per_run: float | None
    usd_per_month: float | None


@dataclass(frozen=True, slots=True)
class UncachedNode:
    """A node that no cache serves yet, and what one would bring.

    `verdict` is safe (so many pairs that nobody doubts it, none that differs),
    undecided (too few pairs yet), differs, or advised (nobody looked on, but
    runs tell).
    """

    node_id: str
    node_type: str
    node_class: str
    verdict: str
    shadow: ShadowFigures | None
    advice: AdvisedCaching | None


@dataclass(frozen=True, slots=True)
class CachedNode:
    """A line of the list of nodes that are served most."""

    node_id: str
    node_type: str
    hits: int
    time_saved: float
    cost_saved: Decimal
    entries: int
    bytes: int
    last_hit_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a result is or is not in the cache, and what its key is made of.

    `parts` maps a part's name to what may be shown of it: short plain values of
    a configuration as they are, everything else by digest and size.
    """

    cache_key: str
    app_id: str
    workflow_id: str
    state: str
    node_type: str | None
    node_id: str | None
    node_class: str | None
    parts: Mapping[str, str]
    created_at: datetime | None
    expires_at: datetime | None
    size_bytes: int | None
    hit_count: int | None
    time_saved: float | None
    bypassed: Mapping[str, int]
