"""Asks an OpenAI-compatible endpoint for a chat completion; whatever goes wrong there is one error here.

Neither the key nor what was asked or answered reaches a log or an error's text.

Upstream: `narrator`. Downstream: httpx (extra `narration`).
Source: OpenAI's API reference, `POST /chat/completions`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

from longpole.domain.errors import MissingExtraError

_LARGEST_ANSWER_BYTES = 1_000_000
_CONNECT_S = 5.0


class ModelUnavailableError(Exception):
    """The endpoint did not give an answer; says which kind of trouble it was, and nothing else."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked. `base_url` ends before `/chat/completions`."""

    base_url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 30.0

    def complete(self, messages: Sequence[dict[str, str]]) -> str:
        """The content of the model's answer.

        Raises:
            ModelUnavailableError: There is none.
            MissingExtraError: httpx is not installed.
        """
        httpx = _httpx()
        headers = {} if self.api_key is None else {"Authorization": f"Bearer {self.api_key}"}
        asked = {
            "model": self.model,
            "messages": list(messages),
            "temperature": 0,
            "response_format": {"type": "json_object"},
        }
        timeout = httpx.Timeout(self.timeout_s, connect=min(_CONNECT_S, self.timeout_s))
        try:
            with httpx.Client(timeout=timeout, headers=headers, follow_redirects=False) as client:
                return _content(client, f"{self.base_url.rstrip('/')}/chat/completions", asked)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise ModelUnavailableError(type(error).__name__) from None


def _content(client: "object", url: str, asked: dict[str, object]) -> str:
    with client.stream("POST", url, json=asked) as response:  # type: ignore[attr-defined] # httpx may be absent
        if response.status_code != 200:  # noqa: PLR2004 - OK
            raise ModelUnavailableError(f"HTTP {response.status_code}")
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _LARGEST_ANSWER_BYTES:
                raise ModelUnavailableError("the answer is too large")
    return _content_of(bytes(body))


def _content_of(body: bytes) -> str:
    import json  # noqa: PLC0415 - beside its only use

    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise ModelUnavailableError("the answer is no chat completion") from None
    if not isinstance(content, str):
        raise ModelUnavailableError("the answer has no text")
    return content


def _httpx() -> ModuleType:
    try:
        import httpx  # noqa: PLC0415 - only where words of a model are wanted
    except ImportError as error:
        raise MissingExtraError("narration", "Asking a language model for words") from error
    return httpx
