"""Bodies that are a file's text: of bounded size, in UTF-8, of a type that such files have.

Upstream: `graph`. Downstream: the service reads the text.
"""

from email.message import Message

from fastapi import HTTPException, Request

from longpole.domain.graphs import MAX_FILE_BYTES

MEDIA_TYPES = ("application/yaml", "application/json", "text/plain")
"""Those that the API's description names; others that mean the same are taken as well."""

_TAKEN = frozenset({*MEDIA_TYPES, "application/x-yaml", "text/yaml", "text/x-yaml"})


async def body_text(request: Request) -> str:
    """The body as text; 413 where it is too large, 415 where it is of another type, 400 where it is not UTF-8."""
    media_type = _media_type(request.headers.get("content-type", ""))
    if media_type not in _TAKEN and not media_type.endswith(("+json", "+yaml")):
        raise HTTPException(
            415, "The body must be YAML or JSON, and the Content-Type one of: " + ", ".join(MEDIA_TYPES)
        )
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_FILE_BYTES:
            raise HTTPException(413, f"The body is larger than {MAX_FILE_BYTES:,} bytes.")
        pieces.append(piece)
    try:
        return b"".join(pieces).decode()
    except UnicodeDecodeError:
        raise HTTPException(400, "The body is not UTF-8.") from None


def _media_type(content_type: str) -> str:
    message = Message()
    message["content-type"] = content_type
    return message.get_content_type() if content_type else ""
