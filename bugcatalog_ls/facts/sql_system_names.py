"""Names in SQL that no schema of a workspace makes: system tables, and words that look like columns."""

from __future__ import annotations

SYSTEM = frozenset(
    {"sqlite_master", "sqlite_schema", "sqlite_sequence", "sqlite_temp_master", "dual", "dbstat"}
)  # fmt: skip
SYSTEM_SCHEMAS = frozenset(
    {"information_schema", "pg_catalog", "mysql", "performance_schema", "sys", "pg_temp", "temp"}
)
PSEUDO = frozenset(
    {
        "rowid", "oid", "_rowid_", "ctid", "xmin", "xmax", "tableoid", "rownum", "level", "rank",
        "excluded", "current_date",
        "current_timestamp", "current_time", "current_user", "session_user", "user", "localtime",
        "localtimestamp", "sysdate",
        "true", "false", "null", "default", "new", "old", "value", "values", "row", "now", "today",
        "docid", "count", "all", "nocase",
        "binary", "unknown", "maxvalue", "current_schema", "current_catalog", "current_role",
        "utc_timestamp", "ordinality",
    }
)  # fmt: skip
