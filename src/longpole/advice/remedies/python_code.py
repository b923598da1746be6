"""Pieces of Python that remedies show: the standard library only, but for `kept_connection`.

Invariant: each compiles and can be run as it stands; names from outside are literals.

Upstream: `generic`, `langgraph`. Downstream: `given`.
"""

from longpole.advice.remedies.given import plain, python_text


def retries(attempts: int, wait_s: float) -> str:
    """Try again, with waits that double and vary."""
    return f"""\
import asyncio
import random

PASSING_STATUSES = {{408, 429, 500, 502, 503, 504, 529}}


def may_pass(error):
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    names = {{each.__name__ for each in type(error).__mro__}}
    is_lost = any("Timeout" in name or name in ("ConnectionError", "TransportError") for name in names)
    return status in PASSING_STATUSES or is_lost


async def with_retries(call, attempts={attempts}, wait_s={plain(wait_s)}):
    for number in range(1, attempts + 1):
        try:
            return await call()
        except Exception as error:
            if number == attempts or not may_pass(error):
                raise
            await asyncio.sleep(wait_s * 2 ** (number - 1) * random.uniform(0.5, 1.5))
"""


def retry_condition(error_type: str | None, status: int | None) -> str:
    """What is worth another attempt."""
    names = "{" + python_text(error_type) + "}" if error_type else "set()"
    statuses = sorted({400, 401, 403, 404, 422} | ({status} if status else set()))
    return f"""\
HOPELESS_STATUSES = {{{", ".join(map(str, statuses))}}}
HOPELESS_ERRORS = {names}


def is_worth_retrying(error: BaseException) -> bool:
    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    return status not in HOPELESS_STATUSES and type(error).__name__ not in HOPELESS_ERRORS
"""


def with_default(node_id: str) -> str:
    """Go on when a step fails."""
    return f"""\
import logging


async def or_default(call, default=None):
    try:
        return await call()
    except Exception:
        logging.getLogger("workflow").exception("%s failed, the default is used", {python_text(node_id)})
        return default
"""


def logged(node_id: str) -> str:
    """Keep what a failure was made of."""
    return f"""\
import logging


async def with_inputs_logged(call, **inputs):
    try:
        return await call(**inputs)
    except Exception:
        logging.getLogger("workflow").exception("%s failed with the inputs %r", {python_text(node_id)}, sorted(inputs))
        raise
"""


def gathered(pair: tuple[str, str]) -> str:
    """Two steps at once."""
    return f"""\
import asyncio


async def side_by_side(steps, inputs):
    return await asyncio.gather(steps[{python_text(pair[0])}](inputs), steps[{python_text(pair[1])}](inputs))
"""


def side_by_side(most: int) -> str:
    """Several items at a time."""
    return f"""\
import asyncio


async def each(items, work, most={most}):
    free = asyncio.Semaphore(most)

    async def one(item):
        async with free:
            return await work(item)

    return await asyncio.gather(*(one(item) for item in items))
"""


def slots(most: int) -> str:
    """So many at once in the whole process."""
    return f"""\
import asyncio

SLOTS = asyncio.Semaphore({most})


async def in_a_slot(call):
    async with SLOTS:
        return await call()
"""


def kept_connection() -> str:
    """One client for all calls."""
    return """\
import httpx

CLIENT = httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_keepalive_connections=20))


async def fetch(url, **fields):
    answer = await CLIENT.get(url, params=fields)
    answer.raise_for_status()
    return answer.json()
"""


def latest_messages(tokens: int) -> str:
    """Instructions and what was said last."""
    return f"""\
CHARACTERS_PER_TOKEN = 4


def latest(messages, keep_tokens={tokens}):
    instructions = [message for message in messages if message["role"] == "system"]
    kept, left = [], keep_tokens * CHARACTERS_PER_TOKEN
    for message in reversed([message for message in messages if message["role"] != "system"]):
        left -= len(message["content"])
        if left < 0 and kept:
            break
        kept.append(message)
    return instructions + kept[::-1]
"""


def stable_first() -> str:
    """What stays the same, then what changes."""
    return """\
INSTRUCTIONS = "You answer questions about orders."
EXAMPLES = [{"role": "user", "content": "Where is it?"}, {"role": "assistant", "content": "Which order do you mean?"}]


def messages(question, today, user_name):
    changing = f"Today is {today}. The user is {user_name}.\\n\\n{question}"
    return [{"role": "system", "content": INSTRUCTIONS}, *EXAMPLES, {"role": "user", "content": changing}]
"""


def limited_output(tokens: int) -> str:
    """A limit for the answer."""
    return f"""\
def request(model, messages):
    return {{"model": model, "messages": messages, "max_tokens": {tokens}, "stream": True}}
"""


def two_arms(model: str, share: float) -> str:
    """A part of the traffic for another model; the same user always gets the same one."""
    return f"""\
import hashlib

OTHER_MODEL = {python_text(model)}
SHARE = {share:.4g}


def model_for(user_id, model):
    digest = hashlib.sha256(f"model-test:{{user_id}}".encode()).digest()
    is_other = int.from_bytes(digest[:8], "big") < SHARE * 2**64
    return OTHER_MODEL if is_other else model
"""


def reference() -> str:
    """A name instead of the thing."""
    return """\
import hashlib
from pathlib import Path


def stored(data: bytes, folder: Path) -> str:
    path = folder / hashlib.sha256(data).hexdigest()
    path.write_bytes(data)
    return str(path)
"""


def bounded(most: int) -> str:
    """So many rounds at most."""
    return f"""\
MOST_ROUNDS = {most}


async def rounds(work, state):
    for number in range(1, MOST_ROUNDS + 1):
        state, is_done = await work(state, number)
        if is_done:
            break
    return state
"""
