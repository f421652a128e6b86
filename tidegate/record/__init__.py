"""Commands that write, prove and read the record: `tidegate audit`, `tidegate why`, and what a check of it found."""
