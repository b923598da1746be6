"""A graph document with its removable edges taken out, and everything else left as it was."""
