"""Calls of models, and the tokens that they are sent and make in vain."""
