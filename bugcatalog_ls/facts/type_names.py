"""Names of column types: SQLAlchemy's own, those of other libraries, and Python's types that become one."""

from __future__ import annotations

PYTHON_TYPES = {
    "builtins.int": ("INTEGER", "sa.Integer()"),
    "builtins.str": ("VARCHAR", "sa.String()"),
    "builtins.bool": ("BOOLEAN", "sa.Boolean()"),
    "builtins.float": ("FLOAT", "sa.Float()"),
    "builtins.bytes": ("BLOB", "sa.LargeBinary()"),
    "decimal.Decimal": ("NUMERIC", "sa.Numeric()"),
    "datetime.datetime": ("DATETIME", "sa.DateTime()"),
    "datetime.date": ("DATE", "sa.Date()"),
    "datetime.time": ("TIME", "sa.Time()"),
    "datetime.timedelta": ("INTERVAL", "sa.Interval()"),
    "uuid.UUID": ("UUID", "sa.Uuid()"),
}
# What pydantic's functions make types of.
PYDANTIC_TYPES = {
    "constr": "builtins.str",
    "conint": "builtins.int",
    "confloat": "builtins.float",
    "conbytes": "builtins.bytes",
    "condecimal": "decimal.Decimal",
    "condate": "datetime.date",
}
# What SQLModel keeps as a text beside `str`.
SQLMODEL_TEXTS = frozenset(
    {"pydantic.EmailStr", "pydantic.networks.EmailStr", "pathlib.Path"}
    | {f"ipaddress.IPv{version}{kind}" for version in "46" for kind in ("Address", "Network")}
)
# Types of other libraries, by package and class: name, how a migration may write it, length.
FOREIGN_TYPES: dict[str, tuple[str, str, int | None]] = {
    "sqlalchemy_utils.UUIDType": ("UUID", "sa.Uuid()", None),
    "sqlalchemy_utils.JSONType": ("JSON", "sa.JSON()", None),
    "sqlalchemy_utils.EmailType": ("VARCHAR", "sa.String(length=255)", 255),
    "sqlalchemy_utils.URLType": ("TEXT", "sa.UnicodeText()", None),
    "sqlalchemy_utils.ArrowType": ("DATETIME", "sa.DateTime()", None),
    "sqlalchemy_utils.EncryptedType": ("BLOB", "sa.LargeBinary()", None),
    "sqlalchemy_utils.StringEncryptedType": ("VARCHAR", "sa.String()", None),
    "fastapi_users_db_sqlalchemy.GUID": ("UUID", "", None),
    "fastapi_users_db_sqlalchemy.TIMESTAMPAware": ("TIMESTAMP", "", None),
    "advanced_alchemy.GUID": ("UUID", "", None),
    "advanced_alchemy.DateTimeUTC": ("DATETIME", "sa.DateTime(timezone=True)", None),
    "advanced_alchemy.JsonB": ("JSON", "", None),
    "pgvector.Vector": ("VECTOR", "", None),
    "pgvector.VECTOR": ("VECTOR", "", None),
    "geoalchemy2.Geometry": ("GEOMETRY", "", None),
}
# What SQLAlchemy's own classes are called in a schema, where it is not just their upper-case name.
SCHEMA_NAMES = {
    "String": "VARCHAR",
    "Unicode": "VARCHAR",
    "AutoString": "VARCHAR",
    "UnicodeText": "TEXT",
    "LargeBinary": "BLOB",
    "DateTime": "DATETIME",
    "SmallInteger": "SMALLINT",
    "BigInteger": "BIGINT",
    "Double": "DOUBLE",
    "Uuid": "UUID",
    "PickleType": "BLOB",
}
LENGTH_TYPES = frozenset(
    {
        "String", "Unicode", "VARCHAR", "NVARCHAR", "CHAR", "NCHAR", "AutoString", "LargeBinary", "Text",
        "UnicodeText", "VARBINARY", "BINARY",
    }
)  # fmt: skip
LIBRARY_TYPES = frozenset(
    {
        "ARRAY", "BIGINT", "BINARY", "BLOB", "BOOLEAN", "BigInteger", "Boolean", "CHAR", "CLOB", "DATE",
        "DATETIME", "DECIMAL", "DOUBLE", "DOUBLE_PRECISION", "Date", "DateTime", "Double", "Enum",
        "FLOAT", "Float", "INT", "INTEGER", "Integer", "Interval", "JSON", "LargeBinary", "NCHAR",
        "NUMERIC", "NVARCHAR", "NullType", "Numeric", "PickleType", "REAL", "SMALLINT", "SmallInteger",
        "String", "TEXT", "TIME", "TIMESTAMP", "Text", "Time", "TupleType", "UUID", "Unicode",
        "UnicodeText", "Uuid", "VARBINARY", "VARCHAR", "AutoString",
    }
)  # fmt: skip
