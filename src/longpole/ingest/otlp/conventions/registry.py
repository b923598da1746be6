"""All conventions that have something peculiar, in the order in which they correct a draft.

Downstream: `plan`.
"""

from longpole.ingest.otlp.conventions import (
    agent_framework,
    crewai,
    google_adk,
    langfuse,
    mlflow,
    n8n,
    openinference,
    openllmetry,
    otel_genai,
    own,
    pydantic_ai,
    vercel,
)
from longpole.ingest.otlp.conventions.convention import Convention, Signs
from longpole.ingest.otlp.conventions.dify import detect as dify

CONVENTIONS: tuple[Convention, ...] = (
    langfuse.CONVENTION,
    openinference.CONVENTION,
    mlflow.CONVENTION,
    openllmetry.CONVENTION,
    otel_genai.CONVENTION,
    vercel.CONVENTION,
    agent_framework.CONVENTION,
    google_adk.CONVENTION,
    crewai.CONVENTION,
    n8n.CONVENTION,
    dify.CONVENTION,
    pydantic_ai.CONVENTION,
    own.CONVENTION,
)


def conventions_of(signs: Signs) -> tuple[Convention, ...]:
    """The conventions that a span with these signs speaks; several are usual."""
    return tuple(convention for convention in CONVENTIONS if convention.is_spoken(signs))
