"""What a closing step says, row by row."""

from streams.records.layout import laid_out

CHANGE = laid_out(
    [
        ("kind", "i1"),
        ("zone", "i4"),
        ("sensor", "i4"),
        ("at", "i8"),
        ("before", "i1"),
        ("after", "i1"),
        ("level", "i1"),
        ("peak", "i1"),
        ("quality", "i1"),
        ("cause", "u2"),
        ("episode", "i8"),
        ("sequence", "i8"),
        ("people", "f8"),
        ("lower", "f8"),
        ("upper", "f8"),
        ("rolling", "f8"),
        ("limit", "f8"),
    ]
)
"""One thing that a closing step says: a change of level or quality, a call for a person, a standing, or a trouble of a
sensor (`before` and `after` are then 0 or the place of its bit and one, `limit` the figure that shows it)."""

LEVEL, QUALITY, CALL, STANDING, TROUBLE = 0, 1, 2, 3, 4

BY_RULE, BY_ORDER = 1, 2
"""Of a change of level, its `cause`: the figures, or a person who ordered it."""

SERIES = laid_out(
    [
        ("zone", "i4"),
        ("at", "i8"),
        ("people", "f8"),
        ("lower", "f8"),
        ("upper", "f8"),
        ("rolling", "f8"),
        ("level", "i1"),
        ("quality", "i1"),
    ]
)
"""One closed step of one zone, for `replay --series`."""

REFUSED = laid_out([("row", "i8"), ("reason", "i1")])
