"""What each database's SQL lacks: features by name, with the dialects that cannot run them."""

from __future__ import annotations

import msgspec

NAMES = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlite": "SQLite",
    "mssql": "SQL Server",
    "oracle": "Oracle",
}
"""How people call the dialects of which something is known here."""

P, M, A, S = "postgresql", "mysql", "mariadb", "sqlite"


class Feature(msgspec.Struct, frozen=True):
    """`lacking` are the dialects that cannot run it; `instead` what these write, in a few words."""

    lacking: frozenset[str]
    what: str = ""
    instead: str = ""


def _of(lacking: str, what: str, instead: str = "") -> Feature:
    table = {"P": P, "M": M, "A": A, "S": S, "T": "mssql", "O": "oracle"}
    return Feature(frozenset(table[letter] for letter in lacking), what, instead)


FEATURES: dict[str, Feature] = {
    "cast": _of("MASTO", "the cast with `::`", "CAST(… AS …)"),
    "ilike": _of("MASTO", "ILIKE", "LOWER(…) LIKE LOWER(…)"),
    "returning": _of("MT", "RETURNING"),
    "update-returning": _of("MAT", "RETURNING of an UPDATE"),
    "on-conflict": _of("MATO", "ON CONFLICT", "ON DUPLICATE KEY UPDATE"),
    "on-duplicate-key": _of("PSTO", "ON DUPLICATE KEY UPDATE", "ON CONFLICT … DO UPDATE"),
    "insert-ignore": _of("PSTO", "INSERT IGNORE", "ON CONFLICT DO NOTHING"),
    "insert-or": _of("PMATO", "INSERT OR …"),
    "replace-into": _of("PTO", "REPLACE INTO", "ON CONFLICT … DO UPDATE"),
    "containment": _of("MASTO", "the containment operator"),
    "hash-path": _of("MASTO", "the JSON path operator"),
    "arrow": _of("AT", "the JSON arrow", "JSON_EXTRACT"),
    "arrow-key": _of("MAT", "the JSON arrow with a bare key", "JSON_EXTRACT"),
    "key-exists": _of("MASTO", "the key operator of jsonb"),
    "concat": _of("MAT", "joining text with `||`, which means OR there,", "CONCAT"),
    "serial": _of("STO", "SERIAL", "INTEGER PRIMARY KEY"),
    "bigserial": _of("MASTO", "BIGSERIAL and SMALLSERIAL", "AUTO_INCREMENT"),
    "auto_increment": _of("PSTO", "AUTO_INCREMENT"),
    "autoincrement": _of("PMATO", "AUTOINCREMENT"),
    "identity": _of("MAS", "GENERATED … AS IDENTITY"),
    "backtick": _of("PTO", "names in backticks", "double quotes"),
    "limit-comma": _of("PTO", "LIMIT with a comma", "LIMIT … OFFSET …"),
    "at-time-zone": _of("MAS", "AT TIME ZONE"),
    "interval-text": _of("MASTO", "an INTERVAL written as text"),
    "interval-unit": _of("PSTO", "an INTERVAL with a unit behind it"),
    "interval": _of("ST", "INTERVAL"),
    "array": _of("MASTO", "ARRAY[…]"),
    "any": _of("MASTO", "ANY of a list"),
    "distinct-on": _of("MASTO", "DISTINCT ON"),
    "filter": _of("MATO", "FILTER behind an aggregate", "CASE WHEN … END inside of it"),
    "for-update": _of("ST", "FOR UPDATE"),
    "nulls-order": _of("MAT", "NULLS FIRST and NULLS LAST"),
    "regex": _of("MASTO", "the operator of regular expressions", "REGEXP"),
    "regexp": _of("PTO", "REGEXP", "~"),
    "rlike": _of("PSTO", "RLIKE"),
    "distinct-from": _of("MA", "IS DISTINCT FROM", "<=>"),
    "null-safe": _of("PSTO", "the operator <=>", "IS NOT DISTINCT FROM"),
    "full-join": _of("MA", "FULL JOIN"),
    "lateral": _of("AST", "LATERAL"),
    "double-quoted": _of("MA", "names in double quotes", "backticks"),
    "dollar-quoted": _of("MASTO", "text between dollars"),
    "engine": _of("PSTO", "ENGINE="),
    "unsigned": _of("PTO", "UNSIGNED"),
    "on-update-now": _of("PSTO", "ON UPDATE CURRENT_TIMESTAMP"),
    "modify-column": _of("PST", "MODIFY and CHANGE of a column"),
    "alter-type": _of("MASTO", "ALTER COLUMN … TYPE"),
    "alter-null": _of("MASTO", "SET NOT NULL and DROP NOT NULL of a column"),
    "alter-default": _of("STO", "ALTER COLUMN … DEFAULT"),
    "postgres-type": _of("MATO", "the type"),
    "uuid-type": _of("MTO", "the type"),
    "mysql-type": _of("PO", "the type"),
    "enum-type": _of("PSTO", "ENUM(…) as a column's type"),
    "postgres-object": _of("MASTO", ""),
    "if-not-exists-column": _of("MSTO", "IF NOT EXISTS for a column"),
    "if-exists-column": _of("MSO", "IF EXISTS for a column"),
    "if-not-exists-index": _of("MTO", "IF NOT EXISTS for an index"),
    "truncate": _of("S", "TRUNCATE", "DELETE FROM"),
    "show": _of("STO", "SHOW"),
    "show-tables": _of("PSTO", "SHOW TABLES, COLUMNS and the like"),
    "pragma": _of("PMATO", "PRAGMA"),
    "sqlite-catalog": _of("PMATO", "the table"),
    "postgres-catalog": _of("MASTO", "the table"),
    "information-schema": _of("SO", "information_schema"),
    "update-from": _of("MAO", "UPDATE … FROM", "UPDATE … JOIN"),
    "update-join": _of("PSO", "UPDATE … JOIN", "UPDATE … FROM"),
    "write-limit": _of("PSTO", "LIMIT of an UPDATE or DELETE"),
    "glob": _of("PMATO", "GLOB"),
    "collate-nocase": _of("PMATO", "COLLATE NOCASE"),
}
"""What is told apart by its syntax. Those of functions and of types in a CAST are made below."""

_FUNCTIONS: dict[str, str] = {}
for _lacking, _names in (
    ("PTO", "IFNULL"),
    ("PTO", "GROUP_CONCAT JSON_EXTRACT"),
    ("PS", "DATE_FORMAT STR_TO_DATE UNIX_TIMESTAMP FROM_UNIXTIME CURDATE CURTIME DATE_SUB TIMESTAMPDIFF "
    "TIMESTAMPADD RAND "
           "FIND_IN_SET LAST_INSERT_ID DATABASE JSON_UNQUOTE JSON_CONTAINS YEAR MONTH DAYOFWEEK "
           "UTC_TIMESTAMP ADDDATE SUBDATE "
           "SUBSTRING_INDEX CONVERT_TZ INET_ATON SHA2 UUID DATEDIFF LOCATE ISNULL DAYOFMONTH WEEKDAY "
           "JSON_SEARCH ELT"),
    ("P", "IF INSTR HEX UNHEX"),
    ("PMATO", "STRFTIME JULIANDAY LAST_INSERT_ROWID TYPEOF UNIXEPOCH RANDOMBLOB DATETIME"),
    ("S", "NOW GREATEST LEAST LEFT RIGHT LPAD RPAD MD5 REPEAT REVERSE CHAR_LENGTH"),
    ("MAS", "TO_TIMESTAMP DATE_TRUNC DATE_PART GENERATE_SERIES GEN_RANDOM_UUID UUID_GENERATE_V4 ARRAY_AGG "
            "JSONB_BUILD_OBJECT JSON_BUILD_OBJECT JSONB_BUILD_ARRAY JSON_BUILD_ARRAY JSONB_AGG JSON_AGG "
            "JSON_OBJECT_AGG JSONB_OBJECT_AGG "
            "JSONB_ARRAY_ELEMENTS JSONB_ARRAY_ELEMENTS_TEXT JSON_ARRAY_ELEMENTS JSON_ARRAY_ELEMENTS_TEXT "
            "JSONB_ARRAY_LENGTH "
            "JSONB_OBJECT_KEYS JSON_OBJECT_KEYS JSONB_EACH_TEXT JSON_EACH_TEXT TO_JSONB TO_JSON "
            "ROW_TO_JSON UNNEST STRING_TO_ARRAY ARRAY_LENGTH "
            "ARRAY_TO_STRING ARRAY_APPEND ARRAY_REMOVE ARRAY_CAT CARDINALITY REGEXP_MATCHES SPLIT_PART "
            "TO_TSVECTOR TO_TSQUERY PLAINTO_TSQUERY "
            "WEBSEARCH_TO_TSQUERY TS_RANK TS_HEADLINE CLOCK_TIMESTAMP AGE INITCAP PG_ADVISORY_LOCK "
            "PG_ADVISORY_XACT_LOCK PG_TRY_ADVISORY_LOCK "
            "PG_ADVISORY_UNLOCK PG_SIZE_PRETTY PG_TOTAL_RELATION_SIZE PG_GET_SERIAL_SEQUENCE SETVAL "
            "CURRVAL BOOL_AND BOOL_OR STRPOS BTRIM "
            "JSONB_SET JSONB_INSERT JSONB_PATH_QUERY JSONB_TYPEOF JSONB_EXTRACT_PATH "
            "JSONB_EXTRACT_PATH_TEXT TO_REGCLASS FORMAT_TYPE"),
    ("MA", "STRING_AGG RANDOM"),
    ("MS", "TO_CHAR NEXTVAL TO_DATE"),
    ("S", "EXTRACT"),
):  # fmt: skip
    for _name in _names.split():
        _FUNCTIONS[_name] = _lacking

# SQLite has these since 3.45, of 2024.
for _name in ("JSONB_SET", "JSONB_INSERT"):
    _FUNCTIONS[_name] = "MA"

_INSTEAD = {
    ("IFNULL", P): "COALESCE",
    ("GROUP_CONCAT", P): "STRING_AGG",
    ("CURDATE", P): "CURRENT_DATE",
    ("CURDATE", S): "CURRENT_DATE",
    ("RAND", P): "RANDOM()",
    ("RAND", S): "RANDOM()",
    ("RANDOM", M): "RAND()",
    ("RANDOM", A): "RAND()",
    ("NOW", S): "CURRENT_TIMESTAMP",
    ("STRING_AGG", M): "GROUP_CONCAT",
    ("STRING_AGG", A): "GROUP_CONCAT",
    ("LAST_INSERT_ID", S): "last_insert_rowid()",
    ("LAST_INSERT_ROWID", M): "LAST_INSERT_ID()",
    ("LAST_INSERT_ROWID", A): "LAST_INSERT_ID()",
}

_MYSQL_CASTS = frozenset(
    [
        "BINARY",
        "CHAR",
        "CHARACTER",
        "NCHAR",
        "DATE",
        "DATETIME",
        "DECIMAL",
        "DEC",
        "DOUBLE",
        "FLOAT",
        "JSON",
        "REAL",
        "SIGNED",
        "TIME",
        "UNSIGNED",
        "YEAR",
        "POINT",
    ]
)
_MARIADB_CASTS = _MYSQL_CASTS | {"INTEGER", "INT", "VARCHAR", "UUID", "INET6"}
_FOREIGN_CASTS = frozenset({"SIGNED", "UNSIGNED", "DATETIME", "YEAR", "DOUBLE", "NCHAR", "BINARY", "TINYINT"})
"""What PostgreSQL does not cast to."""


def function_feature(name: str) -> Feature | None:
    """The feature of calling a function, given in upper case; None where all have it or nobody knows."""
    lacking = _FUNCTIONS.get(name)
    return _of(lacking, f"the function {name}") if lacking else None


def cast_feature(declared: str) -> Feature | None:
    """The feature of a CAST to a type, given as its first word in upper case."""
    lacking = {
        dialect for dialect, known in ((M, _MYSQL_CASTS), (A, _MARIADB_CASTS)) if declared not in known
    }
    if declared in _FOREIGN_CASTS:
        lacking.add(P)
    return Feature(frozenset(lacking), f"a cast to {declared}") if lacking else None


def feature_of(name: str) -> Feature | None:
    """A feature by the name that a fact keeps: of syntax, `function NAME` or `cast TYPE`."""
    kind, _, rest = name.partition(" ")
    if kind == "function":
        return function_feature(rest)
    if kind == "to":
        return cast_feature(rest)
    return FEATURES.get(kind)


def replacement_of(function: str, dialect: str) -> str:
    """What a dialect calls a function that it lacks; empty where there is no plain answer."""
    return _INSTEAD.get((function, dialect), "")
