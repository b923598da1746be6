"""What to do about a finding, in the words and the code of the engine that runs the workflow.

Upstream: rules. Downstream: a file per engine beside this one.
"""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What can be done. The values that `remedy` is given with each are in brackets; all are optional.

    A missing value is left for the reader to fill in, with words that say so.
    """

    CACHE = "cache"
    """[ttl_hours, per_user, seconds that it usually takes] keep the node's results."""
    CHANGE_TTL = "change_ttl"
    """[ttl_hours, now_ttl_hours] keep them longer or shorter."""
    RETRY = "retry"
    """[max_attempts, wait_s] try again what fails at random."""
    STOP_RETRYING = "stop_retrying"
    """[error_type, status] do not try again what cannot succeed."""
    CHANGE_BACKOFF = "change_backoff"
    """[max_attempts, wait_s, now_wait_s] wait otherwise between attempts."""
    TIMEOUT = "timeout"
    """[timeout_s] give up in time."""
    HANDLE_ERROR = "handle_error"
    """[] let the run go on when the node fails: a default value or a branch of its own."""
    FIX_ERROR = "fix_error"
    """[error_type, pattern] find the cause of a failure that does not go away by itself."""
    PARALLEL_BRANCHES = "parallel_branches"
    """[edges: list of (source, target) to take out, new_edges: list to put in] run side by side."""
    PARALLEL_ITERATION = "parallel_iteration"
    """[slots] work on several items at a time."""
    FASTER_NODE = "faster_node"
    """[cause] make the node itself quicker: a smaller input, another model, streaming, a connection that is kept."""
    SHORTEN_PROMPT = "shorten_prompt"
    """[keep_tokens, keep_turns] send less of what was said before."""
    STABLE_PREFIX_FIRST = "stable_prefix_first"
    """[position, varying] put what changes behind what stays the same, so that the provider's cache serves it."""
    LIMIT_OUTPUT = "limit_output"
    """[max_tokens] ask for no more than is used."""
    TRY_MODEL = "try_model"
    """[model, share, runs_per_arm] compare another model on a part of the traffic, by an A/B test."""
    MORE_SLOTS = "more_slots"
    """[slots, now_slots] let more run at once."""
    SMALLER_PAYLOADS = "smaller_payloads"
    """[bytes] hand over a reference instead of the thing."""
    BOUND_LOOP = "bound_loop"
    """[most] end a loop after so many rounds."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """Steps that can be followed one by one, and code or configuration that is valid for the engine."""

    steps: tuple[str, ...]
    code_example: str | None = None
