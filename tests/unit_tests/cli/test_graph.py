"""`longpole graph` as it is typed, and what it draws."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from longpole.cli.commands import main
from longpole.cli.graph_drawing import drawing
from longpole.domain.graphs import Engine, GraphEdge, GraphNode, GraphSource, WorkflowGraph

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types a command line; its exit code, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["longpole", *words])
        monkeypatch.setenv("COLUMNS", "100")
        with pytest.raises(SystemExit) as ended:
            main()
        output, errors = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), output, errors

    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    nodes = [{"id": name, "data": {"type": "end", "title": name.title()}} for name in ("fetch", "tell")]
    path = tmp_path / "flow.json"
    edges = [{"source": "fetch", "target": "tell"}, {"source": "x", "target": "tell"}]
    path.write_text(json.dumps({"nodes": nodes, "edges": edges}))
    return path


class TestCommands:
    def test_what_was_imported_is_drawn(self, typed: Typed, file: Path, sqlite_url: str) -> None:
        whose = ("--app", "shop", "--workflow", "eu/trips", "--database-url", sqlite_url)
        code, output, errors = typed("graph", "import", str(file), *whose)
        assert (code, output) == (0, "Imported dify: 2 steps, 1 edge.\n")
        assert errors == "The edge x → tell was left out: there is no step x.\n"

        code, output, _ = typed("graph", "show", "shop/eu/trips", "--database-url", sqlite_url)
        assert code == 0
        assert output.splitlines() == [
            "shop/eu/trips: dify: 2 steps, 1 edge, imported",
            "├── Fetch  end  pure",
            "└── Tell  end  pure",
            "The edge x → tell was left out: there is no step x.",
        ]

    def test_standard_input(self, typed: Typed, file: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
        code, output, _ = typed(
            "graph", "import", "-", "--app", "a", "--workflow", "w", "--version", "7", "--database-url", sqlite_url
        )
        assert (code, output) == (0, "Imported dify: 2 steps, 1 edge.\n")

    def test_what_cannot_be_read_is_a_line(self, typed: Typed, tmp_path: Path, sqlite_url: str) -> None:
        whose = ("--app", "a", "--workflow", "w", "--database-url", sqlite_url)
        (tmp_path / "bad.yml").write_text("a: [1\nb: 2")
        (tmp_path / "latin").write_bytes(b"\xe9")

        assert "cannot be read" in typed("graph", "import", str(tmp_path / "none.yml"), *whose)[2]
        assert "UTF-8" in typed("graph", "import", str(tmp_path / "latin"), *whose)[2]
        code, output, errors = typed("graph", "import", str(tmp_path / "bad.yml"), *whose)
        assert (code, output, errors.count("\n")) == (1, "", 1)
        assert "is not valid YAML: expected ',' or ']'" in errors
        assert "(line 2)" in errors

    def test_a_workflow_without_one(self, typed: Typed, sqlite_url: str) -> None:
        code, output, errors = typed("graph", "show", "shop/trips", "--database-url", sqlite_url)
        assert (code, output) == (1, "")
        assert "no graph was imported" in errors


def drawn(nodes: str, *edges: str, **containers: str) -> list[str]:
    """The drawing of a graph of one-letter steps; an edge is `ab`, or `ab:branch`."""
    graph = WorkflowGraph(
        Engine.GENERIC,
        GraphSource.IMPORTED,
        tuple(GraphNode(one, "t", one, containers.get(one)) for one in nodes),
        tuple(GraphEdge(edge[0], edge[1], edge[3:] or None) for edge in edges),
    )
    console = Console(file=io.StringIO(), width=80)
    console.print(drawing(graph, "graph"))
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # the file is the one from above
    return [line.replace("  t  unknown", "").rstrip() for line in text.splitlines()[1:]]


class TestDrawing:
    def test_what_follows_stands_below(self) -> None:
        assert drawn("abc", "ab", "bc") == ["├── a", "├── b", "└── c"]

    def test_a_fork_and_its_join(self) -> None:
        found = drawn("abcde", "ab:yes", "ac:no", "bd", "cd", "de")
        assert found == ["├── a", "│   ├── b  if yes", "│   └── c  if no", "├── d", "└── e"]

    def test_a_branch_of_several_steps(self) -> None:
        found = drawn("abcdx", "ab", "bc", "ad", "cx", "dx")
        assert found == ["├── a", "│   ├── b", "│   │   └── c", "│   └── d", "└── x"]

    def test_a_circle_is_drawn_once(self) -> None:
        assert drawn("abc", "ab", "bc", "ca") == ["├── a", "├── b", "└── c", "    └── ↺ a"]

    def test_a_container_has_its_steps_inside(self) -> None:
        found = drawn("abxy", "ab", "xy", x="a", y="a")
        assert found == ["├── a", "│   └── inside", "│       ├── x", "│       └── y", "└── b"]

    def test_every_step_is_drawn_once(self) -> None:
        edges = ["ab", "bc", "cb", "cd", "ae", "ed", "fd", "gg"]
        names = [line.strip("│├└─ ") for line in drawn("abcdefg", *edges)]
        assert sorted(name for name in names if "↺" not in name) == list("abcdefg")
