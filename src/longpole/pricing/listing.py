"""Which lines of the built-in table a call may be priced by; where several may, they must come to the same amount.

A wrong price is worse than an unknown one, so each rule says when it holds:

1. The seller is known: its own list, by the model's name as it was sent.
2. The seller is named but not in the table (a local runtime, a compatible
   server, a company's own gateway): unknown.
3. The model has a prefix (`openai/gpt-4o-mini`), and either nobody said who
   sold it, or the prefix says the same, or OpenAI is named, whose client
   library calls everybody: the list of the seller that the prefix names. Where
   OpenRouter lists that very name, its price is a second reading, unless a
   proxy (LiteLLM) is named, which always puts the seller first.
4. Nobody said who sold it, and no prefix: Bedrock's spelling (`us.anthropic.…`)
   is Bedrock's; else each maker that knows the name is a reading. `name:tag` is
   how local runtimes write, so it has none.

5. The answering model is a dated snapshot of the one that was asked for
   (`gpt-4o-mini-2026-01-01` of `gpt-4o-mini`) and younger than the table: what
   was asked for. Another model that answered is another model.

Upstream: `table`, `sellers`. Downstream: `book`.
"""

import re

from longpole.pricing import table
from longpole.pricing.schedule import Schedule
from longpole.pricing.sellers import UNSAID, is_proxy, seller_of

_MAKERS = (
    "anthropic",
    "arcee",
    "cohere",
    "deepseek",
    "google",
    "meta",
    "minimax",
    "mistral",
    "moonshotai",
    "openai",
    "perplexity",
    "voyageai",
    "x-ai",
    "zai",
    "zhipuai",
)
_BEDROCK = re.compile(
    r"(arn:aws[\w-]*:bedrock:|"
    r"([a-z]{2,6}\.)?(ai21|amazon|anthropic|cohere|deepseek|meta|mistral|nvidia|openai|qwen|writer)\.[a-z])"
)
_SNAPSHOT = re.compile(r"-\d{4}(-?\d{2}-?\d{2})?")
_GOOGLE_RESOURCE = re.compile(r"^((projects|publishers)/.+/)?models/")
_NOT_SELLING_OPEN_MODELS = ("openai", "azure")


def readings(model: str, provider: str | None) -> tuple[Schedule, ...]:
    """The prices of `model` as `provider` may have sold it; none where nobody can know."""
    model = _GOOGLE_RESOURCE.sub("", model.strip().lower())
    seller = seller_of(provider, table.seller_ids)
    if seller == UNSAID:
        return _by_prefix(model, "", is_proxied=is_proxy(provider)) if "/" in model else _by_maker(model)
    listed = _list_of(seller, model)
    if listed is not None:
        return (listed,)
    return _by_prefix(model, "" if seller == "openai" else seller, is_proxied=False)


def is_snapshot(model: str, alias: str) -> bool:
    """Whether `model` is `alias` with a date at its end; prefixes aside."""
    dated, name = (each.strip().lower().rpartition("/")[2] for each in (model, alias))
    return name != "" and dated.startswith(name) and _SNAPSHOT.fullmatch(dated, len(name)) is not None


def _by_prefix(model: str, seller: str, *, is_proxied: bool) -> tuple[Schedule, ...]:
    """What the prefix says, if it names `seller`, or `seller` is open."""
    head, slash, rest = model.partition("/")
    named = seller_of(head, table.seller_ids)
    if not slash or named != (seller or named):
        return ()
    listed = _list_of(named, rest)
    resold = None if is_proxied else _list_of("openrouter", model)
    return () if listed is None else (listed,) if resold is None else (listed, resold)


def _by_maker(model: str) -> tuple[Schedule, ...]:
    if _BEDROCK.match(model):
        makers: tuple[str, ...] = ("aws",)
    elif ":" in model and not model.startswith("ft:"):
        makers = ()
    elif "claude" in model:
        makers = ("anthropic",)  # Google's list has them as well, as a reseller
    else:
        makers = _MAKERS
    return tuple(listed for maker in makers if (listed := _list_of(maker, model)) is not None)


def _list_of(seller: str, model: str) -> Schedule | None:
    """What the table has; but OpenAI's open models stand in its list at other hosts' prices."""
    if seller in _NOT_SELLING_OPEN_MODELS and model.startswith("gpt-oss"):
        return None
    return table.prices_of(seller, model)
