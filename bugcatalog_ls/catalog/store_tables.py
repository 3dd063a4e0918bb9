"""The tables of a store, as they are after its newest migration: pages of entries, and what was found where.

Times are milliseconds since 1970 in UTC. The names have a prefix, so that a store may share a database.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

VERSION_TABLE = "bugcatalog_schema"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row: what tells this store from another one behind the same address.
identity = Table(
    "bugcatalog_identity",
    metadata,
    Column("store", String(32), primary_key=True),
    Column("made_at", BigInteger, nullable=False),
)

# Every version of every page; the newest one of a code counts. Nothing is ever overwritten.
pages = Table(
    "bugcatalog_page",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("path", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String(32), nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("person", Text, nullable=False),
    Column("machine", Text, nullable=False),
)

repositories = Table(
    "bugcatalog_repository",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("last_run_at", BigInteger, nullable=False),
    Column("last_person", Text, nullable=False),
    Column("last_machine", Text, nullable=False),
)

# What one run found anew, delivered once: a repeated delivery meets its own row.
deliveries = Table(
    "bugcatalog_delivery",
    metadata,
    Column("batch", String(40), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

occurrences = Table(
    "bugcatalog_occurrence",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("repository_id", ForeignKey("bugcatalog_repository.id", ondelete="CASCADE"), nullable=False),
    Column("identity", String(32), nullable=False),
    Column("code", String(40), nullable=False),
    Column("severity", String(12), nullable=False),
    Column("path", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("first_person", Text, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("changed_person", Text, nullable=False),
    Column("n_mended", Integer, nullable=False),
    UniqueConstraint("repository_id", "identity"),
    Index(None, "repository_id", "code"),
)

# Each change of state, for how things went over time.
events = Table(
    "bugcatalog_event",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("occurrence_id", ForeignKey("bugcatalog_occurrence.id", ondelete="CASCADE"), nullable=False),
    Column("before", String(12), nullable=False),
    Column("after", String(12), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("person", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Index(None, "occurrence_id"),
    Index(None, "at"),
)
