"""The courier: what offices are to be told goes out over their channels, and what each provider answered comes back.

One process of its own (`tidegate courier`). The journey, downwards: `serve` (the process) → `mailroom` (Kafka on both
sides) → `lane` (one channel: what waits, and what is under way) → `waiting`, `limits` (pure: which sending goes when)
→ `channels` (how each provider is spoken to) → `wording`, `account`, `verdict`.
"""
