"""What a cached result is found by: everything that decides the output, and nothing else.

    scope ─ node type ─ node ─ version ─ configuration ─ inputs
      └──────────── sorted MessagePack, typed ───────────┘ ─► SHA-256

Two executions have the same key if and only if these are the same, type for
type: 1 is not 1.0 and not True, NaN is not null, and no text runs into the
next. Only JSON's types have a key (a tuple counts as a list, bytes as
themselves): what cannot be told apart by its encoding is refused, never left
out. Names that are only for people (a node's title and place on the canvas)
do not count. A credential counts by a keyed hash of it, so that two accounts
never share a result and no key can be used to guess one.

Upstream: `services.cache`, `request`. Source: the design's caching sheet, "The key".
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from longpole.domain.errors import InvalidInputError
from longpole.domain.scopes import Scope

_VERSION = 1
_PREFIX = "lp1_"
_encoder = msgspec.msgpack.Encoder(order="sorted")
_PLAIN = frozenset({str, int, float, bool, type(None), bytes, msgspec.msgpack.Ext})
_UPSTREAM_OUTPUT = 1
_SECRET_OF = 2
_DEEPEST = 200

FOR_PEOPLE = frozenset({
    "title", "desc", "description", "label", "notes", "position", "positionAbsolute", "selected", "dragging", "width",
    "height", "zIndex", "sourcePosition", "targetPosition", "_connectedSourceHandleIds", "_connectedTargetHandleIds",
    "color", "icon", "cache",
})  # fmt: skip
"""Entries of a node's configuration that decide nothing of its output. Only at the top: a tool's description, further
inside, does."""


class NotKeyableError(InvalidInputError):
    """Something has no key: its execution cannot be cached."""


def cache_key(
    scope: Scope,
    node_type: str,
    node_config: Mapping[str, Any] | None,
    input_data: Any,
    secret: Callable[[], bytes],
    *,
    node_id: str | None = None,
    version: str | None = None,
) -> str:
    """The key of an execution, in O(size of its parts).

    Args:
        scope: Whose it is.
        node_type: The type of the node.
        node_config: What the node was set up with.
        input_data: What went in; an `output_digest` may stand for an upstream node's output.
        secret: Gives what credentials are hashed with; asked only where there are any.
        node_id: The node, where it is known.
        version: Of its code, data or model, whatever else decides its output.

    Raises:
        NotKeyableError: Something in it is of no type of JSON's; says where.
    """
    config = _without_names(node_config) if node_config else node_config
    parts = (_VERSION, scope.app_id, scope.workflow_id, node_type, node_id, version, config, input_data)
    try:
        encoded = _encoder.encode(parts)
        if _has_credentials(parts):
            encoded = _encoder.encode(_with_hashes(parts, secret()))
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise _refusal(config, input_data) from None
    return _PREFIX + hashlib.sha256(encoded).hexdigest()


def output_digest(output: Any) -> msgspec.msgpack.Ext:
    """What may stand for a node's output among the inputs of the next: 32 bytes, however large it is.

    Raises:
        NotKeyableError: As for `cache_key`.
    """
    try:
        encoded = _encoder.encode(output)
        _has_credentials(output)
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise _refusal(None, output) from None
    return msgspec.msgpack.Ext(_UPSTREAM_OUTPUT, hashlib.sha256(encoded).digest())


def is_same(one: Any, other: Any) -> bool:
    """Whether two outputs are the same, type for type, in whatever order their names stand."""
    return bool(_encoder.encode(one) == _encoder.encode(other))


def _without_names(config: Mapping[str, Any]) -> Mapping[str, Any]:
    if FOR_PEOPLE.isdisjoint(config):
        return config
    return {name: value for name, value in config.items() if name not in FOR_PEOPLE}


class _Credentials(dict[str, bool]):
    """Whether a name is one of a credential; remembered, as the same few names come again and again."""

    _most = 10_000

    def __missing__(self, name: str) -> bool:
        if len(self) >= self._most:
            self.clear()
        plain = "".join(character for character in name.lower() if character.isalnum())
        found = self[name] = plain in _CREDENTIALS or plain.endswith(_CREDENTIAL_ENDS)
        return found


_CREDENTIALS = frozenset({
    "authorization", "proxyauthorization", "credential", "credentials", "password", "passwd", "passphrase", "secret",
    "token", "cookie", "setcookie", "auth",
})  # fmt: skip
_CREDENTIAL_ENDS = (
    "apikey", "secretkey", "privatekey", "accesskey", "clientsecret", "accesstoken", "refreshtoken", "authtoken",
    "bearertoken", "sessiontoken", "idtoken", "password", "subscriptionkey",
)  # fmt: skip
_is_credential = _Credentials()


def is_credential(name: str) -> bool:
    """Whether what stands under this name is never to be shown."""
    return _is_credential[name]


def _has_credentials(parts: Any) -> bool:
    """Whether there are any; on the way, whether all is of JSON's types (of encodable ones many more are).

    Raises:
        TypeError: Something is of another type.
    """
    found, all_of_it = False, [parts]
    for value in all_of_it:  # grows while it is read
        kind = type(value)
        if kind is dict:
            for name in value:
                if type(name) is not str:
                    raise TypeError
                found = found or _is_credential[name]
            all_of_it += value.values()
        elif kind is list or kind is tuple:
            all_of_it += value
        elif kind not in _PLAIN:
            raise TypeError
    return found


def _with_hashes(value: Any, secret: bytes) -> Any:
    """The same with a keyed hash in place of what stands under a credential's name."""
    if type(value) is dict:
        return {
            name: _keyed_hash(inner, secret)
            if _is_credential[name] and inner is not None
            else _with_hashes(inner, secret)
            for name, inner in value.items()
        }
    return [_with_hashes(inner, secret) for inner in value] if type(value) in {list, tuple} else value


def _keyed_hash(value: Any, secret: bytes) -> msgspec.msgpack.Ext:
    digest = hashlib.blake2b(_encoder.encode(value), digest_size=32, key=secret).digest()
    return msgspec.msgpack.Ext(_SECRET_OF, digest)


def _refusal(config: Any, inputs: Any) -> NotKeyableError:
    found = _first_unfit(config, "node_config", 0) or _first_unfit(inputs, "input_data", 0)
    field, problem = found or ("input_data", "it cannot be encoded")
    return NotKeyableError(field, f"no cache key: {problem}")


def _first_unfit(value: Any, where: str, depth: int) -> tuple[str, str] | None:
    """Where something stands that has no key, and why."""
    if depth > _DEEPEST:
        return where, "it is nested too deeply"
    if type(value) is dict:
        if names := [type(name).__name__ for name in value if type(name) is not str]:
            return where, f"a name is of type {names[0]}, not a text"
        inside = [(f"{where}.{name}", inner) for name, inner in value.items()]
    elif type(value) in {list, tuple}:
        inside = [(f"{where}[{place}]", inner) for place, inner in enumerate(value)]
    else:
        problem = _problem_of(value)
        return (where, problem) if problem else None
    return next((found for place, inner in inside if (found := _first_unfit(inner, place, depth + 1))), None)


def _problem_of(value: Any) -> str | None:
    if type(value) not in _PLAIN:
        return f"{type(value).__name__} is none of JSON's types"
    try:
        _encoder.encode(value)
    except OverflowError:
        return "a whole number has more than 64 bits"
    except UnicodeEncodeError:
        return "a text is no Unicode"
    return None
