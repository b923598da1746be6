"""Long answers are sent compressed to callers that take them so.

A run of ten thousand nodes is a megabyte of JSON, and a tenth of that compressed.

Upstream: `run_timeline`, `run_what_if`. Source: RFC 9110, §8.4 and §12.5.3.
"""

import gzip
from typing import Any, Final

import msgspec
from fastapi import Request, Response

_WORTH_IT: Final = 4_000
_LEVEL: Final = 3
_HEADERS = {"Vary": "Accept-Encoding"}
_encode = msgspec.json.Encoder(decimal_format="number").encode


def json_answer(request: Request, value: Any) -> Response:
    """`value` as JSON; unknown numbers in it are None, money is Decimal or float."""
    content = _encode(value)
    if len(content) < _WORTH_IT or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(content, media_type="application/json", headers=_HEADERS)
    packed = gzip.compress(content, _LEVEL, mtime=0)
    return Response(packed, media_type="application/json", headers={**_HEADERS, "Content-Encoding": "gzip"})
