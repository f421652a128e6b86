"""What happened, kept as recordings, and what other thresholds would have made of it."""
