"""What a look-up in the cache comes to, and what became of a result that was brought; as it is described.

The answers themselves are written past these, so that a result goes out byte by byte.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Told(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    cache_key: str | None
    """What a result is found by; null where there can be none."""
    node_class: str | None
    """What running the node again may do; null where only a key was given."""


class Hit(_Told):
    """There is a result."""

    state: Literal["hit"]
    output: Any
    """The result, exactly as it was stored."""
    stale: bool
    """It has expired, and may be shown while it is made anew."""
    execution_time: float
    """Seconds that its node took."""
    lease: str | None = None
    """Only of a stale one, if nobody makes it anew: it is yours to."""
    lease_expires_at: str | None = None


class Lease(_Told):
    """There is none, and it is yours to make: run the node, and store the result or give the lease back."""

    state: Literal["lease"]
    lease: str
    lease_expires_at: str
    """From then on another may make it; a look-up with the `lease` prolongs it."""


class Wait(_Told):
    """Somebody is making it still: ask again, with `waited`."""

    state: Literal["wait"]


class Bypass(_Told):
    """Run the node past the cache."""

    state: Literal["bypass"]
    reason: str


class Stored(BaseModel):
    """What became of a result."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)

    stored: bool
    reason: str | None
    """Why it is not kept."""
    cache_key: str | None
