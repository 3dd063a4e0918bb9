"""The words of DDL that not every database can run."""

from __future__ import annotations

from bugcatalog_ls.syntax.sql_tokens import SqlToken

_TYPES_OF_POSTGRES = frozenset(
    {
        "JSONB",
        "TIMESTAMPTZ",
        "BYTEA",
        "TSVECTOR",
        "INET",
        "CITEXT",
        "HSTORE",
        "TIMETZ",
        "CIDR",
        "INT4",
        "INT8",
    }
)
_TYPES_OF_MYSQL = frozenset(
    {
        "TINYINT",
        "MEDIUMINT",
        "LONGTEXT",
        "MEDIUMTEXT",
        "TINYTEXT",
        "LONGBLOB",
        "MEDIUMBLOB",
        "DATETIME",
        "BLOB",
    }
)


def ddl_feature(
    tokens: tuple[SqlToken, ...],
    words: list[str],
    at: int,
    first: str,
    before: str,
    after: str,
    then: str,
    depth: int,
) -> tuple[str, int] | None:
    """The feature that a word of a DDL statement is, and where it ends; None where it is none."""
    token, word = tokens[at], words[at]
    is_type = (
        at > 0
        and tokens[at - 1].kind in ("word", "double", "back")
        and before
        not in (
            "TABLE",
            "COLUMN",
            "ADD",
            "EXISTS",
            "INDEX",
            "ON",
            "KEY",
            "BY",
            "TO",
            "CONSTRAINT",
            "DROP",
            "RENAME",
        )
    )
    match word:
        case "SERIAL" if is_type:
            return "serial", token.end
        case "BIGSERIAL" | "SMALLSERIAL" if is_type:
            return "bigserial", token.end
        case "AUTO_INCREMENT":
            return "auto_increment", token.end
        case "AUTOINCREMENT":
            return "autoincrement", token.end
        case "GENERATED" if after in ("ALWAYS", "BY") and "IDENTITY" in words[at : at + 6]:
            return "identity", tokens[words.index("IDENTITY", at)].end
        case "ENGINE" if at + 1 < len(tokens) and tokens[at + 1].text == "=":
            return "engine", tokens[min(at + 2, len(tokens) - 1)].end
        case "UNSIGNED" if is_type:
            return "unsigned", token.end
        case "ENUM" if is_type and at + 1 < len(tokens) and tokens[at + 1].text == "(" and before != "AS":
            return "enum-type", token.end
        case "UUID" if is_type and (at + 1 == len(tokens) or tokens[at + 1].text != "("):
            return "uuid-type", token.end
        case "CONCURRENTLY":
            return "postgres-object", token.end
        case "USING" if after in ("GIN", "GIST", "BRIN", "HNSW", "IVFFLAT", "SPGIST") and first == "CREATE":
            return "postgres-object", tokens[at + 1].end
        case "MODIFY" | "CHANGE" if first == "ALTER" and depth == 0 and at >= 3:
            return "modify-column", tokens[at + 1 if after == "COLUMN" else at].end
        case "TYPE" if first == "ALTER" and at >= 4 and "ALTER" in words[max(at - 4, 3) : at]:
            return "alter-type", token.end
        case "SET" | "DROP" if first == "ALTER" and after == "NOT" and then == "NULL":
            return "alter-null", tokens[at + 2].end
        case "SET" | "DROP" if first == "ALTER" and after == "DEFAULT":
            return "alter-default", tokens[at + 1].end
        case "IF" if after == "NOT" and then == "EXISTS":
            if before in ("COLUMN", "ADD"):
                return "if-not-exists-column", tokens[at + 2].end
            if before in ("INDEX", "CONCURRENTLY"):
                return "if-not-exists-index", tokens[at + 2].end
        case "IF" if after == "EXISTS" and before in ("COLUMN", "DROP") and first == "ALTER":
            return "if-exists-column", tokens[at + 1].end
    if word in _TYPES_OF_POSTGRES and is_type:
        return "postgres-type", token.end
    if word in _TYPES_OF_MYSQL and is_type:
        return "mysql-type", token.end
    return None
