"""The barrier as a machine of its own: `machine` decides, `state` is what it remembers, `memory` its bytes; `crews` and
`gatekeeping` carry it through a replay."""
