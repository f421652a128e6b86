"""The audit log: every decision, order, notice and revision, hash-chained in SQL; and why a zone stands as it does.

`records` makes an entry of a message, `chain` its hash, `store` keeps it (by `tables`, at a `place`), `follow` is the
process that reads the topics, `verify` proves that nothing was changed since.  `reading` asks the log without loading
what writing needs; `why` answers from what it finds.
"""
