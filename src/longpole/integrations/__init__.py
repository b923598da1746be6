"""Frameworks that have a place for us: what they ask is answered by the services, what they do not tell is recorded.

Each needs the extra of its name, and is imported by it: `longpole.integrations.langgraph`.
"""
