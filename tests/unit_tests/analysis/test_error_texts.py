"""What is left of a message, and what its words say of trying again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longpole.analysis.error_kinds import ErrorKind, error_kind, http_status, is_timeout
from longpole.analysis.error_texts import pattern

MESSAGES = [
    ("Timeout after 30.2s calling https://api.shop/v1/orders/8842?user=7", "Timeout after <n>s calling <url>"),
    ("HTTP 503 from https://a.b/1", "HTTP 503 from <url>"),
    ("status code: 422, field 7", "status code: 422, field <n>"),
    ("Error code: 429 - {'error': 1}", "Error code: 429 - {<text>: <n>}"),
    ("503 Service Unavailable", "503 Service Unavailable"),
    ("404 Client Error: Not Found for url: http://x", "404 Client Error: Not Found for url: <url>"),
    ("Client error '401 Unauthorized' for url 'http://x/7'", "Client error 401 Unauthorized for url <text>"),
    ("Client error '429 Too Many Requests' for url 'x'", "Client error 429 Too Many Requests for url <text>"),
    ("401 Unauthorized for url 'https://x/7?key=abc12345'", "401 Unauthorized for url <text>"),
    ("line 404: bad", "line <n>: bad"),
    ("took 500 ms", "took <n> ms"),
    ("code=4041", "code=<n>"),
    ("at 2026-11-26T01:02:03Z from 10.0.0.1:80", "at <time> from <address>"),
    ("run 6a0d5a3c-1c1b-4f0e-9d0f-1234567890ab failed", "run <id> failed"),
    ("two\n lines", "two lines"),
    ("", ""),
]


@pytest.mark.parametrize(("message", "expected"), MESSAGES)
def test_what_varies_is_taken_out_and_a_status_stays(message: str, expected: str) -> None:
    assert pattern(message) == expected


SECRETS = [
    ("login failed: password=hunter2, user=bob", "login failed: password=<secret>, user=bob"),
    ("api_key=ABCDEFGH is not known", "api_key=<secret> is not known"),
    ("access token: ab12cd34 expired", "access token: <secret> expired"),
    ("Authorization: Basic dXNlcjpwYXNz0w==", "Authorization: Basic <secret>"),
    ("Bearer eyJhbGciOiJI.eyJzdWIiOiIx.dozjgNryP4J3 rejected", "Bearer <secret> rejected"),
    ("eyJhbGciOiJI.eyJzdWIiOiIx.dozjgNryP4J3 rejected", "<secret> rejected"),
    ("key AKIAIOSFODNN7EXAMPLE denied", "key <id> denied"),
    ("Unexpected token: }", "Unexpected token: }"),
    ("api_key: field required", "api_key: field required"),
    ("basic validation failed", "basic validation failed"),
]


@pytest.mark.parametrize(("message", "expected"), SECRETS)
def test_secrets_are_taken_out_of_messages(message: str, expected: str) -> None:
    assert pattern(message) == expected
    assert pattern(expected) == expected


WORDS = st.sampled_from([
    "HTTP", "status", "code", "404", "503:", "Not", "12.5", "a-1", "'x'", "<n>", "(", "=", "id_7f3a9c", "e@x.io",
    "token=", "Bearer", "'401 Unauthorized'", "eyJhbGciOi.a1", "A1B2C3D4E5F6G7H8I9J0",
])  # fmt: skip


@given(st.text(max_size=60) | st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=12).map("".join))
def test_the_pattern_of_any_pattern_is_itself_and_short(message: str) -> None:
    assert pattern(pattern(message)) == pattern(message)
    assert len(pattern(message * 20)) <= 500


@pytest.mark.parametrize("message", [message for message, _ in MESSAGES])
def test_the_pattern_of_a_pattern_is_itself_and_tells_the_same(message: str) -> None:
    assert pattern(pattern(message)) == pattern(message)
    assert error_kind(None, pattern(message)) is error_kind(None, message)


TRANSIENT = [
    ("ConnectTimeout", None), ("APIConnectionError", None), ("RateLimitError", "quota per minute"),
    ("InternalServerError", None), ("asyncio.TimeoutError", ""), (None, "ECONNRESET"), (None, "socket hang up"),
    ("HTTPError", "HTTP 503"), ("Exception", "429 Too Many Requests"), (None, "The server is overloaded, try again"),
    ("HTTPStatusError", "Server error '502 Bad Gateway' for url"), ("NodeApiError", "Service unavailable"),
    ("TimeoutError", "invalid response"), (None, "upstream connect error or disconnect"),
]  # fmt: skip
DETERMINISTIC = [
    ("KeyError", "'x'"), ("ValidationError", None), ("NotFoundError", None), ("PermissionDeniedError", None),
    ("openai.BadRequestError", "maximum context length"), (None, "HTTP 401"), (None, "status code 404"),
    ("JSONDecodeError", None), ("TypeError", "timeout must be a number"), (None, "Invalid API key"),
    ("RateLimitError", "429: insufficient_quota"), ("HTTPError", "422 Unprocessable Entity"),
]  # fmt: skip
UNKNOWN = [("RuntimeError", "boom"), (None, None), ("", ""), ("CodeExecutionError", "it did not work")]


@pytest.mark.parametrize(
    ("error", "expected"),
    [(error, ErrorKind.TRANSIENT) for error in TRANSIENT]
    + [(error, ErrorKind.DETERMINISTIC) for error in DETERMINISTIC]
    + [(error, ErrorKind.UNKNOWN) for error in UNKNOWN],
)
def test_what_words_say_of_trying_again(error: tuple[str | None, str | None], expected: ErrorKind) -> None:
    assert error_kind(*error) is expected


def test_statuses_and_timeouts() -> None:
    assert [http_status(text) for text in ("HTTP/1.1 502", "x", None, "took 500 ms", "code=404")] == [
        502,
        None,
        None,
        None,
        404,
    ]
    assert is_timeout("ReadTimeout", None)
    assert is_timeout(None, "deadline exceeded")
    assert not is_timeout("KeyError", "x")
