"""Prompts that have much in common, of which a provider's cache serves nothing: because they begin with what changes.

Only where prompts are captured; nothing of what they say is shown.

Upstream: `model_calls`, `analysis.prompt_prefix`. Downstream: `token_usage`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from longpole.advice.evidence import shown_by, titled
from longpole.advice.least_gain import LEAST_GAIN
from longpole.advice.observations import Floats, Ints, Observations
from longpole.advice.remedies.remedies import remedy
from longpole.advice.remedies.remedy import Action
from longpole.advice.tokens.model_calls import ModelCalls, by_run, price
from longpole.analysis.bootstrap import mean_interval
from longpole.analysis.bottlenecks import evenly
from longpole.analysis.intervals import Interval
from longpole.analysis.prompt_prefix import LEAST_TOKENS, STEP_TOKENS, TTL_NS, Layout, layout, served_tokens
from longpole.analysis.prompt_texts import sent_text
from longpole.domain import amounts
from longpole.domain.findings import Estimate, Finding, Gain
from longpole.domain.recommendations import Category
from longpole.domain.runs import TokenUsage

_LEAST_PROMPTS = 20
_MOST_PROMPTS = 200
_MOST_BYTES = 100_000
_LAID_OUT = 60
_TOUCH_NS = TTL_NS // 10
"""Calls that were not captured keep a prefix alive; one in thirty seconds is enough to know it."""
_LEAST_SHARE = 0.15
"""Of its input tokens, more than now: a few per cent are within what a block's end costs."""
_KINDS = (
    (re.compile(rb"\d{4}-\d\d-\d\d|\d{1,2}:\d\d(:\d\d)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}"), "a date or a time"),
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{12,}", re.IGNORECASE), "an id"),
    (re.compile(rb"\d+"), "a number"),
)


@dataclass(frozen=True, slots=True, eq=False)
class _Replayed:
    """Of the captured calls: tokens, what is served now, and with what stays the same in front."""

    places: Ints
    tokens: Floats
    now: Floats
    then: Floats
    stable_tokens: float


def token_prefixes(observed: Observations, calls: ModelCalls) -> Iterator[Finding]:
    """At most one finding: what changes stands before what stays the same, or what could be served is not."""
    captured = [int(place) for place in calls.places if place in observed.prompts][-_MOST_PROMPTS:]
    if len(captured) < _LEAST_PROMPTS:
        return
    prompts = [sent_text(observed.prompts[place]).encode("utf-8", "replace")[:_MOST_BYTES] for place in captured]
    found = layout([prompts[at] for at in evenly(len(prompts), _LAID_OUT)])
    tokens = observed.executions.input_tokens[captured]
    bytes_per_token = float(np.median([len(each) for each in prompts] / tokens))
    if bytes_per_token <= 0 or found.stable_bytes < LEAST_TOKENS * bytes_per_token:
        return
    replayed = _replayed(observed, calls, captured, prompts, found, bytes_per_token)
    more = (replayed.then - replayed.now).sum() / replayed.tokens.sum()
    if more < _LEAST_SHARE:
        return
    saved = _monthly(observed, calls, replayed)
    if saved is not None and saved.low >= LEAST_GAIN.usd_per_month:
        yield _finding(observed, calls, found, replayed, saved, prompts)


def _replayed(  # noqa: PLR0917 - all of one call
    observed: Observations,
    calls: ModelCalls,
    captured: Sequence[int],
    prompts: Sequence[bytes],
    found: Layout,
    size: float,
) -> _Replayed:
    """Play all calls of the node again; of those that were not captured it is known that they were made, and when."""
    columns = observed.executions
    block = max(1, round(STEP_TOKENS * size))
    by_place = dict(zip(captured, prompts, strict=True))
    since = int(columns.start_ns[captured[0]])
    places = _thinned(
        columns.start_ns, [int(each) for each in calls.places if columns.start_ns[each] >= since], by_place
    )
    common = b"".join([found.prefix, *found.stable])
    times = [int(columns.start_ns[place]) for place in places]
    lengths = [int(columns.input_tokens[place]) for place in places]

    def served(texts: list[bytes]) -> Floats:
        blocks = [_blocks(text, block) for text in texts]
        every = served_tokens(blocks, lengths, times, block_tokens=STEP_TOKENS)
        return every[[place in by_place for place in places]].astype(float)

    now = served([by_place.get(place, found.prefix) for place in places])
    then = served([found.stable_first(by_place[place]) if place in by_place else common for place in places])
    at = np.array([place for place in places if place in by_place], np.int64)
    reported = columns.cache_read_tokens[at]
    is_told = not np.isnan(reported).any()
    now = reported if is_told else now
    return _Replayed(at, columns.input_tokens[at], now, np.maximum(then, now), len(common) / size)


def _thinned(starts: Ints, places: list[int], captured: Mapping[int, bytes]) -> list[int]:
    """All that were captured, and of the others no more than are needed to know that a prefix was used."""
    kept: list[int] = []
    last = -_TOUCH_NS
    for place in places:
        if place in captured or starts[place] - last >= _TOUCH_NS:
            kept.append(place)
            last = int(starts[place])
    return kept


def _blocks(text: bytes, block: int) -> list[bytes]:
    return [text[at : at + block] for at in range(0, len(text) - block + 1, block)]


def _monthly(observed: Observations, calls: ModelCalls, replayed: _Replayed) -> Interval | None:
    """Dollars saved a month, with bounds: calls of a run are drawn together; what is not served has to be written."""
    saved = np.zeros(replayed.places.size)
    for at, (tokens, now, then) in enumerate(zip(replayed.tokens, replayed.now, replayed.then, strict=True)):
        written = max(min(replayed.stable_tokens, tokens) - then, 0.0)
        before = price(observed, calls.model, TokenUsage(int(tokens), 0, int(now)))
        after = price(observed, calls.model, TokenUsage(int(tokens), 0, int(then), int(written)))
        if before is None or after is None:
            return None
        saved[at] = before - after
    runs = np.unique(observed.executions.run[replayed.places])
    per_run = by_run(observed, replayed.places, saved)[runs]
    calls_per_month = observed.per_month(calls.places.size)
    scale = calls_per_month / replayed.places.size * runs.size
    return mean_interval(per_run).times(scale)


def _finding(  # noqa: PLR0917 - all of one call
    observed: Observations,
    calls: ModelCalls,
    found: Layout,
    replayed: _Replayed,
    saved: Interval,
    prompts: Sequence[bytes],
) -> Finding:
    name, n = titled(calls.node), int(replayed.places.size)
    now, then = (float(each.sum() / replayed.tokens.sum()) for each in (replayed.now, replayed.then))
    by_call = (replayed.then - replayed.now) / replayed.tokens
    _, low, high = mean_interval(by_call)
    varying = _what_varies(found, prompts)
    is_order = bool(found.stable) and len(found.prefix) < found.stable_bytes / 2
    told = remedy(
        observed.engine, Action.STABLE_PREFIX_FIRST, calls.node, position=len(found.prefix) + 1, varying=varying
    )
    begin = (
        f"They begin alike for {len(found.prefix):,} bytes only: then comes {varying or 'something that changes'}. "
        f"Move what changes there behind byte {found.reach:,}."
        if is_order
        else f"They begin alike for {len(found.prefix):,} bytes, yet hardly anything is read from the cache: turn "
        "it on "
        "where the provider wants to be asked (`cache_control` at the end of what stays the same)."
    )
    head = () if is_order else ("Turn on the provider's prompt cache for what stays the same at the beginning.",)
    return Finding(
        rule="token_usage.prompt_prefix" if is_order else "token_usage.prompt_cache_unused",
        category=Category.COST,
        title=(
            f"The prompt of {name} begins with what changes, so the provider's cache cannot serve it"
            if is_order
            else f"The provider's cache does not serve what the prompts of {name} have in common"
        ),
        description=(
            f"{found.stable_bytes:,} bytes are the same in at least nine of ten prompts of {name} (n = {found.n:,}). "
            f"{begin} By a replay of {n:,} calls, kept for five minutes since the last use, {amounts.share(then)} of "
            f"their input tokens would be read from the cache instead of {amounts.share(now)}."
        ),
        improvement=(
            f"+{(then - now) * 100:.0f} points of input tokens from the cache ({low * 100:.0f}–{high * 100:.0f}), "
            f"{amounts.money(saved.value)} a month ({amounts.bounds(*saved, 'usd')})"
        ),
        affected_nodes=(calls.node.node_id,),
        gain=Gain(usd_per_month=saved.low),
        estimate=Estimate(
            "cached_token_share", now, then, max(min(now + low, then), 0.0), min(max(now + high, then), 1.0), "ratio",
            "replay of prefixes, 1,024 tokens at least, 5 minutes", n,
        ),
        subject=calls.model.model or "",
        steps=(*head, *told.steps),
        code_example=told.code_example,
        facts={
            "stable_bytes": found.stable_bytes, "first_varying_byte": len(found.prefix) + 1, "behind_byte": found.reach,
            "cached_token_share_now": now, "cached_token_share_then": then,
            "saved_usd_per_month": saved.value, "calls": n,
        },
        evidence=(
            shown_by(
                observed, "prompt_prefix", observed.executions.run[replayed.places], (calls.node,),
                first_varying_byte=len(found.prefix) + 1, behind_byte=found.reach, stable_bytes=found.stable_bytes, n=n,
            ),
        ),
    )  # fmt: skip


def _what_varies(found: Layout, prompts: Sequence[bytes]) -> str | None:
    """What kind of thing stands at the first difference; never what it says."""
    at = len(found.prefix)
    around = [each[max(at - 24, 0) : at + 24] for each in prompts if each.startswith(found.prefix)]
    for pattern, words in _KINDS:
        hits = sum(
            any(m.start() <= min(at, 24) + 2 and m.end() >= min(at, 24) for m in pattern.finditer(each))
            for each in around
        )
        if around and hits >= 0.8 * len(around):
            return words
    return None
