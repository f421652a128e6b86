"""What every message means: pure functions from state and event to state and outputs.

Nothing here reads a clock, a file or the network; time and randomness are arguments.  The journey, downwards: `columns`
and `inbox` (bytes to an event) → `block` (one block, one event; it goes by `plan`, its bytes are `memory`) → `closing`
(steps of event time are closed) → `steps` (counters → occupancy → quality → levels of one zone) → `alerts`, then
`barrier` and `notices`; `pipeline` is the whole of it over a recording.  `policy` is what exists and what triggers,
`schemas` every message, `records` how state lies in memory, `compiled` how the numeric code is made fast.
"""
