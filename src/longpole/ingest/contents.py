"""Payloads on their way to the store, where their owner wants them stored: masked, then cut, then packed.

The mask sees the whole text, so that a secret across the cut is still found;
where the mask fails, nothing is stored.

Upstream: `otlp.mapping`. Downstream: `store.trace_log`.
"""

import importlib
import logging
from collections.abc import Callable

from zlib_ng import zlib_ng as zlib

from longpole.domain.errors import InvalidInputError
from longpole.ingest.fault import place
from longpole.settings import Settings
from longpole.store.trace_log import Content

INPUT = 0
OUTPUT = 1

_COMPRESSION = 1
_log = logging.getLogger(__name__)

Mask = Callable[[str], str]


class ContentPacker:
    """Packs payloads as the settings say; `is_on` says whether they are wanted at all."""

    def __init__(self, settings: Settings) -> None:
        self.is_on = settings.capture_content
        self._max_bytes = settings.content_max_bytes
        self._mask = load_mask(settings.content_mask) if self.is_on and settings.content_mask else None

    def pack(self, trace_id: bytes, span_id: bytes, direction: int, payload: str) -> Content | None:
        """One payload, fit to be stored; None where it must not be."""
        try:
            text = payload if self._mask is None else self._mask(payload)
            body = text.encode("utf-8", "replace")
        except Exception as error:  # noqa: BLE001 - the mask is the user's: whatever it raises, the payload stays out
            _log.warning("a payload is not stored, its mask failed: %s", place(error))
            return None
        is_cut = len(body) > self._max_bytes
        if is_cut:
            body = body[: self._max_bytes].decode("utf-8", "ignore").encode()
        return Content(trace_id, span_id, direction, is_cut, zlib.compress(body, _COMPRESSION))


def load_mask(name: str) -> Mask:
    """The function that `module:name` names.

    Raises:
        InvalidInputError: If there is none.
    """
    module_name, _, function_name = name.partition(":")
    try:
        function = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError, ValueError):
        function = None
    if not callable(function):
        raise InvalidInputError("LONGPOLE_CONTENT_MASK", "must be module:name of a function that can be imported", name)
    mask: Mask = function
    return mask
