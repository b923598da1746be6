"""Findings to speak of, and a model that is a real server on loopback and plays what a test wants."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from longpole.domain.findings import Estimate, Gain
from longpole.narration.subjects import Subject, Told, subjects


@dataclass
class Model:
    """Answers each request with the next of `answers` (the last one again and again); remembers what it was asked."""

    answers: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def next_answer(self) -> Any:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def completion(content: Any) -> bytes:
    """A chat completion with this content."""
    text = content if isinstance(content, str) else json.dumps(content)
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


@pytest.fixture
def model() -> Iterator[Model]:
    """A model on loopback; an answer is a content (text or JSON), a body (bytes), a status, or a function."""
    played = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            played.asked.append({"path": self.path, **json.loads(body)})
            played.headers.append(dict(self.headers))
            answer = played.next_answer()
            if callable(answer):
                answer(self)
                return
            status = answer if isinstance(answer, int) else 200
            sent = answer if isinstance(answer, bytes) else b"{}" if isinstance(answer, int) else completion(answer)
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield played
    server.shutdown()
    thread.join()
    server.server_close()


MakeTold = Callable[..., Told]


def cached(node: str = "fetch orders") -> Told:
    """A node that should be cached: time and money are saved."""
    return Told(
        rule="cache_opportunities.exact",
        category="performance",
        severity="high",
        node_names=(node,),
        estimate=Estimate("execution_time_p95", 9.1, 6.4, 5.9, 6.8, "s", "replay of 400 runs", 400),
        gain=Gain(seconds_per_run=2.3, usd_per_month=310.0),
        facts={"hit_ratio": 0.41, "ttl_s": 21_600, "model": "gpt-4o"},
    )


def failing(node: str = "charge card") -> Told:
    """A node whose failures a retry would catch."""
    return Told(
        rule="retry_patterns.missing",
        category="reliability",
        severity="medium",
        node_names=(node,),
        estimate=Estimate("failed_run_share", 0.04, 0.004, 0.002, 0.009, "ratio", "counted", 5_000),
        gain=Gain(failed_run_share=0.031),
        facts={"failed_count": 200},
    )


@pytest.fixture
def told() -> tuple[Subject, ...]:
    """Both findings: F1 saves time and money, F2 lets fewer runs fail."""
    return subjects([cached(), failing()])


GOOD = {
    "order": ["F2", "F1"],
    "items": [
        {
            "id": "F1",
            "headline": "Keep the results of {{F1.node}}",
            "text": "Many of its calls repeat an earlier input. "
            "Cached, the run goes from {{F1.baseline}} to {{F1.expected}}.",
        },
        {
            "id": "F2",
            "headline": "Retry {{F2.node}}",
            "text": "Its failures pass by themselves. "
            "With a retry, fewer runs fail: {{F2.failures_avoided}} are saved.",
        },
    ],
}


@pytest.fixture
def good() -> dict[str, Any]:
    """A good model's answer about `told`."""
    return json.loads(json.dumps(GOOD))  # type: ignore[no-any-return] # a copy
