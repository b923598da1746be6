"""Words for findings from a model; every number and every name is rendered, and every word checked, by code."""
