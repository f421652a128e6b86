"""Headers of a message in CloudEvents' binary mode."""

SOURCE = b"/tidegate"

EXPRESS = ("tidegate.way", b"express")
"""Marks a sending that went past the duties `notices` and `delivery`, which say the same once more in their order."""


def headers(kind: str, identity: str) -> list[tuple[str, bytes]]:
    """The CloudEvents attributes of one message (Kafka protocol binding 1.0, binary mode).

    `kind` is the message's word (`alert`, `frame`, …), `identity` its id, derived from its cause so that a repeat
    after a crash is known to be the same message.
    """
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", identity.encode()),
        ("ce_type", b"tidegate." + kind.encode()),
        ("ce_source", SOURCE),
        ("content-type", b"application/json"),
    ]
