"""What a node's calls of models cost, so that its hits know what they save.

LangChain tells every handler of each call with its tokens; they are priced at
today's list price and summed up by the node execution that they belong to.

Upstream: `cache`. Downstream: the runtime's price book.
"""

import threading
import time
from collections import OrderedDict
from contextvars import ContextVar
from decimal import Decimal
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import ChatGeneration, LLMResult
from langchain_core.tracers.context import register_configure_hook

from longpole import runtime
from longpole.domain.runs import TokenUsage

_MOST = 10_000
_BETWEEN = "|"


class UsageByNode(BaseCallbackHandler):
    """Sums up what calls cost by the node execution around them, for those that were asked to be watched."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: OrderedDict[str, list[Decimal | None]] = OrderedDict()
        self._calls: OrderedDict[UUID, tuple[list[str], str | None, str | None]] = OrderedDict()

    def watch(self, checkpoint_ns: str) -> None:
        """A node execution begins."""
        with self._lock:
            self._watched[checkpoint_ns] = []
            while len(self._watched) > _MOST:
                self._watched.popitem(last=False)

    def cost_usd(self, checkpoint_ns: str) -> Decimal | None:
        """What its calls cost; None where there were none, or one has no known price. It is not watched any more."""
        with self._lock:
            costs = self._watched.pop(checkpoint_ns, None)
        known = [each for each in costs or () if each is not None]
        return sum(known, Decimal(0)) if known and costs is not None and len(known) == len(costs) else None

    def on_chat_model_start(
        self, serialized: Any, messages: Any, *, run_id: UUID, metadata: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """A call begins."""
        del serialized, messages, kwargs
        self._begin(run_id, metadata or {})

    def on_llm_start(
        self, serialized: Any, prompts: Any, *, run_id: UUID, metadata: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """A call begins."""
        del serialized, prompts, kwargs
        self._begin(run_id, metadata or {})

    def _begin(self, run_id: UUID, metadata: dict[str, Any]) -> None:
        parts = str(metadata.get("langgraph_checkpoint_ns") or metadata.get("checkpoint_ns") or "").split(_BETWEEN)
        around = [_BETWEEN.join(parts[: end + 1]) for end in range(len(parts))]
        with self._lock:
            watched = [each for each in around if each in self._watched]
            if watched:
                self._calls[run_id] = (watched, metadata.get("ls_model_name"), metadata.get("ls_provider"))
                while len(self._calls) > _MOST:
                    self._calls.popitem(last=False)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """A call ended."""
        del kwargs
        with self._lock:
            call = self._calls.pop(run_id, None)
        if call is None:
            return
        around, model, provider = call
        cost_usd = _cost(response, model, provider)
        with self._lock:
            for each in around:
                if each in self._watched:
                    self._watched[each].append(cost_usd)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A call failed."""
        del error, kwargs
        with self._lock:
            self._calls.pop(run_id, None)


def _cost(response: LLMResult, model: str | None, provider: str | None) -> Decimal | None:
    generation = response.generations[0][0] if response.generations and response.generations[0] else None
    message: Any = generation.message if isinstance(generation, ChatGeneration) else None
    said = getattr(message, "usage_metadata", None)
    answered = getattr(message, "response_metadata", None) or {}
    model, provider = answered.get("model_name") or model, answered.get("model_provider") or provider
    if not said or not model:
        return None
    given, made = said.get("input_token_details") or {}, said.get("output_token_details") or {}
    tokens = TokenUsage(
        said.get("input_tokens"),
        said.get("output_tokens"),
        given.get("cache_read"),
        given.get("cache_creation"),
        made.get("reasoning"),
    )
    return runtime.current().price_book.cost_usd(model, provider, tokens, time.time_ns())


usage = UsageByNode()
"""That of this process."""
_handler: ContextVar[UsageByNode | None] = ContextVar("longpole_langgraph_usage", default=usage)
register_configure_hook(_handler, inheritable=True)
