"""What the node cache did, what it holds, and why."""

from datetime import datetime

from pydantic import Field

from longpole.rest.schemas.answer import Answer, Usd


class CacheFigures(Answer):
    """What the cache did."""

    hits: int
    """Results that were served without running the node."""
    misses: int
    coalesced: int
    """Waits for somebody else's producer: the node ran once, for him. No hits."""
    stale: int
    """Served after they had expired, as options allow."""
    bypassed: dict[str, int]
    """Executions that ran past the cache or were not kept, by reason."""
    stores: int
    evictions: int
    errors: int
    hit_rate: float | None
    """0 to 100: hits of hits and misses; null where nobody asked."""
    time_saved: float
    """Seconds that hits did not take."""
    cost_saved: Usd
    """US dollars that hits did not cost, where it is known."""


class NodeTypeCacheFigures(CacheFigures):
    """The same of the nodes of one type and class."""

    node_type: str
    """Empty where it is not known."""
    node_class: str
    """pure, read_only, sampling, unknown, side_effects or never; empty where it is not known."""
    entries: int
    bytes: int


class HourCacheFigures(CacheFigures):
    """The same of an hour."""

    start: datetime


class ShadowFigures(Answer):
    """What a cache would have brought where it only looked on."""

    would_hit: int
    misses: int
    would_hit_rate: float | None
    """0 to 100."""
    matched: int
    """Nodes that gave the kept output again."""
    mismatched: int
    mismatch_bound: float | None
    """0 to 1: the share of other outputs that is not exceeded, with 95 % confidence."""
    time_saved: float
    cost_saved: Usd


class Statistics(CacheFigures):
    """What the cache did in a period, and what it holds now."""

    app_id: str
    workflow_id: str
    period_start: datetime
    period_end: datetime
    entries: int
    """Results that may be served now."""
    bytes: int
    """What they take."""
    by_node_type: tuple[NodeTypeCacheFigures, ...]
    by_hour: tuple[HourCacheFigures, ...]
    """Hours in which anything happened."""
    shadow: ShadowFigures | None
    """Null where nothing was looked up in shadow mode."""
    previous: CacheFigures | None
    """The figures of as many days before; null where they are not known, or nothing was asked for."""


class CachedNode(Answer):
    """A node whose results were served."""

    node_id: str
    """Empty where it is not known."""
    node_type: str
    hits: int
    time_saved: float
    """Seconds."""
    cost_saved: Usd
    """US dollars."""
    entries: int
    bytes: int
    last_hit_at: datetime | None


class TopNodes(Answer):
    """Nodes that are served most."""

    items: tuple[CachedNode, ...]


class AdvisedCaching(Answer):
    """What advice says that a cache of the node would bring, from the runs that there were."""

    recommendation_id: str
    case: str
    """exact, confirm or sampling."""
    hit_ratio: float | None
    """0 to 1, as the other ratios: executions that need not run."""
    hit_ratio_low: float | None
    hit_ratio_high: float | None
    pairs: int | None
    """Pairs of equal inputs whose outputs were compared."""
    mismatches: int | None
    mismatch_bound: float | None
    ttl_hours: float | None
    seconds_per_run: float | None
    """What a run of the workflow would take less."""
    usd_per_month: float | None


class UncachedNode(Answer):
    """A node that no cache serves yet, and what one would bring."""

    node_id: str
    node_type: str
    """Empty where it is not known."""
    node_class: str
    """pure, read_only, sampling, unknown, side_effects or never; empty where it is not known."""
    verdict: str
    """safe (300 pairs or more, and none differs), undecided (fewer), differs, or advised (not looked on yet)."""
    shadow: ShadowFigures | None
    """What shadow mode saw of it in the period."""
    advice: AdvisedCaching | None
    """Advice to cache it that stands."""


class Potential(Answer):
    """Nodes that no cache serves yet and of which anything is known; the most to save first."""

    items: tuple[UncachedNode, ...]


class Removed(Answer):
    """How many entries went."""

    removed: int


class Removal(Answer):
    """What would go, if it were done now."""

    entries: int
    bytes: int


class Explanation(Answer):
    """Why a result is or is not in the cache, and what its key is made of."""

    cache_key: str
    app_id: str
    workflow_id: str
    state: str = Field(description="fresh, stale, expired or absent.")
    node_type: str | None
    node_id: str | None
    node_class: str | None
    parts: dict[str, str]
    """What went into the key: short plain values of a configuration as they are, everything else by digest and size."""
    created_at: datetime | None
    expires_at: datetime | None
    size_bytes: int | None
    hit_count: int | None
    time_saved: float | None
    """Seconds."""
    bypassed: dict[str, int]
    """Why nodes of this workflow ran past the cache in the last seven days, by reason."""
