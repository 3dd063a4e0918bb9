"""Small projects with an Alembic history, and one change drawn from a seed that only their models get.

`draw(seed)` gives the tables before and after, the style that both are written in, and what was changed.
`files(project, url)` writes them down: models as they are after, a history as it was before.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

STYLES = ("mapped", "column", "table")


@dataclass(frozen=True)
class Key:
    table: str
    ondelete: str = ""


@dataclass(frozen=True)
class Field:
    """A column. `type` is written with `sa.`; `labels` are those of an enum instead."""

    name: str
    type: str
    nullable: bool = True
    default: str = ""
    unique: bool = False
    index: bool = False
    key: Key | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    name: str
    fields: tuple[Field, ...]
    uniques: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()

    def field(self, name: str) -> Field:
        return next(each for each in self.fields if each.name == name)

    def with_field(self, name: str, new: Field | None) -> Table:
        kept = [new if each.name == name else each for each in self.fields]
        return replace(self, fields=tuple(each for each in kept if each is not None))


Tables = dict[str, Table]


@dataclass(frozen=True)
class Project:
    """`mends` tells whether the contract asks for a fix of the change that ends clean."""

    seed: int
    style: str
    naming: bool
    batch: bool
    says_dialect: bool
    before: Tables
    after: Tables
    kind: str
    what: str
    mends: bool = True


def draw(seed: int) -> Project:
    chance = random.Random(seed)
    before = _tables(chance)
    for _ in range(100):
        kind, change = KINDS[seed % len(KINDS)] if seed < 10 * len(KINDS) else chance.choice(KINDS)
        changed = change(chance, before)
        if changed is not None:
            after, what, mends = changed
            break
    else:
        raise AssertionError(f"no change of {kind} for seed {seed}")
    return Project(
        seed,
        chance.choice(STYLES),
        chance.random() < 0.4,
        chance.random() < 0.5,
        chance.random() < 0.7,
        before,
        after,
        kind,
        what,
        mends,
    )


# -- tables ----------------------------------------------------------------------------------------------

_NAMES = (
    "title", "note", "amount", "price", "active", "born", "rank", "code", "slug", "weight", "payload",
    "state", "comment", "visits", "ratio", "token", "city", "level", "started", "size",
)  # fmt: skip

_LENGTHS = (20, 32, 64, 100, 120, 200)


def _tables(chance: random.Random) -> Tables:
    identity = Field("id", "sa.Integer()", nullable=False)
    made: Tables = {}
    for name in ("orgs", "parcels", "depots", "labels"):
        fields = [identity]
        for each in chance.sample(_NAMES, chance.randint(4, 7)):
            fields.append(_field(chance, f"{name}_{each}", each))
        for other in list(made):
            if chance.random() < 0.5:
                fields.append(_link(chance, f"{other[:-1]}_id", other))
        made[name] = Table(name, tuple(fields))
    for name, table in list(made.items()):
        plain = [each.name for each in table.fields if _may_be_indexed(each) and not each.index]
        if len(plain) > 1 and chance.random() < 0.5:
            made[name] = replace(made[name], indexes=(tuple(chance.sample(plain, 2)),))
        if plain and chance.random() < 0.5:
            unique = tuple(chance.sample(plain, min(len(plain), chance.randint(1, 2))))
            if unique not in made[name].indexes and not any(table.field(each).unique for each in unique):
                made[name] = replace(made[name], uniques=(unique,))
    # Something links to `orgs` and something has an index and an enum, so that each change has a subject.
    parcels = made["parcels"]
    if all(each.key is None for each in parcels.fields):
        parcels = replace(parcels, fields=(*parcels.fields, _link(chance, "org_id", "orgs")))
    labels = tuple(f"L{n}" * chance.randint(1, 2) for n in range(chance.randint(2, 4)))
    state = Field("mood", "", nullable=chance.random() < 0.5, labels=labels)
    code = Field("barcode", f"sa.String({chance.choice(_LENGTHS)})", index=True)
    made["parcels"] = replace(parcels, fields=(*parcels.fields, state, code))
    return made


def _field(chance: random.Random, unit: str, name: str) -> Field:
    kind = chance.choice(_TYPES)(chance)
    nullable = chance.random() < 0.6
    default = ""
    if chance.random() < 0.15 and kind in _DEFAULTS:
        default = _DEFAULTS[kind]
    text = kind.startswith("sa.String")
    return Field(
        name, kind, nullable, default, text and chance.random() < 0.15, chance.random() < 0.1 and text
    )


_TYPES: tuple[Callable[[random.Random], str], ...] = (
    lambda chance: "sa.Integer()",
    lambda chance: "sa.BigInteger()",
    lambda chance: f"sa.String({chance.choice(_LENGTHS)})",
    lambda chance: f"sa.String({chance.choice(_LENGTHS)})",
    lambda chance: "sa.Text()",
    lambda chance: "sa.Boolean()",
    lambda chance: "sa.DateTime()",
    lambda chance: "sa.DateTime(timezone=True)",
    lambda chance: "sa.Date()",
    lambda chance: "sa.Float()",
    lambda chance: "sa.Numeric(10, 2)",
    lambda chance: "sa.LargeBinary()",
    lambda chance: "sa.JSON()",
    lambda chance: "sa.Uuid()",
    lambda chance: "sa.SmallInteger()",
    lambda chance: "sa.Time()",
)

_DEFAULTS = {
    "sa.Integer()": 'sa.text("0")',
    "sa.BigInteger()": '"7"',
    "sa.Boolean()": "sa.false()",
    "sa.DateTime()": "sa.func.now()",
}


def _link(chance: random.Random, name: str, table: str) -> Field:
    nullable = chance.random() < 0.5
    ondelete = chance.choice(("", "CASCADE", "SET NULL" if nullable else "RESTRICT"))
    return Field(name, "sa.Integer()", nullable, key=Key(table, ondelete))


def _may_be_indexed(field: Field) -> bool:
    return (
        field.type.startswith(("sa.String", "sa.Integer", "sa.Date()"))
        and field.key is None
        and (field.name != "id")
    )


# -- changes ---------------------------------------------------------------------------------------------

Changed = tuple[Tables, str, bool]


def _column_added(chance: random.Random, before: Tables) -> Changed | None:
    table = chance.choice(list(before.values()))
    free = [name for name in _NAMES if all(each.name != name for each in table.fields)]
    field = _field(chance, table.name, chance.choice(free))
    if chance.random() < 0.2:
        others = [name for name in before if name != table.name]
        field = _link(chance, "extra_id", chance.choice(others))
    elif chance.random() < 0.15:
        field = Field("temper", "", chance.random() < 0.5, labels=("CALM", "WILD"))
    return _put(before, replace(table, fields=(*table.fields, field))), f"{table.name}.{field.name}", True


def _column_dropped(chance: random.Random, before: Tables) -> Changed | None:
    table, field = _any(chance, before, lambda table, each: _is_unnamed(table, each))
    return _put(before, table.with_field(field.name, None)), f"{table.name}.{field.name}", True


def _column_renamed(chance: random.Random, before: Tables) -> Changed | None:
    table, field = _any(chance, before, lambda table, each: _is_free(table, each))
    new = replace(field, name=f"{field.name}_new")
    return _put(before, table.with_field(field.name, new)), f"{table.name}.{field.name}", True


def _type_changed(chance: random.Random, before: Tables) -> Changed | None:
    table, field = _any(
        chance, before, lambda table, each: _is_free(table, each) and not each.labels and not each.default
    )
    new = replace(field, type=chance.choice(_TYPES)(chance), unique=False, index=False)
    if new.type.partition("(")[0] == field.type.partition("(")[0] or field.unique or field.index:
        return None
    # A UUID is no number and no time: nobody can say what becomes of the values.
    kinds = {new.type.partition("(")[0], field.type.partition("(")[0]}
    mends = "sa.Uuid" not in kinds or bool(kinds & {"sa.String", "sa.Text", "sa.LargeBinary"})
    return _put(before, table.with_field(field.name, new)), f"{table.name}.{field.name}", mends


def _length_changed(chance: random.Random, before: Tables) -> Changed | None:
    table, field = _any(chance, before, lambda table, each: each.type.startswith("sa.String"))
    new = replace(field, type=f"sa.String({chance.choice((16, 40, 150, 250))})")
    return _put(before, table.with_field(field.name, new)), f"{table.name}.{field.name}", True


def _nullable_changed(chance: random.Random, before: Tables) -> Changed | None:
    table, field = _any(
        chance,
        before,
        lambda table, each: each.name != "id" and (not each.key or each.key.ondelete != "SET NULL"),
    )
    new = replace(field, nullable=not field.nullable)
    return _put(before, table.with_field(field.name, new)), f"{table.name}.{field.name}", True


def _member_changed(chance: random.Random, before: Tables) -> Changed | None:
    table, field = _any(chance, before, lambda table, each: bool(each.labels))
    if chance.random() < 0.2 and len(field.labels) > 2:
        # Rows may hold it: a label is not taken away by us.
        new = replace(field, labels=field.labels[:-1])
        return _put(before, table.with_field(field.name, new)), f"{table.name}.{field.name}", False
    added = chance.choice(("XY", "LONGER_THAN_ALL"))
    new = replace(field, labels=(*field.labels, added))
    return _put(before, table.with_field(field.name, new)), f"{table.name}.{field.name}", True


def _index_changed(chance: random.Random, before: Tables) -> Changed | None:
    table = chance.choice(list(before.values()))
    if chance.random() < 0.4:
        indexed = [each for each in table.fields if each.index and not each.unique]
        if table.indexes and chance.random() < 0.6:
            return _put(before, replace(table, indexes=())), f"{table.name}.{table.indexes[0]}", True
        if indexed:
            field = chance.choice(indexed)
            new = replace(field, index=False) if chance.random() < 0.5 else replace(field, unique=True)
            return _put(before, table.with_field(field.name, new)), f"{table.name}.{field.name}", True
        if table.uniques:
            return _put(before, replace(table, uniques=())), f"{table.name}.{table.uniques[0]}", True
        return None
    plain = [each for each in table.fields if _may_be_indexed(each) and not each.index and not each.unique]
    if not plain:
        return None
    field = chance.choice(plain)
    if (field.name,) in table.uniques:
        return None
    if chance.random() < 0.3 and len(plain) > 1 and not table.indexes:
        both = tuple(each.name for each in chance.sample(plain, 2))
        if both in table.uniques:
            return None
        return _put(before, replace(table, indexes=(both,))), f"{table.name}.{both}", True
    if chance.random() < 0.3 and not table.uniques:
        return _put(before, replace(table, uniques=((field.name,),))), f"{table.name}.{field.name}", True
    new = replace(field, index=True, unique=chance.random() < 0.3)
    return _put(before, table.with_field(field.name, new)), f"{table.name}.{field.name}", True


def _table_changed(chance: random.Random, before: Tables) -> Changed | None:
    if chance.random() < 0.3:
        linked = {each.key.table for table in before.values() for each in table.fields if each.key}
        free = [name for name in before if name not in linked]
        if not free:
            return None
        name = chance.choice(free)
        return {key: table for key, table in before.items() if key != name}, name, True
    fields = [Field("id", "sa.Integer()", nullable=False)]
    for each in chance.sample(_NAMES, chance.randint(2, 6)):
        fields.append(_field(chance, "routes", each))
    if chance.random() < 0.6:
        fields.append(_link(chance, "org_id", "orgs"))
    if chance.random() < 0.3:
        fields.append(Field("temper", "", labels=("CALM", "WILD")))
    return _put(before, Table("routes", tuple(fields))), "routes", True


def _key_changed(chance: random.Random, before: Tables) -> Changed | None:
    table = chance.choice(list(before.values()))
    draw_of = chance.random()
    linked = [each for each in table.fields if each.key]
    if draw_of < 0.4:
        plain = [
            each
            for each in table.fields
            if each.type == "sa.Integer()" and not each.key and each.name != "id"
        ]
        others = [name for name in before if name != table.name]
        if not plain:
            return None
        field = chance.choice(plain)
        new = replace(field, key=Key(chance.choice(others), chance.choice(("", "CASCADE"))), default="")
        if field.default:
            return None
    elif not linked:
        return None
    else:
        field = chance.choice(linked)
        assert field.key is not None
        if draw_of < 0.7:
            new = replace(field, key=None)
        else:
            rules = [each for each in ("CASCADE", "RESTRICT") if each != field.key.ondelete]
            if not field.key.ondelete:
                rules = ["CASCADE"]
            new = replace(field, key=replace(field.key, ondelete=chance.choice(rules)))
    return _put(before, table.with_field(field.name, new)), f"{table.name}.{field.name}", True


KINDS: tuple[tuple[str, Callable[[random.Random, Tables], Changed | None]], ...] = (
    ("column added", _column_added),
    ("column dropped", _column_dropped),
    ("column renamed", _column_renamed),
    ("type", _type_changed),
    ("length", _length_changed),
    ("nullable", _nullable_changed),
    ("enum member", _member_changed),
    ("index", _index_changed),
    ("table", _table_changed),
    ("foreign key", _key_changed),
)


def _put(before: Tables, table: Table) -> Tables:
    return {**before, table.name: table}


def _is_unnamed(table: Table, field: Field) -> bool:
    """Whether nothing beside the column names it."""
    named = {name for columns in (*table.uniques, *table.indexes) for name in columns}
    return field.name not in named and field.name != "id"


def _is_free(table: Table, field: Field) -> bool:
    return _is_unnamed(table, field) and field.key is None


def _any(
    chance: random.Random, before: Tables, wanted: Callable[[Table, Field], bool]
) -> tuple[Table, Field]:
    found = [(table, each) for table in before.values() for each in table.fields if wanted(table, each)]
    return chance.choice(found)
