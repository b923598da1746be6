"""The built wheel in an environment of its own: bare it pulls nothing, with the server extra it migrates and serves."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src" / "longpole" / "static"
UV = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, cwd=cwd, check=False)


def succeeded(*command: str | Path) -> str:
    result = run(*command)
    assert result.returncode == 0, result.stderr
    return result.stdout


# These are made before any test, while HOME is still the user's: uv finds its cache there.


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    succeeded(UV, "build", "--quiet", "--wheel", "--package", "longpole", "--out-dir", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def source(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and a wheel of it, made where `called` tells of a Node that was started."""
    folder = tmp_path_factory.mktemp("source")
    succeeded(UV, "build", "--quiet", "--sdist", "--package", "longpole", "--out-dir", folder)
    for name in ("node", "npm"):
        (folder / name).write_text(f"#!/bin/sh\ntouch '{folder / 'called'}'\nexit 1\n")
        (folder / name).chmod(0o755)
    (sdist,) = folder.glob("*.tar.gz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        succeeded(UV, "build", "--quiet", "--wheel", "--python", sys.executable, "--out-dir", folder, sdist)
    return folder


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel alone."""
    return installed(tmp_path_factory.mktemp("bare") / "venv", str(wheel))


@pytest.fixture(scope="module")
def server(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel and its server extra."""
    return installed(tmp_path_factory.mktemp("server") / "venv", f"longpole[server] @ {wheel.as_uri()}")


def installed(folder: Path, requirement: str) -> Path:
    succeeded(UV, "venv", "--quiet", folder)
    succeeded(UV, "pip", "install", "--quiet", "--python", folder / "bin" / "python", requirement)
    return folder / "bin"


def fetched(address: str) -> dict[str, str]:
    """The digest of the dashboard's page and of every file that it names, as a server sends them."""
    names = {"index.html", *files_named(body(address).decode())}
    return {name: sha256(body(address + name)).hexdigest() for name in names}


def fetched_of(folder: Path) -> dict[str, str]:
    """The same, of a built dashboard in a folder."""
    names = {"index.html", *files_named((folder / "index.html").read_text())}
    return {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}


def files_named(page: str) -> list[str]:
    return re.findall(r'(?:src|href)="/ui/([^"]+)"', page)


def body(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:
        content: bytes = answer.read()
    return content


class TestSourceDistribution:
    def test_it_has_the_built_dashboard_and_not_what_that_is_made_of(self, source: Path) -> None:
        (sdist,) = source.glob("*.tar.gz")
        with tarfile.open(sdist) as packed:
            there = {name.partition("/")[2].partition("/")[0] for name in packed.getnames()}
        assert there >= {"src", "pyproject.toml", "hatch_build.py"}
        assert there.isdisjoint({"web", "tests", "docs"})

    def test_a_wheel_of_it_needs_no_node(self, source: Path) -> None:
        (built,) = source.glob("*.whl")
        with zipfile.ZipFile(built) as packed:
            assert "longpole/static/index.html" in packed.namelist()
        assert not (source / "called").exists()


class TestBare:
    def test_it_pulls_nothing(self, bare: Path) -> None:
        listed = json.loads(succeeded(UV, "pip", "list", "--python", bare / "python", "--format", "json"))
        assert [each["name"] for each in listed] == ["longpole"]

    def test_it_can_be_imported(self, bare: Path, tmp_path: Path) -> None:
        result = run(bare / "python", "-c", "import longpole; print(longpole.__version__)", cwd=tmp_path)
        assert (result.returncode, result.stderr) == (0, "")
        assert re.fullmatch(r"\d+\.\d+\.\d+\n", result.stdout)

    def test_the_sdk_works_alone_and_says_what_is_missing(self, bare: Path, tmp_path: Path) -> None:
        program = (
            "import sys, longpole\n"
            "@longpole.cached_node(node_type='llm', ttl=60)\n"
            "def double(number): return 2 * number\n"
            "with longpole.workflow('w', app_id='a'): print(double(2), double(2))\n"
            "print(longpole.flush(5))\n"
            "try: longpole.configure(url='http://127.0.0.1:1')\n"
            "except Exception as error: print(error)\n"
        )
        result = run(bare / "python", "-c", program, cwd=tmp_path)
        assert result.returncode == 0
        assert result.stdout.splitlines() == [
            "4 4",
            "True",
            "A server's URL needs an extra. Install it with: pip install 'longpole[sdk]'",
        ]
        assert result.stderr.splitlines() == [
            "what a run did was dropped: longpole[server] is not installed, and LONGPOLE_URL names no server"
        ]

    def test_over_http_it_needs_httpx_only(self, wheel: Path, tmp_path: Path) -> None:
        programs = installed(tmp_path / "venv", f"longpole[sdk] @ {wheel.as_uri()}")
        program = (
            "import sys, longpole\n"
            "longpole.configure(url='http://127.0.0.1:1')\n"
            "@longpole.cached_node()\n"
            "def double(number): return 2 * number\n"
            "print(double(2))\n"
            "heavy = {'sqlalchemy', 'fastapi', 'numpy', 'pydantic', 'msgspec'}\n"
            "print(sorted(heavy & set(sys.modules)))\n"
        )
        result = run(programs / "python", "-c", program, cwd=tmp_path)
        assert (result.returncode, result.stdout.splitlines()) == (0, ["4", "[]"])

    @pytest.mark.parametrize("arguments", [[], ["--help"], ["serve"]])
    def test_the_command_says_the_line_that_installs_the_rest(
        self, bare: Path, tmp_path: Path, arguments: list[str]
    ) -> None:
        result = run(bare / "longpole", *arguments, cwd=tmp_path)
        assert (result.returncode, result.stdout) == (1, "")
        assert len(result.stderr.splitlines()) == 1
        assert "pip install 'longpole[server]'" in result.stderr


class TestServer:
    def test_it_migrates(self, server: Path, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'new.db'}"
        result = run(server / "longpole", "db", "upgrade", "--database-url", url, cwd=tmp_path)
        assert (result.returncode, result.stderr) == (0, "")
        assert "(up to date)" in result.stdout

    def test_it_serves(self, server: Path, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'new.db'}"
        command = [str(server / "longpole"), "serve", "--port", "0", "--grpc-port", "0", "--database-url", url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
            assert process.stdout is not None
            said = "".join(iter(process.stdout.readline, "Then: longpole report. Ctrl+C ends it.\n"))
            process.terminate()
            assert process.wait(timeout=20) == 0
        assert re.search(r"OTLP/gRPC +127\.0\.0\.1:\d+", said)

    def test_it_serves_the_dashboard_where_there_is_no_node(self, server: Path, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'new.db'}"
        command = [str(server / "longpole"), "serve", "--port", "0", "--grpc-port", "-1", "--database-url", url]
        (tmp_path / "no-programs").mkdir()
        nowhere = {**os.environ, "PATH": str(tmp_path / "no-programs")}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=nowhere) as process:
            assert process.stdout is not None
            said = "".join(iter(process.stdout.readline, "Then: longpole report. Ctrl+C ends it.\n"))
            try:
                pages = fetched(re.findall(r"Dashboard +(\S+)", said)[0])
            finally:
                process.terminate()
        assert pages == fetched_of(STATIC)

    def test_without_a_driver_postgresql_says_the_line_that_installs_it(self, server: Path, tmp_path: Path) -> None:
        url = "postgresql://127.0.0.1/x"
        result = run(server / "longpole", "report", "--database-url", url, cwd=tmp_path)
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr == (
            "longpole: PostgreSQL needs an extra. Install it with: pip install 'longpole[postgres]'\n"
        )
