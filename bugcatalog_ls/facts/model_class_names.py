"""What SQLAlchemy and Flask-SQLAlchemy give to model classes, and where columns are named by keyword."""

from __future__ import annotations

CLASS_MEMBERS = ("metadata", "registry", "query")
"""Members of a model class that are no columns."""

OF_CLASS_MEMBERS = frozenset(
    # Of a `MetaData`.
    {"create_all", "drop_all", "tables", "sorted_tables", "reflect", "bind", "naming_convention"}
    # Of a registry.
    | {"mappers", "configure", "dispose", "map_imperatively", "generate_base"}
    # Of a query.
    | {"filter", "filter_by", "get", "get_or_404", "first", "first_or_404", "all", "order_by", "group_by"}
    | {"join", "outerjoin", "options", "paginate", "count", "limit", "with_entities", "distinct", "exists"}
    | {"delete", "update", "session"}
)
"""What is done to these members, and not to a value of a column."""

BY_KEYWORD = {"filter_by": ("query", "select"), "values": ("update", "insert")}
"""Calls whose keywords are columns, with the calls that say of which class."""

BULK_CALLS = ("bulk_insert_mappings", "bulk_update_mappings")
"""Calls whose dictionaries hold columns of the class that is their first argument."""
