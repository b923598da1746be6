"""What the numbers are: pure functions on records and arrays, each with its source. No database, no settings."""
