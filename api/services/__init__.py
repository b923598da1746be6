"""The porch: the import paths of the contract."""
