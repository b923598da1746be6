"""What the numbers are: numbers in, numbers out. Pure, NumPy only, each module with its source."""
