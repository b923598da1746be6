"""Names of MLflow's tracing. Every value is JSON in a string.

Source: mlflow 3.17.2, mlflow/tracing/constant.py.
"""

SPAN_TYPE = "mlflow.spanType"
INPUTS = "mlflow.spanInputs"
OUTPUTS = "mlflow.spanOutputs"
TOKEN_USAGE = "mlflow.chat.tokenUsage"
COST = "mlflow.llm.cost"
LLM_MODEL = "mlflow.llm.model"
LLM_PROVIDER = "mlflow.llm.provider"
MODEL = "model"
TRACE_SESSION = "mlflow.trace.session"
TRACE_USER = "mlflow.trace.user"
TAG_PREFIX = "mlflow.traceTag."
OWN_TAG_PREFIX = "mlflow."
"""Tags that MLflow sets itself."""
