"""Time in which nothing works: queues, slots that are all taken, gaps between steps."""
