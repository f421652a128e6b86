"""The incident as a machine of its own: six steps from report to assessment, each with a deadline and a name.

`machine` decides what concerns one zone, `state` is what it remembers, `verdicts` what a person is told; `months`
counts for the offices; `messages` is what goes onto the topics, `memory` the bytes of the rows; `openings` is an
alert's word; `desk` takes one event into whichever row it belongs to.
"""
