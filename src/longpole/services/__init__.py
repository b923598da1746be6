"""What users call: the names of the contract and the few services behind the doors. Thin: they join the rooms."""
