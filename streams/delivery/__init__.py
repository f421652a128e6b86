"""How a notice reaches its office: queued, sent, delivered, acknowledged, done, or told to the next tier."""
