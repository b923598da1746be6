"""What runs show of steps and rounds that could run side by side."""
