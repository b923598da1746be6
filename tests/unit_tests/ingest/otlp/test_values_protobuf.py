"""A text is read by hand, and says what the parser says, however it was encoded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from longpole.ingest.otlp.decoded import BadRecordError
from longpole.ingest.otlp.values_protobuf import attributes, pair

EDGES = (0, 127, 128, 2**14 - 1, 2**14, 2**21 - 1, 2**21)


def _sent(key: str, text: str) -> bytes:
    return KeyValue(key=key, value=AnyValue(string_value=text)).SerializeToString()


@pytest.mark.parametrize("key", ["", "k", "input.value", "k" * 127, "k" * 128, "ключ"])
@pytest.mark.parametrize("edge", EDGES)
def test_texts_of_any_length_are_read_whole(key: str, edge: int) -> None:
    for length in range(max(edge - 5, 0), edge + 2):
        assert attributes([_sent(key, "x" * length)]) == {key: "x" * length}


@given(st.text(max_size=130), st.text(max_size=300), st.data())
def test_changed_bytes_mean_what_the_parser_says(key: str, text: str, data: st.DataObject) -> None:
    raw = bytearray(_sent(key, text))
    for _ in range(data.draw(st.integers(0, 3))):
        raw[data.draw(st.integers(0, min(12, len(raw) - 1)) | st.integers(0, len(raw) - 1))] = data.draw(
            st.integers(0, 255)
        )
    try:
        expected = dict([pair(bytes(raw))])
    except BadRecordError as bad:
        with pytest.raises(BadRecordError, match=str(bad)):
            attributes([bytes(raw)])
    else:
        assert repr(attributes([bytes(raw)])) == repr(expected)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(b"\x0a\x05other", id="the key again"),
        pytest.param(b"\x12\x07\x0a\x05other", id="the value again"),
        pytest.param(b"\x12\x02\x18\x07", id="a number instead"),
        pytest.param(b"\x1a\x05other", id="an unknown field"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_the_last_of_what_is_sent_twice_counts(more: bytes) -> None:
    raw = _sent("k", "x" * 200) + more
    official = KeyValue.FromString(raw)
    kind = official.value.WhichOneof("value")
    assert kind is not None
    assert attributes([raw]) == {official.key: getattr(official.value, kind)}


def test_a_text_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(BadRecordError, match="invalid UTF-8"):
        attributes([_sent("k", "x" * 200)[:-1] + b"\xff"])
