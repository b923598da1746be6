"""LangGraph: its node cache in ours.

    graph.compile(cache=LongpoleCache(app_id="shop", workflow_id="checkout"))

Needs the extra `langgraph`.
"""

from longpole.integrations.langgraph.cache import LongpoleCache

__all__ = ["LongpoleCache"]
