"""Names that LangGraph gives its steps; each instrumentation carries them under a prefix of its own.

Source: langgraph 1.2.22, langgraph/pregel/_algo.py.
"""

NODE = "langgraph_node"
CHECKPOINT_NS = "langgraph_checkpoint_ns"
TRIGGERS = "langgraph_triggers"

SESSION_ID = "session_id"
THREAD_ID = "thread_id"
USER_ID = "user_id"
LS_PROVIDER = "ls_provider"
LS_MODEL_NAME = "ls_model_name"
