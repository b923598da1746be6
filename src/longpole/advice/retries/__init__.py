"""What other retries, waits and timeouts would change."""
