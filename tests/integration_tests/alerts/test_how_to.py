"""The receiver of the how-to takes what is signed, once, and nothing else."""

import re
import threading
import time
from collections.abc import Callable
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest

from alerting_scenes import SECRET, a_message
from longpole.alerting.addresses import Reach
from longpole.alerting.sending import Ways, send
from longpole.domain.alerts import Channel, Target

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "alerts.md"


def test_the_receiver_of_the_how_to(capsys: pytest.CaptureFixture[str]) -> None:
    block = re.search(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    names: dict[str, Any] = {}
    exec(compile(block[1], "alerts.md", "exec"), names)
    names["Receiver"].log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), names["Receiver"])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        assert _sent(server)() is None
        assert _sent(server)() is None
        assert _sent(server)(secret="another secret than that") == "answered 401"
        assert _sent(server)(ago_s=600) == "answered 401"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert capsys.readouterr().out == "checkout: 30 % of runs fail\n"


def _sent(server: HTTPServer) -> Callable[..., str | None]:
    url = f"http://127.0.0.1:{server.server_address[1]}/"

    def sent(secret: str = SECRET, ago_s: int = 0) -> str | None:
        target, ways = Target(url, "127.0.0.1", secret), Ways(Reach(loopback=True))
        return send(a_message(), "d1", Channel.WEBHOOK, target, ways, now_s=int(time.time()) - ago_s).error

    return sent
