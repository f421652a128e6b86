"""`tidegate order`: one file for each thing that a person may order something of."""
