"""Foreign keys, indexes and unique constraints of a table, and how they are declared.

Models and migrations write the same constructs, so both are read here. Nothing here knows a class
or a revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constants import evaluate, text_in
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Collection,
    Constant,
    Expression,
    Name,
    Starred,
    is_true,
)
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name


class ForeignKeyConstraint(msgspec.Struct, frozen=True, tag=True):
    """`table` is `[schema.]table`, empty where unknown. `ondelete` is in upper case, empty for none."""

    columns: tuple[str, ...]
    table: str
    referred: tuple[str, ...]
    ondelete: str = ""
    name: str = ""


class TableIndex(msgspec.Struct, frozen=True, tag=True):
    """An expression among its `columns` is an empty text; a name that is not known is empty."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False


class UniqueConstraint(msgspec.Struct, frozen=True, tag=True):
    columns: tuple[str, ...]
    name: str = ""


class Constraints(msgspec.Struct, frozen=True):
    """What holds for a table besides its columns; `known` is False where there may be more or less.

    Of indexes alone: `may_lack_indexes` where one of these may be gone, `may_have_indexes` where there may
    be others.
    """

    foreign_keys: tuple[ForeignKeyConstraint, ...] = ()
    indexes: tuple[TableIndex, ...] = ()
    uniques: tuple[UniqueConstraint, ...] = ()
    known: bool = True
    may_lack_indexes: bool = False
    may_have_indexes: bool = False

    @property
    def indexes_known(self) -> bool:
        return self.known and not self.may_lack_indexes and not self.may_have_indexes

    def with_(self, *more: ForeignKeyConstraint | TableIndex | UniqueConstraint) -> Constraints:
        """These constraints and more."""
        foreign_keys, indexes, uniques = list(self.foreign_keys), list(self.indexes), list(self.uniques)
        for each in more:
            match each:
                case ForeignKeyConstraint() if each not in foreign_keys:
                    foreign_keys.append(each)
                case TableIndex() if each not in indexes:
                    indexes.append(each)
                case UniqueConstraint() if each not in uniques:
                    uniques.append(each)
        return self._with(foreign_keys, indexes, uniques)

    def with_all(self, other: Constraints) -> Constraints:
        """These constraints and those, known where both are."""
        both = self.with_(*other.foreign_keys, *other.indexes, *other.uniques)
        lacks, has = other.may_lack_indexes, other.may_have_indexes
        both = both.with_unknown_indexes(may_lack=lacks, may_have=has) if lacks or has else both
        return both if other.known else both.unknown()

    def without_column(self, column: str) -> Constraints:
        """What is left when a column is dropped."""
        return self._with(
            (each for each in self.foreign_keys if column not in each.columns),
            (each for each in self.indexes if column not in each.columns),
            (each for each in self.uniques if column not in each.columns),
        )

    def with_column_renamed(self, old: str, new: str) -> Constraints:
        def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new if column == old else column for column in columns)

        return self._with(
            (msgspec.structs.replace(each, columns=renamed(each.columns)) for each in self.foreign_keys),
            (msgspec.structs.replace(each, columns=renamed(each.columns)) for each in self.indexes),
            (msgspec.structs.replace(each, columns=renamed(each.columns)) for each in self.uniques),
        )

    def unknown(self) -> Constraints:
        return msgspec.structs.replace(self, known=False) if self.known else self

    def with_unknown_indexes(self, *, may_lack: bool = False, may_have: bool = False) -> Constraints:
        return msgspec.structs.replace(
            self,
            may_lack_indexes=self.may_lack_indexes or may_lack,
            may_have_indexes=self.may_have_indexes or may_have,
        )

    def without(self, gone: ForeignKeyConstraint | TableIndex | UniqueConstraint) -> Constraints:
        return self._with(
            (each for each in self.foreign_keys if each is not gone),
            (each for each in self.indexes if each is not gone),
            (each for each in self.uniques if each is not gone),
        )

    def _with(
        self,
        foreign_keys: Iterable[ForeignKeyConstraint],
        indexes: Iterable[TableIndex],
        uniques: Iterable[UniqueConstraint],
    ) -> Constraints:
        return msgspec.structs.replace(
            self, foreign_keys=tuple(foreign_keys), indexes=tuple(indexes), uniques=tuple(uniques)
        )


def of_columns(table: str, columns: Iterable[Column]) -> Constraints:
    """What columns declare of their own (`ForeignKey`, `index=True`, `unique=True`)."""
    found = Constraints()
    for column in columns:
        for key in column.foreign_keys:
            target, _, referred = key.target.rpartition(".")
            found = found.with_(
                ForeignKeyConstraint((column.name,), target, (referred,), key.ondelete, key.name)
            )
        if column.index:
            found = found.with_(TableIndex(_index_name(table, column.name), (column.name,), column.unique))
        elif column.unique:
            found = found.with_(UniqueConstraint((column.name,)))
    return found


def declared(
    index: FactIndex,
    call: Call,
    path: str,
    column_of: Callable[[str], str | None] = lambda name: None,
) -> Constraints | None:
    """What a call of `UniqueConstraint`, `ForeignKeyConstraint` or `Index` declares; None where that is
    not known. `column_of` gives the column of a class's attribute that is named in it."""
    called = library_name(index, call.function, path) or ""
    last = called.rpartition(".")[2]
    if any(isinstance(argument, Starred) for argument in call.arguments) or any(
        key == "**" for key, _ in call.keywords
    ):
        return None
    name = text_in(index, call.keyword("name"), path) or ""
    if last == "UniqueConstraint":
        columns = _columns(index, call.arguments, path, column_of)
        is_known = columns and "" not in columns
        return Constraints().with_(UniqueConstraint(columns, name)) if is_known else None
    if last == "Index":
        first = call.arguments[0] if call.arguments else None
        written = _text(index, first, path)
        if written is None and not (isinstance(first, Constant) and first.value is None):
            return None
        columns = _columns(index, call.arguments[1:], path, column_of)
        if not columns:
            return None
        return Constraints().with_(TableIndex(written or "", columns, is_true(call.keyword("unique"))))
    if last == "ForeignKeyConstraint":
        local = _listed(index, call.keyword("columns", 0), path, column_of)
        remote = _listed(index, call.keyword("refcolumns", 1), path, column_of)
        if local is None or remote is None or len(local) != len(remote) or not local or "" in local:
            return None
        tables = {each.rpartition(".")[0] for each in remote}
        if len(tables) != 1 or "" in tables:
            return None
        ondelete = call.keyword("ondelete", 4) or call.keyword("**")
        said = text_in(index, ondelete, path)
        referred = tuple(each.rpartition(".")[2] for each in remote)
        written_ondelete = said.upper() if said is not None else "" if _is_none(ondelete) else "?"
        return Constraints().with_(
            ForeignKeyConstraint(local, tables.pop(), referred, written_ondelete, name)
        )
    if last.endswith(("CheckConstraint", "ExcludeConstraint", "PrimaryKeyConstraint")):
        return Constraints()
    return None


def merged_constraints(one: Constraints, two: Constraints) -> Constraints:
    """What holds whichever of two is the real one."""
    if one == two:
        return one
    alike = set(one.foreign_keys) == set(two.foreign_keys) and set(one.uniques) == set(two.uniques)
    return Constraints(
        tuple(each for each in one.foreign_keys if each in two.foreign_keys),
        tuple(each for each in one.indexes if each in two.indexes),
        tuple(each for each in one.uniques if each in two.uniques),
        one.known and two.known and alike,
        one.may_lack_indexes or two.may_lack_indexes,
        # One that only one of them has is not among these.
        one.may_have_indexes or two.may_have_indexes or set(one.indexes) != set(two.indexes),
    )


def _index_name(table: str, column: str) -> str:
    return f"ix_{table.replace('.', '_')}_{column}"


def _columns(
    index: FactIndex, values: Iterable[Expression], path: str, column_of: Callable[[str], str | None]
) -> tuple[str, ...]:
    found: list[str] = []
    for value in values:
        text = _text(index, value, path)
        if text is None:
            text = _attribute(value, column_of) or _in_sql(index, value, path)
        found.append(text or "")
    return tuple(found)


def _listed(
    index: FactIndex, value: Expression | None, path: str, column_of: Callable[[str], str | None]
) -> tuple[str, ...] | None:
    if not isinstance(value, Collection):
        value = evaluate(index, value, path)
    return _columns(index, value.items, path, column_of) if isinstance(value, Collection) else None


def _attribute(value: Expression, column_of: Callable[[str], str | None]) -> str | None:
    """The column of `user_id`, `User.user_id`, `cls.user_id` or `t.c.user_id`, with an order or not."""
    while isinstance(value, Call) and isinstance(value.function, Attribute) and not value.arguments:
        # An order changes nothing of which column it is.
        if value.function.name not in ("desc", "asc", "nulls_first", "nulls_last", "nullslast", "nullsfirst"):
            return None
        value = value.function.owner
    name = value.name if isinstance(value, (Attribute, Name)) else None
    return column_of(name) if name is not None else None


def column_in_order(sql: str) -> str:
    """The column of `created_at DESC`; nothing where it is an expression."""
    words = sql.split()
    name = words[0].strip('"`') if words else ""
    return name if name.isidentifier() and {word.upper() for word in words[1:]} <= _ORDERS else ""


_ORDERS = {"ASC", "DESC", "NULLS", "FIRST", "LAST"}


def _in_sql(index: FactIndex, value: Expression, path: str) -> str | None:
    """The column of `text("created_at DESC")`."""
    if not isinstance(value, Call) or not isinstance(value.function, (Attribute, Name)):
        return None
    if value.function.name not in ("text", "literal_column") or not value.arguments:
        return None
    written = text_in(index, value.arguments[0], path)
    return column_in_order(written) if written is not None else None


def _text(index: FactIndex, value: Expression | None, path: str) -> str | None:
    if isinstance(value, Call) and value.arguments:
        # `op.f("name")`, `quoted_name("name", True)`.
        called = value.function.name if isinstance(value.function, (Attribute, Name)) else ""
        return text_in(index, value.arguments[0], path) if called in ("f", "conv", "quoted_name") else None
    if isinstance(value, (Name, Attribute)):
        found = evaluate(index, value, path)
        return found.value if isinstance(found, Constant) and isinstance(found.value, str) else None
    return text_in(index, value, path)


def _is_none(value: Expression | None) -> bool:
    return value is None or (isinstance(value, Constant) and value.value is None)
