"""Processes beside this one: Python computes with one processor a process, and a server may have more."""
