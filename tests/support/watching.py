"""Somebody who looks on at `/live`, whose connection breaks at any moment, and who comes back with the last id."""

import json
import random
import threading
from typing import Any, Self

import httpx


class Watcher:
    """Keeps what was told last of each run. With `breaks` connections are closed after some lines, as chance says."""

    def __init__(self, address: str, query: dict[str, str] | None = None, breaks: random.Random | None = None) -> None:
        self.runs: dict[str, Any] = {}
        self.resets = self.connections = 0
        self.names: list[str] = []
        self._address, self._query, self._breaks = address, query or {}, breaks
        self._last_id = ""
        self._is_over = threading.Event()
        self.told = threading.Condition()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def wait_for(self, check: Any, timeout_s: float = 40) -> bool:
        """Whether something becomes true of what was told, in time."""
        with self.told:
            return self.told.wait_for(check, timeout_s)

    def _watch(self) -> None:
        while not self._is_over.is_set():
            lines = self._breaks.randint(1, 200) if self._breaks else 0
            try:
                self._connect(lines)
            except httpx.HTTPError:
                self._is_over.wait(0.05)

    def _connect(self, lines: int) -> None:
        headers = {"Last-Event-ID": self._last_id} if self._last_id else {}
        stream = httpx.stream("GET", f"{self._address}/live", params=self._query, headers=headers, timeout=30)
        with stream as answer:
            answer.raise_for_status()
            with self.told:
                self.connections += 1
                self.told.notify_all()
            event: dict[str, str] = {}
            for number, line in enumerate(answer.iter_lines(), 1):
                if self._is_over.is_set() or number == lines:
                    return
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                    continue
                self._take(event)
                event = {}

    def _take(self, event: dict[str, str]) -> None:
        """As a browser does: the id counts once its event is there as a whole."""
        with self.told:
            self._last_id = event.get("id", self._last_id)
            if "event" in event:
                self._keep(event["event"], json.loads(event["data"]))
            self.told.notify_all()

    def _keep(self, name: str, data: Any) -> None:
        self.names.append(name)
        if name == "reset":
            self.resets += 1
            self.runs = {run["workflow_run_id"]: run for run in data["items"]}
        elif name == "gone":
            self.runs.pop(data["workflow_run_id"], None)
        else:
            self.runs[data["workflow_run_id"]] = data
