"""What things are: runs, node executions, recommendations, figures, errors. Frozen records, no I/O."""
