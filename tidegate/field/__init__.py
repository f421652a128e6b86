"""Commands for what happens in the field: reports by a controller, and links for crews and offices."""
