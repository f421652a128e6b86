"""Sends what offices are told: its own process, one queue a channel, so that one that hangs delays no other."""
