"""Longpole: find the long pole in an AI workflow, and shorten it."""

__version__ = "0.1.0"
