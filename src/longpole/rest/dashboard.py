"""`/ui/`: the dashboard, from the package; nobody's Node and nothing from elsewhere is needed.

    /ui/assets/NAME-HASH.js   as it was built, for ever          /ui/anything else   the page: it reads its own address

What is sent was compressed when the dashboard was built. A checkout in which
it was not built says so, and how to.

Upstream: `routes`. Downstream: `static` (made by `hatch_build.py`).
"""

from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from longpole.rest.pages import page

router = APIRouter(include_in_schema=False)

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_HEADERS = {
    # Styles of single elements (widths of bars) are set by scripts of ours: hence `unsafe-inline`, for styles only.
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_NOT_BUILT = """<h1>Longpole</h1>
<p>The server runs; its dashboard was not built in this checkout. <code>make dashboard</code> builds it
(it needs Node 20.19 or newer, or brings one); then load this page again.</p>
<h2>Send it something</h2>
<p>Point any OpenTelemetry exporter here:</p>
<pre>OTEL_EXPORTER_OTLP_ENDPOINT={address}
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf</pre>
<h2>See what it found</h2>
<p>In a terminal: <code>longpole report</code>. As JSON: <a href="/apps">the applications</a>,
then <code>apps/APP/workflows</code> and what hangs below, all of it on <a href="/docs">one page</a>.</p>"""


@router.get("/")
def home() -> RedirectResponse:
    """To the dashboard."""
    return RedirectResponse("/ui/")


@router.get("/ui")
def without_slash() -> RedirectResponse:
    """To the dashboard."""
    return RedirectResponse("/ui/")


@router.get("/ui/{path:path}")
def dashboard(request: Request, path: str) -> Response:
    """A file of the dashboard; of any other address the page, which reads its address itself."""
    folder = static_folder()
    if path in _names(folder):
        return _file(request, folder / path, _FOR_EVER if path.startswith("assets/") else _ASK_AGAIN)
    if path.startswith("assets/"):  # of an older build: a page in its place would be taken for a script
        return Response(status_code=404, headers=_HEADERS)
    if not (folder / "index.html").exists():
        return page("Longpole", _NOT_BUILT.format(address=escape(str(request.base_url).rstrip("/"))))
    return _file(request, folder / "index.html", _ASK_AGAIN)


def static_folder() -> Path:
    """Where the built dashboard is; it need not be there."""
    return Path(str(files("longpole"))) / "static"


def _file(request: Request, path: Path, keep: str) -> Response:
    """`path` as the caller takes it; it may have been compressed when it was built."""
    headers = {**_HEADERS, "Cache-Control": keep, "Vary": "Accept-Encoding"}
    accepted = request.headers.get("accept-encoding", "")
    for name, suffix in _ENCODINGS:
        there = path.with_name(path.name + suffix)
        if name in accepted and there.exists():
            headers["Content-Encoding"] = name
            return FileResponse(there, media_type=_TYPES.get(path.suffix), headers=headers)
    return FileResponse(path, media_type=_TYPES.get(path.suffix), headers=headers)


def _names(folder: Path) -> frozenset[str]:
    """What may be asked for by name: nothing that is not listed leaves the folder."""
    stamp = folder / "built-from.txt"
    return _listed(folder, stamp.stat().st_mtime_ns if stamp.exists() else 0)


@cache
def _listed(folder: Path, _built_ns: int) -> frozenset[str]:
    return frozenset(_files(folder))


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in _TYPES:
            yield path.relative_to(folder).as_posix()
