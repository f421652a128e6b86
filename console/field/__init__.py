"""Pages that a crew or a street office opens on a phone, by a signed link: they report and acknowledge, and order
nothing."""
