"""Every kind of file that telemetry comes in, and what is said of those that are none."""

import gzip
from pathlib import Path

import pytest

from longpole.cli.otlp_files import Request, UnreadableFileError, requests
from longpole.ingest.otlp.intake import Encoding, Signal

DATA = Path(__file__).parents[2] / "data" / "otlp"
TRACES = b'{"resourceSpans": []}'
LOGS = b'{"resourceLogs": []}'
METRICS = b'{"resourceMetrics": []}'
PROTOBUF = b"\x0a\x02\x0a\x00"


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # no time in it: parametrised tests must be called the same in every worker


def read(path: Path, content: bytes, largest: int = 1_000) -> list[Request]:
    path.write_bytes(content)
    return list(requests(path, Signal.TRACES, largest))


def seen(found: list[Request]) -> list[tuple[Signal, Encoding, bytes]]:
    return [(each.signal, each.encoding, each.body.rstrip(b"\n")) for each in found]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (TRACES, [(Signal.TRACES, Encoding.JSON, TRACES)]),
        (LOGS, [(Signal.LOGS, Encoding.JSON, LOGS)]),
        (b"\n".join([TRACES, LOGS, b"", METRICS, b""]), [
            (Signal.TRACES, Encoding.JSON, TRACES),
            (Signal.LOGS, Encoding.JSON, LOGS),
            (Signal.METRICS, Encoding.JSON, METRICS),
        ]),
        (b'{\n  "resourceLogs": []\n}\n', [(Signal.LOGS, Encoding.JSON, b'{\n  "resourceLogs": []\n}')]),
        (PROTOBUF, [(Signal.TRACES, Encoding.PROTOBUF, PROTOBUF)]),
        (b"\0\0\0\x04" + PROTOBUF + b"\0\0\0\x04" + PROTOBUF, 2 * [(Signal.TRACES, Encoding.PROTOBUF, PROTOBUF)]),
        (b"", []),
    ],
)  # fmt: skip
def test_it_works(tmp_path: Path, content: bytes, found: list[tuple[Signal, Encoding, bytes]]) -> None:
    assert seen(read(tmp_path / "plain", content)) == found
    assert seen(read(tmp_path / "gzipped", zipped(content))) == found


def test_requests_are_numbered_and_say_how_much_of_the_file_is_behind_them(tmp_path: Path) -> None:
    content = TRACES + b"\n" + LOGS + b"\n"
    found = read(tmp_path / "f", content)
    assert [each.number for each in found] == [1, 2]
    assert found[-1].bytes_read == len(content)


@pytest.mark.parametrize("name", ["langgraph_gzip.pb.gz", "openai_traces.pb", "vercel.json"])
def test_recorded_requests_are_files_too(name: str) -> None:
    found = list(requests(DATA / name, Signal.TRACES, 1 << 20))
    assert [(each.number, each.signal) for each in found] == [(1, Signal.TRACES)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"name,value\n", "is neither OTLP JSON nor OTLP protobuf, gzipped or not"),
        (b"\x89PNG", "is neither"),
        (b"[]", "is neither"),
        (b"\0\0\0\x04" + PROTOBUF + b"\0\0\0\x04\x0a", "ends in the middle of a request"),
        (b"\0\0\0\x04" + PROTOBUF + b"\0\0", "ends in the middle of a request"),
        (b"\3\xff\xff\xff" + PROTOBUF, "has a request of 67,108,863 bytes, more than 1,000"),
        (TRACES + b"\n" + b"{" + b" " * 1_000 + b"}", "has a line of more than 1,000 bytes"),
        (b'{"resourceSpans":\n' + b" " * 1_000 + b"[]}", "is one request of more than 1,000 bytes"),
        (PROTOBUF * 300, "is one request of more than 1,000 bytes"),
        (zipped(b"not telemetry"), "is neither"),
        (zipped((TRACES + b"\n") * 100)[:-12], "is damaged"),
        (zipped(b" " * 10_000_000), "has a line of more than 1,000 bytes"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_file(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(UnreadableFileError) as told:
        read(tmp_path / "some.file", content)
    assert str(told.value).startswith(f"{tmp_path / 'some.file'}: {problem}")


@pytest.mark.parametrize(("name", "problem"), [("missing", "No such file"), (".", "Is a directory")])
def test_what_is_no_file(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(UnreadableFileError, match=problem):
        list(requests(tmp_path / name, Signal.TRACES, 1_000))
