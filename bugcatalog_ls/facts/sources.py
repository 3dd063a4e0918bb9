"""Expressions of SQLAlchemy's names and literals, as a migration that imports `sa` writes them."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.constants import constant_at, definition_of
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Collection,
    Constant,
    Expression,
    Mapping,
    Name,
    Operation,
    Subscript,
    dotted,
)
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name, name_in_library
from bugcatalog_ls.facts.resolve import resolve

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def source_of(index: FactIndex, value: Expression | None, path: str) -> tuple[str, tuple[str, ...]]:
    """How a migration writes an expression made of SQLAlchemy's names and literals, and the
    dialects it needs; an empty text where it holds anything else."""
    dialects: list[str] = []
    text = _source(index, value, path, dialects)
    return (text or "", tuple(dict.fromkeys(dialects)) if text else ())


def literal_default(value: Expression | None) -> str:
    """A literal default as a server default; empty where it is none."""
    match value:
        case Constant(value=bool(flag)):
            return "sa.true()" if flag else "sa.false()"
        case Constant(value=str(text)):
            return quoted(text)
        case Constant(value=int(number)) | Constant(value=float(number)):
            return f'sa.text("{number}")'
        case Call(function=function, arguments=(Constant(value=written),)):
            is_number = (dotted(function) or "").rpartition(".")[2] == "Decimal"
            return f'sa.text("{written}")' if is_number and _NUMBER.fullmatch(str(written)) else ""
    return ""


def _source(index: FactIndex, value: Expression | None, path: str, dialects: list[str]) -> str | None:
    match value:
        case Constant(value=constant):
            return quoted(constant) if isinstance(constant, str) else repr(constant)
        case Name() | Attribute():
            symbol = dotted(value)
            if symbol is None:
                return None
            resolved = resolve(index, symbol, path)
            if (written := _written(resolved, dialects)) is not None:
                return written
            definition = definition_of(index, symbol, path)
            found = constant_at(index, definition)
            return _source(index, found[1], found[0], dialects) if found is not None else None
        case Call(function=function, arguments=arguments, keywords=keywords):
            head = _callee(index, function, path, dialects)
            if head is None:
                return None
            parts: list[str] = []
            for argument in arguments:
                text = _source(index, argument, path, dialects)
                if text is None:
                    return None
                parts.append(text)
            for key, argument in keywords:
                text = _source(index, argument, path, dialects)
                if text is None or key == "**":
                    return None
                parts.append(f"{key}={text}")
            # A single length is written the way autogenerate does.
            if len(parts) == 1 and head in ("sa.String", "sa.Unicode") and parts[0].isdigit():
                parts[0] = f"length={parts[0]}"
            return f"{head}({', '.join(parts)})"
        case Operation(operator="-", operands=(operand,)):
            text = _source(index, operand, path, dialects)
            return f"-{text}" if text is not None else None
        case Collection(kind=kind, items=items) if kind in ("list", "tuple"):
            texts = [_source(index, item, path, dialects) for item in items]
            if any(text is None for text in texts):
                return None
            joined = ", ".join(text or "" for text in texts)
            return f"[{joined}]" if kind == "list" else f"({joined}{',' if len(texts) == 1 else ''})"
        case Mapping() | Subscript():
            return None
    return None


def _callee(index: FactIndex, function: Expression, path: str, dialects: list[str]) -> str | None:
    if isinstance(function, Attribute) and isinstance(function.owner, Call):
        if library_name(index, function, path) is not None:
            return _source(index, function, path, dialects)
        owner = _source(index, function.owner, path, dialects)
        return f"{owner}.{function.name}" if owner is not None else None
    if isinstance(function, Attribute) and function.name == "with_variant":
        owner = _source(index, function.owner, path, dialects)
        return f"{owner}.with_variant" if owner is not None else None
    return _source(index, function, path, dialects)


def _written(symbol: str, dialects: list[str]) -> str | None:
    """A resolved symbol of SQLAlchemy as a migration with `import sqlalchemy as sa` writes it."""
    if symbol.startswith(("sqlalchemy.func.", "sqlalchemy.sql.func.", "sqlalchemy.sql.functions.")):
        return f"sa.func.{symbol.rpartition('.')[2]}"
    name = name_in_library(symbol)
    if name is None:
        return None
    if "." in name:
        dialects.append(name.split(".")[0])
        return name
    if not name[:1].isalpha() or (not name[0].isupper() and name not in ("text", "true", "false", "null")):
        return None
    return f"sa.{name}"


def quoted(text: str) -> str:
    """A string literal, with double quotes where it can be."""
    # A leading single quote makes `repr` choose double ones.
    return repr(text) if '"' in text else '"' + repr("'" + text)[2:]
