"""A graph out of a file, whichever engine wrote it: Dify's export, LangGraph's JSON, n8n's workflow.

    text ─► documents ─► whose is it? ─► dify │ langgraph │ n8n ─► WorkflowGraph

What cannot be read is refused with its place: the line of a YAML file, the
path in a JSON file.

Upstream: `services.graphs`, `cli.graph`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from longpole.domain.graphs import Engine, WorkflowGraph
from longpole.graphs.dify import is_dify, read_dify
from longpole.graphs.documents import FaultyGraphError, is_json, line_of, parsed
from longpole.graphs.langgraph import is_langgraph, read_langgraph
from longpole.graphs.n8n import is_n8n, read_n8n

_Reader = Callable[[Mapping[str, Any]], WorkflowGraph]
_READERS: Mapping[Engine, tuple[Callable[[Mapping[str, Any]], bool], _Reader]] = {
    Engine.N8N: (is_n8n, read_n8n),
    Engine.DIFY: (is_dify, read_dify),
    Engine.LANGGRAPH: (is_langgraph, read_langgraph),
}


def read_graph(text: str, engine: Engine | None = None) -> WorkflowGraph:
    """The graph that a file tells of.

    Args:
        text: YAML or JSON.
        engine: Whose file it is; found out where it is not said.

    Raises:
        InvalidInputError: It is no graph; says what is wrong, and where.
    """
    document = _only_one(parsed(text))
    try:
        return _reader(document, engine)(document)
    except FaultyGraphError as error:
        if not error.path or is_json(text):
            raise
        raise FaultyGraphError(error.path, error.told, error.value, line_of(text, error.path)) from None


def _only_one(value: Any) -> dict[str, Any]:
    """The document; n8n's command line exports a list even of one workflow."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise FaultyGraphError((), "must be an object with the nodes of one workflow")
    return value


def _reader(document: Mapping[str, Any], engine: Engine | None) -> _Reader:
    if engine is not None:
        if engine not in _READERS:
            raise FaultyGraphError(("engine",), "must be dify, langgraph or n8n", str(engine))
        return _READERS[engine][1]
    for is_of, read in _READERS.values():
        if is_of(document):
            return read
    raise FaultyGraphError(
        (), "is neither a Dify export, nor LangGraph's graph.get_graph().to_json(), nor an n8n workflow"
    )
