"""What becomes of a recommendation: found again, followed, dismissed, vanished."""
