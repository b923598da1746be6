"""Error messages without secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.ingest.otlp.conventions.masking import masked


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc", "Authorization: Bearer ***"),
        ("authorization: basic dXNlcjpwYXNz", "authorization: basic ***"),
        ("Incorrect API key provided: sk-proj-AbC123_def456", "Incorrect API key provided: ***"),
        ("Incorrect API key provided: sk-abcde***wxyz.", "Incorrect API key provided: ***."),
        ("sk-ant-api03-abcdef-123456", "***"),
        ("pk-lf-1234567890abcdef", "***"),
        ("lsv2_pt_0123456789abcdef", "***"),
        ("ghp_0123456789abcdefghij", "***"),
        ("AKIAIOSFODNN7EXAMPLE is no key", "*** is no key"),
        ("cannot connect to postgresql://app:s3cret@db:5432/x", "cannot connect to postgresql://***@db:5432/x"),
        ("redis://:hunter22@cache/0", "redis://***@cache/0"),
        ("GET https://x.test/v1?api_key=abcd1234&q=2", "GET https://x.test/v1?api_key=***&q=2"),
        ('{"password": "hunter22", "user": "bob"}', '{"password": "***", "user": "bob"}'),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "AWS_SECRET_ACCESS_KEY=***"),
        ("x-api-key: 0123456789", "x-api-key: ***"),
        ("task-12345 of risk-management failed at 10:30", "task-12345 of risk-management failed at 10:30"),
        ("https://example.com:8080/path is down", "https://example.com:8080/path is down"),
        ("the secret of success", "the secret of success"),
        ("max_tokens: 4096 is too large", "max_tokens: 4096 is too large"),
    ],
)
def test_what_is_obviously_a_secret_is_masked(message: str, shown: str) -> None:
    assert masked(message) == shown


def test_a_message_ends_at_its_traceback_and_at_two_kilobytes() -> None:
    assert masked("boom\nTraceback (most recent call last):\n  File") == "boom"
    assert masked("Traceback (most recent call last):\n") is None
    assert len((masked("é" * 5000) or "").encode()) == 2048
    assert masked("x" * 5000) == "x" * 2048
    assert masked("") is masked(None) is None


@given(st.text(max_size=200) | st.from_regex(r"(bearer|password=|sk-|redis://:)[a-z0-9]{0,20}@?", fullmatch=True))
def test_masking_twice_is_masking_once(message: str) -> None:
    once = masked(message)
    assert masked(once) == once
