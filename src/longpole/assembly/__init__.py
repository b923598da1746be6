"""From spans to runs: which spans are a run, which are nodes of it, what was retried, what it cost.

Pure, and indifferent to order and repetition: the same set of spans gives the
same runs, however often and in whatever order they arrived.
"""
