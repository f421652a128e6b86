"""Commands that write, prove and read the record: `tidegate audit`, `tidegate why`."""
