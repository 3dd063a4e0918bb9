"""Names of constraints: what a metadata's naming convention makes of them, else what the project uses."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.constants import constant_at, definition_of
from bugcatalog_ls.facts.declarative import metadata_call
from bugcatalog_ls.facts.expressions import Constant, Mapping, dotted
from bugcatalog_ls.facts.index import FactIndex, derived

_DEFAULT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}


def constraint_name(
    index: FactIndex,
    metadata: str,
    kind: str,
    table: str,
    columns: tuple[str, ...],
    *,
    referred: str = "",
    referred_columns: tuple[str, ...] = (),
    written: str = "",
) -> str:
    """The name of an index (`ix`), a unique constraint (`uq`) or a foreign key (`fk`) of a table.

    `table` and `referred` are `[schema.]name`; `written` is a name that the convention may put in.
    """
    template = convention(index, metadata).get(kind, "")
    known = _tokens(kind, table, columns, referred, referred_columns, written)
    tokens = re.findall(r"%\((\w+)\)s", template)
    if not template or any(token not in known for token in tokens):
        template = _DEFAULT_NAMES[kind]
    return re.sub(r"%\((\w+)\)s", lambda match: known[match.group(1)], template)


@derived
def convention(index: FactIndex, metadata: str) -> dict[str, str]:
    """The naming convention of a metadata, as far as it is written out."""
    found = metadata_call(index, metadata)
    if found is None:
        return {}
    path, call = found
    given = call.keyword("naming_convention")
    if (symbol := dotted(given)) is not None:
        constant = constant_at(index, definition_of(index, symbol, path))
        given = constant[1] if constant is not None else None
    if not isinstance(given, Mapping):
        return {}
    return {
        str(key.value): item.value
        for key, item in given.items
        if isinstance(key, Constant) and isinstance(item, Constant) and isinstance(item.value, str)
    }


def _tokens(
    kind: str,
    table: str,
    columns: tuple[str, ...],
    referred: str,
    referred_columns: tuple[str, ...],
    written: str,
) -> dict[str, str]:
    plain = table.rpartition(".")[2]
    # An index is named after the schema as well, by default.
    whole = table.replace(".", "_") if kind == "ix" else plain
    first, joined = columns[0] if columns else "", "_".join(columns)
    return {
        "table_name": whole,
        "column_0_name": first,
        "column_0_key": first,
        "column_0_label": f"{whole}_{first}",
        "column_0_N_name": joined,
        "column_0_N_key": joined,
        "column_0N_name": "".join(columns),
        "column_0_N_label": "_".join(f"{plain}_{column}" for column in columns),
        "referred_table_name": referred.rpartition(".")[2],
        "referred_column_0_name": referred_columns[0] if referred_columns else "",
        "constraint_name": written or joined,
    }
