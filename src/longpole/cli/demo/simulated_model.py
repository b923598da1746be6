"""A chat model that answers from a script, at the pace and with the usage of a real one. No key, no network.

Tokens are counted at four characters each; a system prompt that was sent
before is read from the cache, as OpenAI and Anthropic do with long ones. How
long an answer takes follows from its length, so the same answer takes the same
time in every run but for a part that follows from the question.

Upstream: `workflows`. Downstream: LangChain, which tells its instrumentation.
"""

import threading
import time
import zlib
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LangSmithParams
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

_CHARACTERS_PER_TOKEN = 4
_LEAST_CACHED = 1024
_CACHE_STEP = 128
_VARIATION = 0.35


class SimulatedModel(BaseChatModel):
    """A chat model by its real name and seller; `invoke(messages, answer=…)` says what it answers.

    Attributes:
        model: Name of the model, whose list price is charged.
        seller: Its provider, as LangChain spells it.
        first_token_s: Seconds until it begins to answer.
        tokens_per_s: How fast it answers then.
        reasoning_tokens: Tokens that it thinks before it answers.
    """

    model: str
    seller: str = "openai"
    first_token_s: float = 0.12
    tokens_per_s: float = 220.0
    reasoning_tokens: int = 0
    _prompts: set[str] = PrivateAttr(default_factory=set)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "simulated"

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = self.seller
        params["ls_model_name"] = self.model
        return params

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - LangChain's signature
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - the same
        **kwargs: Any,
    ) -> ChatResult:
        answer = str(kwargs["answer"])
        usage = self._usage([str(message.content) for message in messages], answer)
        question = str(messages[-1].content)
        time.sleep(self._seconds(usage["output_tokens"], question))
        message = AIMessage(answer, usage_metadata=usage, response_metadata={"model_name": self.model})
        return ChatResult(generations=[ChatGeneration(message=message)], llm_output={"model_name": self.model})

    def _usage(self, texts: list[str], answer: str) -> UsageMetadata:
        sent = sum(map(_tokens, texts))
        answered = _tokens(answer) + self.reasoning_tokens
        return UsageMetadata(
            input_tokens=sent,
            output_tokens=answered,
            total_tokens=sent + answered,
            input_token_details=InputTokenDetails(cache_read=self._read_from_cache(texts[0])),
            output_token_details=OutputTokenDetails(reasoning=self.reasoning_tokens),
        )

    def _read_from_cache(self, system_prompt: str) -> int:
        """Tokens of a prompt that was sent before; prompts that are too short are not kept."""
        length = _tokens(system_prompt)
        with self._lock:
            is_known = system_prompt in self._prompts
            self._prompts.add(system_prompt)
        return length // _CACHE_STEP * _CACHE_STEP if is_known and length >= _LEAST_CACHED else 0

    def _seconds(self, output_tokens: int, question: str) -> float:
        luck = zlib.crc32(f"{self.model} {question}".encode()) / 0xFFFFFFFF  # 0 to 1, the same in every run
        return (self.first_token_s + output_tokens / self.tokens_per_s) * (1 - _VARIATION + 2 * _VARIATION * luck)


def _tokens(text: str) -> int:
    return max(1, len(text) // _CHARACTERS_PER_TOKEN)
