"""How the two files are written: YAML with positions, amounts and times, and the sentences for what is wrong."""
