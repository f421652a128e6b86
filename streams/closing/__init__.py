"""How steps are closed: `intake` lines readings up, `ordering` sorts them, `kernel` applies them and decides each zone,
`changes` writes down what is said."""
