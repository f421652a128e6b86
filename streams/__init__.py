"""What every message means: pure functions from state and event to state and outputs.

Nothing here reads a clock, a file or the network; time and randomness are arguments.
The journey, downwards: `columns` (bytes to a frame) → `block` (one block, one event), whose steps are
`counters` → `occupancy` → `quality` → `levels` → then `barriers` and `notices`, and `pipeline` is the
whole of it over a recording.  `policy` is what exists and what triggers; `records` is how state lies in memory.
"""
