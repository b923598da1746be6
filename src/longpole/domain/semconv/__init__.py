"""Attribute names as they are sent, old and new: the only place where they are spelt.

One module per convention. A name that several conventions share stands with
the one that defined it.

Downstream: `ingest.otlp.conventions`, `exports`.
"""
