"""The page that the server has beside the dashboard, without anything from elsewhere: what it answers."""

from collections.abc import Mapping
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }}
code, pre {{ font-family: ui-monospace, monospace; font-size: .95em; }}
pre {{ overflow-x: auto; padding: .75rem 1rem; border: 1px solid #8886; border-radius: .4rem; }}
dt {{ margin-top: 1rem; }}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """Every call that the server answers, from its OpenAPI description."""
    api = request.app.openapi()
    calls = "".join(
        f"<dt><code>{method.upper()} {escape(path)}</code></dt><dd>{escape(_purpose(call))}</dd>"
        for path, methods in api["paths"].items()
        for method, call in methods.items()
    )
    body = f'<h1>The API</h1><p>For programs: <a href="openapi.json">openapi.json</a>.</p><dl>{calls}</dl>'
    return page("Longpole: the API", body)


def _purpose(call: Mapping[str, str]) -> str:
    return call.get("description") or call["summary"]


def page(title: str, body: str) -> HTMLResponse:
    """A page of the server's own; `body` is HTML."""
    return HTMLResponse(_FRAME.format(title=escape(title), body=body), headers=_HEADERS)
