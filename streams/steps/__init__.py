"""The numeric steps of one zone, which do not know each other: counters, occupancy, quality, levels."""
