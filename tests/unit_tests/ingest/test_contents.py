"""Payloads are masked before they are cut, and not stored where the mask fails."""

import zlib

import pytest

from longpole.domain.errors import InvalidInputError
from longpole.ingest.contents import INPUT, ContentPacker, load_mask
from longpole.settings import Settings
from longpole.store.trace_log import Content

TRACE, SPAN = bytes(16), bytes(8)


def shout(text: str) -> str:
    """A mask."""
    return text.upper()


def fail(text: str) -> str:
    """A mask that fails on what it must not see."""
    raise ValueError(text)


def _pack(payload: str, **settings: object) -> Content | None:
    packer = ContentPacker(Settings(capture_content=True, **settings))  # type: ignore[arg-type]  # of any setting
    return packer.pack(TRACE, SPAN, INPUT, payload)


def test_a_payload_is_packed() -> None:
    assert _pack("hello") == Content(TRACE, SPAN, INPUT, is_cut=False, body=zlib.compress(b"hello", 1))


def test_the_cut_respects_characters() -> None:
    packed = _pack("aäb", content_max_bytes=2)
    assert packed is not None
    assert (packed.is_cut, zlib.decompress(packed.body)) == (True, b"a")


def test_the_mask_sees_the_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("string.capwords", shout)
    packed = _pack("abc", content_mask="string:capwords", content_max_bytes=2)
    assert packed is not None
    assert (packed.is_cut, zlib.decompress(packed.body)) == (True, b"AB")


def test_where_the_mask_fails_nothing_is_stored(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("string.capwords", fail)
    assert _pack("secret", content_mask="string:capwords") is None
    assert "secret" not in caplog.text


@pytest.mark.parametrize("name", ["nowhere:at_all", "string:nothing", "string", "", "string:digits"])
def test_a_mask_must_exist(name: str) -> None:
    with pytest.raises(InvalidInputError, match="LONGPOLE_CONTENT_MASK"):
        load_mask(name)


def test_without_capture_a_wrong_mask_does_no_harm() -> None:
    assert not ContentPacker(Settings(content_mask="nowhere:at_all")).is_on
