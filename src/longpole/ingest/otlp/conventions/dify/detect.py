"""Which spans are Dify's, and which of them are the run, a node, or neither.

Source: the design's sheet on Dify, §3.2 to §3.6.
"""

from longpole.assembly.facts import Role
from longpole.domain.semconv import dify
from longpole.ingest.otlp.conventions.convention import Convention, Signs, View
from longpole.ingest.otlp.conventions.dify.nodes import refine_node
from longpole.ingest.otlp.conventions.dify.readers import NAME
from longpole.ingest.otlp.conventions.dify.run import refine_run
from longpole.ingest.otlp.conventions.values import flag, quoted, text

_NATIVE = frozenset({dify.NATIVE_EXECUTION_ID, dify.NATIVE_NODE_TYPE})
_RUN_META = frozenset({dify.META_TENANT_ID, dify.META_WORKFLOW_RUN_ID})
_LEGACY_NODE_META = frozenset({dify.META_TENANT_ID, dify.META_NODE_ID, dify.META_NODE_TYPE})
_NODE_META = frozenset({dify.META_NODE_EXECUTION_ID, dify.META_NODE_TYPE})
_NODE_NAMES = frozenset({dify.NODE_SPAN, dify.DRAFT_SPAN})
_WORKFLOW = "workflow"
_MESSAGE = "message"


def _detect(signs: Signs) -> bool:
    return (
        signs.engine == NAME
        or signs.scope.startswith(dify.SCOPES)
        or signs.keys >= _NATIVE
        or any(signs.metadata_keys >= keys for keys in (_RUN_META, _LEGACY_NODE_META, _NODE_META))
    )


def _refine(view: View) -> None:
    if _is_wrapper(view):
        _hide(view)
    elif _is_node(view):
        refine_node(view)
    elif _is_run(view):
        refine_run(view)
        if _is_runner(view):
            view.draft["role"] = Role.HIDDEN
    elif _is_plumbing(view):
        _hide(view)
    view.draft["is_separate_run"] = view.draft.get("run_id") is not None


def _is_wrapper(view: View) -> bool:
    """The moment of export, a chat message around its run, or a round of a loop: each holds what is shown itself."""
    if dify.PROJECT_NAME in view.attributes or dify.META_WRAPPER_TYPE in view.metadata:
        return True
    is_message = quoted(view.metadata.get(dify.META_ENTITY_TYPE)) == _MESSAGE
    return bool(flag(view.attributes.get(dify.SPAN_SYNTHETIC))) or (is_message and view.draft.get("run_id") is not None)


def _is_node(view: View) -> bool:
    return view.draft.get("execution_id") is not None or view.span.name in _NODE_NAMES


def _is_run(view: View) -> bool:
    if view.span.name == dify.WORKFLOW_SPAN or text(view.attributes.get(dify.SPAN_TYPE)) == _WORKFLOW:
        return True
    return quoted(view.metadata.get(dify.META_WORKFLOW_RUN_ID)) is not None or _is_runner(view)


def _is_runner(view: View) -> bool:
    """The native export's span of a workflow's run: its times are the run's."""
    return view.span.name.endswith(dify.RUNNER_SUFFIX) and dify.WORKFLOW_ID_NATIVE in view.attributes


def _is_plumbing(view: View) -> bool:
    return view.resource.engine == NAME or view.span.scope_name.startswith(dify.NATIVE_SCOPES)


def _hide(view: View) -> None:
    view.draft["role"] = Role.HIDDEN
    view.draft["node_type"] = None


CONVENTION = Convention(NAME, prefixes=dify.PREFIXES, also=_detect, refine=_refine)
