"""The tables of the log, the same in SQLite and PostgreSQL."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

METADATA = MetaData()
WORD = String(200)
HASH = LargeBinary(32)
NUMBER = BigInteger().with_variant(Integer, "sqlite")

ENTRIES = Table(
    "audit_entries",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("kind", WORD, nullable=False),
    Column("at_ms", BigInteger),
    Column("topic", WORD),
    Column("topic_partition", Integer),
    Column("topic_offset", BigInteger),
    Column("message_key", LargeBinary),
    Column("zone", WORD),
    Column("barrier", WORD),
    Column("office", WORD),
    Column("incident", WORD),
    Column("sensor", WORD),
    Column("said_by", WORD),
    Column("note", Text),
    Column("body", LargeBinary),
    Column("previous", HASH, nullable=False),
    Column("hash", HASH, nullable=False),
)
"""One row an entry; what each column means stands in docs/audit.md."""

Index("audit_by_zone", ENTRIES.c.zone, ENTRIES.c.kind, ENTRIES.c.at_ms, ENTRIES.c.sensor, ENTRIES.c.number)
for name in ("barrier", "office", "incident"):
    Index(f"audit_by_{name}", ENTRIES.c[name], ENTRIES.c.at_ms, postgresql_where=ENTRIES.c[name].is_not(None))
Index("audit_by_kind", ENTRIES.c.kind, ENTRIES.c.seen_ms)

POSITIONS = Table(
    "audit_positions",
    METADATA,
    Column("topic", WORD, primary_key=True),
    Column("topic_partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""How far each partition is written: it moves in the transaction that writes the entries."""

LIMITS = Table(
    "audit_limits",
    METADATA,
    Column("revision", WORD, primary_key=True),
    Column("zone", WORD, primary_key=True),
    Column("regime", Integer, primary_key=True),
    Column("numbers", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""The limits of a zone by revision and regime of its calendar, worked out once; JSON."""

REVISIONS = Table(
    "audit_revisions",
    METADATA,
    Column("revision", WORD, primary_key=True),
    Column("entry", NUMBER, nullable=False),
)
"""Which entry holds the texts of a revision."""

MINUTES = Table(
    "zone_minutes",
    METADATA,
    Column("zone", WORD, primary_key=True),
    Column("minute", Integer, primary_key=True),
    Column("alert", BigInteger, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("people", Float(53), nullable=False),
    Column("lower", Float(53), nullable=False),
    Column("upper", Float(53), nullable=False),
    Column("rolling", Float(53), nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("quality", SmallInteger, nullable=False),
    Column("since_ms", BigInteger),
    Column("clearing_s", Float(53)),
    Column("revision", WORD, nullable=False),
    Column("regime", Integer),
    sqlite_with_rowid=False,
)
"""The newest state of a zone in each minute since 1970 (`alert` 0), and the zone at each of its alerts (`alert` is the
sequence); `regime` of its revision's calendar where that is known."""

REFUSAL = "the audit log is written once: an entry is never changed and never removed"

SQLITE_GUARDS = [
    f"CREATE TRIGGER IF NOT EXISTS audit_no_{verb.lower()} BEFORE {verb} ON audit_entries "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
]
POSTGRES_GUARDS = [
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    "CREATE OR REPLACE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
]


def create(connection: Connection) -> None:
    """Make what is missing, and the courtesy that refuses changes; the proof is the chain."""
    METADATA.create_all(connection)
    for statement in SQLITE_GUARDS if connection.dialect.name == "sqlite" else POSTGRES_GUARDS:
        connection.execute(text(statement))
