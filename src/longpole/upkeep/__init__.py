"""What happens by itself: rollups, retention, partitions. One process among all does it; every process can say how."""
