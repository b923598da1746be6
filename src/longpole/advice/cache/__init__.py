"""What a cache would have saved, node by node: ledgers of what was asked, trials of TTLs, gains, words."""
