"""What a prompt cache would serve: laws, and layouts of prompts."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.prompt_prefix import PrefixTrie, common_length, layout, served_tokens

SECOND = 10**9
STREAMS = st.lists(st.tuples(st.integers(0, 400), st.lists(st.integers(0, 2), max_size=6)), max_size=30)


def naive(stream: list[tuple[int, list[int]]], ttl_s: int | None) -> list[int]:
    """Blocks served, by looking at all prompts before."""
    used: dict[tuple[int, ...], int] = {}
    found = []
    for now, blocks in stream:
        served = 0
        for length in range(1, len(blocks) + 1):
            last = used.get(tuple(blocks[:length]))
            if last is None or (ttl_s is not None and now - last > ttl_s):
                break
            served = length
        found.append(served)
        for length in range(1, len(blocks) + 1):
            used[tuple(blocks[:length])] = now
    return found


def in_order(gaps: list[tuple[int, list[int]]]) -> list[tuple[int, list[int]]]:
    now, made = 0, []
    for gap, blocks in gaps:
        now += gap
        made.append((now, blocks))
    return made


@given(STREAMS, st.sampled_from([0, 60, 300, None]))
def test_as_by_looking_at_all_prompts_before(gaps: list[tuple[int, list[int]]], ttl_s: int | None) -> None:
    stream = in_order(gaps)
    trie = PrefixTrie(None if ttl_s is None else ttl_s * SECOND)
    assert [trie.use(blocks, now * SECOND) for now, blocks in stream] == naive(stream, ttl_s)


def tokens_of(stream: list[tuple[int, list[int]]], **more: Any) -> list[int]:
    blocks, times = [each for _, each in stream], [now * SECOND for now, _ in stream]
    return served_tokens(blocks, [len(each) * 512 for each in blocks], times, block_tokens=512, **more).tolist()


@given(STREAMS)
def test_never_more_than_the_prompt_and_more_the_longer_it_is_kept(gaps: list[tuple[int, list[int]]]) -> None:
    stream = in_order(gaps)
    short, long = tokens_of(stream, ttl_ns=60 * SECOND), tokens_of(stream, ttl_ns=None)
    for (_, blocks), few, many in zip(stream, short, long, strict=True):
        assert 0 <= few <= many <= len(blocks) * 512


def test_what_is_short_is_not_served() -> None:
    stream = [(0, [1, 2]), (1, [1, 3]), (2, [1, 3])]
    assert tokens_of(stream) == [0, 0, 1_024]
    assert tokens_of(stream, least_tokens=0) == [0, 512, 1_024]


def test_use_keeps_it() -> None:
    stream = [(0, [1, 2]), (200, [1, 2]), (400, [1, 2]), (701, [1, 2])]
    assert tokens_of(stream) == [0, 1_024, 1_024, 0]


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_common_length(a: bytes, b: bytes) -> None:
    length = common_length(a, b)
    assert a[:length] == b[:length]
    assert length in {len(a), len(b)} or a[length] != b[length]


def text(source: random.Random, size: int) -> bytes:
    return bytes(source.choices(b"abcdefghijklmnop ", k=size))


def test_a_layout_finds_what_is_common_and_where_it_ends() -> None:
    source = random.Random(3)
    rules, examples = text(source, 2_000), text(source, 1_500)
    prompts = [b"At %04d. " % number + rules + text(source, 30) + examples + text(source, 300) for number in range(60)]
    found = layout(prompts)
    assert 3 <= len(found.prefix) <= 5
    assert found.stable_bytes == pytest.approx(3_500, rel=0.08)
    assert found.reach == pytest.approx(3_540, abs=130)
    moved = [found.stable_first(prompt) for prompt in prompts]
    shared = min(common_length(moved[0], each) for each in moved)
    assert shared >= found.stable_bytes
    assert [sorted(a) == sorted(b) for a, b in zip(moved, prompts, strict=True)] == [True] * 60


def test_a_few_that_begin_otherwise_do_not_matter() -> None:
    source = random.Random(4)
    rules = text(source, 3_000)
    prompts = [rules + text(source, 200) for _ in range(50)] + [text(source, 2_000) for _ in range(3)]
    found = layout(prompts)
    assert len(found.prefix) == pytest.approx(3_000, abs=3)
    assert found.stable == ()


def test_nothing_in_common() -> None:
    source = random.Random(5)
    found = layout([text(source, 3_000) for _ in range(30)])
    assert found.stable_bytes <= 1
    assert layout([]).stable_bytes == 0


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=12))
def test_any_bytes_have_a_layout_and_lose_nothing(prompts: list[bytes]) -> None:
    found = layout(prompts)
    for prompt in prompts:
        assert sorted(found.stable_first(prompt)) == sorted(prompt)
