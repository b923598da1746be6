"""Failures by their cause, how much each matters, and what it looks like."""
