"""DDL texts about constraints, indexes and enum types as operations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from bugcatalog_ls.facts.constraints import Constraints, ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.operations import (
    AddConstraint,
    ChangeEnum,
    DropConstraint,
    Operation,
    TouchConstraints,
)

if TYPE_CHECKING:
    from sqlglot import exp

_NAME = r"[\w.\"`\[\]$]+"
_CREATE_INDEX = re.compile(
    rf"^\s*CREATE\s+(?P<unique>UNIQUE\s+)?INDEX\s+(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>{_NAME})\s+"
    rf"ON\s+(?:ONLY\s+)?(?P<table>{_NAME})\s*(?:USING\s+\w+\s*)?\((?P<columns>.*)\)",
    re.IGNORECASE | re.DOTALL,
)
_INDEX = re.compile(r"^\s*(?:CREATE|DROP|ALTER)\s+(?:UNIQUE\s+|FULLTEXT\s+)?INDEX\b", re.IGNORECASE)
_DROP_INDEX = re.compile(
    rf"^\s*DROP\s+INDEX\s+(?:CONCURRENTLY\s+)?(?:IF\s+EXISTS\s+)?(?P<name>{_NAME})(?:\s+ON\s+(?P<table>{_NAME}))?",
    re.IGNORECASE,
)
_ALTER_TABLE = re.compile(
    rf"^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<table>{_NAME})\s+(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ADD_KEY = re.compile(
    rf"^ADD\s+(?:CONSTRAINT\s+(?P<name>{_NAME})\s+)?FOREIGN\s+KEY\s*\((?P<columns>[^()]*)\)\s*"
    rf"REFERENCES\s+(?P<referred>{_NAME})\s*\((?P<remote>[^()]*)\)(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ADD_UNIQUE = re.compile(
    rf"^ADD\s+(?:CONSTRAINT\s+(?P<name>{_NAME})\s+)?UNIQUE\s*(?:KEY\s*|INDEX\s*)?\((?P<columns>[^()]*)\)\s*;?$",
    re.IGNORECASE,
)
_DROP = re.compile(
    rf"^DROP\s+(?P<kind>CONSTRAINT|FOREIGN\s+KEY|INDEX|KEY)\s+(?:IF\s+EXISTS\s+)?(?P<name>{_NAME})\s*(?:CASCADE|RESTRICT)?\s*;?$",
    re.IGNORECASE,
)
_CONSTRAINT = re.compile(
    r"\b(?:ADD|DROP|RENAME)\s+(?:CONSTRAINT|FOREIGN|UNIQUE|INDEX|KEY|FULLTEXT)\b", re.IGNORECASE
)
_CHECK = re.compile(rf"^ADD\s+(?:CONSTRAINT\s+{_NAME}\s+)?(?:CHECK|PRIMARY)\b", re.IGNORECASE)
_ONDELETE = re.compile(
    r"\bON\s+DELETE\s+(CASCADE|SET\s+NULL|SET\s+DEFAULT|RESTRICT|NO\s+ACTION)", re.IGNORECASE
)
_CREATE_TYPE = re.compile(
    rf"\bCREATE\s+TYPE\s+(?P<name>{_NAME})\s+AS\s+ENUM\s*\((?P<labels>[^()]*)\)", re.IGNORECASE
)
_ADD_VALUE = re.compile(
    rf"\bALTER\s+TYPE\s+(?P<name>{_NAME})\s+ADD\s+VALUE\s+(?:IF\s+NOT\s+EXISTS\s+)?'(?P<label>(?:[^']|'')*)'",
    re.IGNORECASE,
)
_RENAME_VALUE = re.compile(
    rf"\bALTER\s+TYPE\s+(?P<name>{_NAME})\s+RENAME\s+VALUE\s+'(?P<old>(?:[^']|'')*)'\s+TO\s+'(?P<new>(?:[^']|'')*)'",
    re.IGNORECASE,
)
_RENAME_TYPE = re.compile(
    rf"\bALTER\s+TYPE\s+(?P<name>{_NAME})\s+RENAME\s+TO\s+(?P<new>{_NAME})", re.IGNORECASE
)
_ANY_TYPE = re.compile(
    rf"\b(?:ALTER|DROP|CREATE)\s+TYPE\s+(?:IF\s+EXISTS\s+)?(?P<name>{_NAME})", re.IGNORECASE
)


def constraint_operations(text: str) -> list[Operation]:
    """What one statement does to indexes, enum types and, by `ALTER TABLE`, to constraints."""
    if re.search(r"\bTYPE\b", text, re.IGNORECASE) and (found := _enum_changes(text)):
        return found
    if _INDEX.match(text):
        return [_index_change(text)]
    altered = _ALTER_TABLE.match(text)
    if altered is None or not _CONSTRAINT.search(text):
        return []
    table, rest = _plain(altered["table"]), " ".join(altered["rest"].split())
    if (key := _ADD_KEY.match(rest)) is not None and "," not in key["rest"]:
        ondelete = _ONDELETE.search(key["rest"])
        said = " ".join(ondelete[1].upper().split()) if ondelete else ""
        referred = _plain(key["referred"])
        made = ForeignKeyConstraint(
            _names(key["columns"]), referred, _names(key["remote"]), said, _plain(key["name"] or "")
        )
        return [AddConstraint(table, made)]
    if (unique := _ADD_UNIQUE.match(rest)) is not None:
        return [
            AddConstraint(table, UniqueConstraint(_names(unique["columns"]), _plain(unique["name"] or "")))
        ]
    if (dropped := _DROP.match(rest)) is not None:
        word = dropped["kind"].split()[0].upper()
        kind = {"FOREIGN": "foreignkey", "INDEX": "index", "KEY": "index"}.get(word, "")
        return [DropConstraint(table, _plain(dropped["name"]), kind)]
    if _CHECK.match(rest) and rest.upper().count("CONSTRAINT") < 2:
        return []
    return [TouchConstraints(table)]


def constraints_of_table(schema: exp.Schema) -> Constraints:
    """The constraints in the parentheses of a parsed `CREATE TABLE`."""
    from sqlglot import exp

    found = Constraints()
    for each in schema.expressions:
        if isinstance(each, exp.ColumnDef):
            for constraint in each.args.get("constraints") or ():
                kind = constraint.kind
                if isinstance(kind, exp.Reference):
                    found = found.with_(_reference((each.name,), kind, ""))
                elif isinstance(kind, exp.UniqueColumnConstraint):
                    found = found.with_(UniqueConstraint((each.name,)))
            continue
        name = each.name if isinstance(each, exp.Constraint) else ""
        for inner in each.expressions if isinstance(each, exp.Constraint) else (each,):
            if isinstance(inner, exp.ForeignKey) and inner.args.get("reference") is not None:
                columns = tuple(column.name for column in inner.expressions)
                found = found.with_(_reference(columns, inner.args["reference"], name))
            elif isinstance(inner, exp.UniqueColumnConstraint):
                listed = inner.this.expressions if isinstance(inner.this, exp.Schema) else ()
                if listed:
                    found = found.with_(UniqueConstraint(tuple(column.name for column in listed), name))
                else:
                    found = found.unknown()
            elif isinstance(inner, exp.IndexColumnConstraint):
                found = found.unknown()
    return found


def _reference(columns: tuple[str, ...], reference: Any, name: str) -> ForeignKeyConstraint:
    from sqlglot import exp

    target = reference.this
    table = target.this if isinstance(target, exp.Schema) else target
    referred = tuple(each.name for each in target.expressions) if isinstance(target, exp.Schema) else ()
    schema = table.args.get("db") if table is not None else None
    plain = f"{schema.name}.{table.name}" if schema is not None and schema.name != "public" else table.name
    words = " ".join(str(each) for each in reference.args.get("options") or ())
    ondelete = _ONDELETE.search(words)
    return ForeignKeyConstraint(
        columns, plain, referred, " ".join(ondelete[1].upper().split()) if ondelete else "", name
    )


def _index_change(text: str) -> Operation:
    if (made := _CREATE_INDEX.match(text)) is not None:
        columns = tuple(_indexed(part) for part in _parts(made["columns"].split(") WHERE")[0]))
        return AddConstraint(
            _plain(made["table"]), TableIndex(_last(made["name"]), columns, bool(made["unique"]))
        )
    if (dropped := _DROP_INDEX.match(text)) is not None:
        table = _plain(dropped["table"]) if dropped["table"] else None
        return DropConstraint(table, _last(dropped["name"]), "index")
    return TouchConstraints(None, index_change(text))


def index_change(text: str) -> Literal["", "created", "dropped"]:
    """What a statement does to an index that can touch no constraint; empty where it is another one."""
    if _INDEX.match(text) is None:
        return ""
    if not re.match(r"\s*DROP\b", text, re.IGNORECASE):
        return "created"
    # Only MySQL names the table of one that goes, and there a constraint may go with it.
    return "" if re.search(r"\sON\s", text, re.IGNORECASE) else "dropped"


def _parts(text: str) -> list[str]:
    """What stands between the commas outside of parentheses."""
    found, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        if letter == ")" and depth == 0:
            text = text[:position]
            break
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            found.append(text[start:position])
            start = position + 1
    return [*found, text[start:]]


def _indexed(part: str) -> str:
    words = part.split()
    name = words[0].strip('"`[]') if words else ""
    return name if name.isidentifier() else ""


def _enum_changes(text: str) -> list[Operation]:
    found: list[Operation] = []
    known: set[str] = set()
    for made in _CREATE_TYPE.finditer(text):
        labels = tuple(each.replace("''", "'") for each in re.findall(r"'((?:[^']|'')*)'", made["labels"]))
        found.append(ChangeEnum(_last(made["name"]), labels))
        known.add(made["name"])
    for added in _ADD_VALUE.finditer(text):
        if "\0" in added["label"]:
            continue
        found.append(ChangeEnum(_last(added["name"]), added=(added["label"].replace("''", "'"),)))
        known.add(added["name"])
    for renamed in _RENAME_VALUE.finditer(text):
        found.append(ChangeEnum(_last(renamed["name"]), renamed=((renamed["old"], renamed["new"]),)))
        known.add(renamed["name"])
    for moved in _RENAME_TYPE.finditer(text):
        found.append(ChangeEnum(_last(moved["name"]), new_name=_last(moved["new"])))
        known.add(moved["name"])
    for touched in _ANY_TYPE.finditer(text):
        if touched["name"] not in known and not re.match(r"DROP", touched[0], re.IGNORECASE):
            found.append(ChangeEnum(_last(touched["name"])))
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(_plain(each) for each in text.split(","))


def _plain(name: str) -> str:
    return re.sub(r"[\"`\[\]]", "", name.strip().rstrip(";,")).removeprefix("public.")


def _last(name: str) -> str:
    return _plain(name).rpartition(".")[2]
