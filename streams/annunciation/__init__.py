"""The alarm of each zone as operators have it before them (ISA-18.2): beside the level, and never able to touch it."""
