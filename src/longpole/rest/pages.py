"""The two pages that the server has of its own, without anything from elsewhere: what this is, and what it answers."""

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
_HOME = """<h1>Longpole</h1>
<p>It finds the long pole in an AI workflow: which runs there were, how long and how dear each node was,
and which node decided how long the whole took.</p>
<h2>Send it something</h2>
<p>Point any OpenTelemetry exporter here:</p>
<pre>OTEL_EXPORTER_OTLP_ENDPOINT={address}
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf</pre>
<h2>See what it found</h2>
<p>In a terminal: <code>longpole report</code>. As JSON: <a href="apps">the applications</a>,
then <code>apps/APP/workflows</code> and what hangs below, all of it on <a href="docs">one page</a>.</p>"""


@router.get("/")
def home(request: Request) -> HTMLResponse:
    """What this is, and how to send it something."""
    address = str(request.base_url).rstrip("/")
    return _page("Longpole", _HOME.format(address=escape(address)))


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
    return _page("Longpole: the API", body)


def _purpose(call: Mapping[str, str]) -> str:
    return call.get("description") or call["summary"]


def _page(title: str, body: str) -> HTMLResponse:
    return HTMLResponse(_FRAME.format(title=escape(title), body=body), headers=_HEADERS)
