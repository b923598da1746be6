"""What to do: numbers in, findings out. One rule per file, one function each; pure."""
