"""Inflating ends at the limit, whatever is inside."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.domain.errors import OverloadedError
from longpole.ingest.otlp.body import TooLargeError, inflate
from longpole.ingest.otlp.decoded import UndecodableError
from longpole.ingest.pipeline_budget import MemoryBudget

LIMIT = 4 << 20


def _inflate(body: bytes, encoding: str = "gzip", limit: int = LIMIT) -> bytes:
    with MemoryBudget(1 << 30).share() as share:
        return inflate(body, encoding, limit, share)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4))
def test_all_members_of_a_gzip_count(members: list[bytes]) -> None:
    assert _inflate(b"".join(gzip.compress(member) for member in members)) == b"".join(members)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"plain", ""),
        (b"plain", "identity"),
        (zlib.compress(b"plain"), "deflate"),
        (gzip.compress(b"plain", mtime=0), "x-gzip"),
        (gzip.compress(b"plain", mtime=0) + bytes(512), "gzip"),
    ],
)
def test_encodings(body: bytes, encoding: str) -> None:
    assert _inflate(body, encoding) == b"plain"


def test_an_empty_body_is_empty_in_every_encoding() -> None:
    assert _inflate(b"") == b""


@pytest.mark.parametrize(
    "body",
    [
        b"not gzip",
        gzip.compress(b"plain", mtime=0)[:-6],
        gzip.compress(b"plain", mtime=0)[:5],
        gzip.compress(b"plain", mtime=0) + b"junk",
        b"\x1f\x8b",
    ],
)
def test_what_is_not_whole_is_refused(body: bytes) -> None:
    with pytest.raises(UndecodableError):
        _inflate(body)


def test_the_limit_is_exact() -> None:
    body = gzip.compress(bytes(1000))
    assert _inflate(body, limit=1000) == bytes(1000)
    with pytest.raises(TooLargeError):
        _inflate(body, limit=999)
    with pytest.raises(TooLargeError):
        _inflate(bytes(1000), "identity", limit=999)


def test_a_bomb_is_inflated_no_further_than_the_limit() -> None:
    budget = MemoryBudget(1 << 30)
    bomb = gzip.compress(bytes(64 << 20))
    with budget.share() as share:
        with pytest.raises(TooLargeError):
            inflate(bomb, "gzip", LIMIT, share)
        assert budget.used_bytes <= LIMIT


def test_thousands_of_members_are_refused() -> None:
    with pytest.raises(UndecodableError):
        _inflate(gzip.compress(b"") * 10_000)


def test_memory_comes_from_the_budget() -> None:
    budget = MemoryBudget(1 << 20)
    others = budget.share()
    others.grow(1)
    with budget.share() as share, pytest.raises(OverloadedError):
        inflate(gzip.compress(bytes(3 << 20)), "gzip", LIMIT, share)
    others.release()
    assert budget.used_bytes == 0
