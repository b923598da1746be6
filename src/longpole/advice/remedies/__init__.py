"""What to do about a finding, in the words and the code of the engine at hand."""
