"""Declared graphs of workflows, read from the engines' own files, and what may be changed in them; pure."""
