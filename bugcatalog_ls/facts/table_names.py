"""Names of tables that classes derive from their own name."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.constants import constant_at, definition_of, text_in
from bugcatalog_ls.facts.expressions import Attribute, Call, Expression, Joined, Name, Operation, dotted
from bugcatalog_ls.facts.index import FactIndex


def class_text(index: FactIndex, value: Expression, path: str, class_name: str) -> str | None:
    """A string made from a class's name: `cls.__name__.lower()`, f-strings, `re.sub` of a known pattern."""
    match value:
        case Attribute(owner=Name(name="cls" | "self"), name="__name__"):
            return class_name
        case Joined(parts=parts):
            texts = [class_text(index, part, path, class_name) for part in parts]
            return None if None in texts else "".join(text or "" for text in texts)
        case Operation(operator="+", operands=(left, right)):
            first = class_text(index, left, path, class_name)
            second = class_text(index, right, path, class_name)
            return first + second if first is not None and second is not None else None
        case Call(function=Attribute(owner=owner, name=("lower" | "upper") as method), arguments=()):
            text = class_text(index, owner, path, class_name)
            if text is None:
                return None
            return text.lower() if method == "lower" else text.upper()
        case Call(function=Attribute(owner=owner, name="sub")) if len(value.arguments) in (2, 3):
            arguments = list(value.arguments)
            pattern = arguments.pop(0) if dotted(owner) == "re" else _compiled(index, owner, path)
            if len(arguments) != 2 or pattern is None:
                return None
            replacement = text_in(index, arguments[0], path)
            text = class_text(index, arguments[1], path, class_name)
            return _substituted(text_in(index, pattern, path), replacement, text)
    return text_in(index, value, path)


def _compiled(index: FactIndex, owner: Expression, path: str) -> Expression | None:
    symbol = dotted(owner)
    constant = constant_at(index, definition_of(index, symbol, path)) if symbol else None
    if constant is None or not isinstance(constant[1], Call) or not constant[1].arguments:
        return None
    return constant[1].arguments[0] if dotted(constant[1].function) == "re.compile" else None


def _substituted(pattern: str | None, replacement: str | None, text: str | None) -> str | None:
    if pattern is None or replacement is None or text is None or len(text) > 80:
        return None
    # A pattern with few repetitions cannot run away on a class's name.
    if len(re.findall(r"[*+{]", pattern)) > 3:
        return None
    try:
        return re.sub(pattern, replacement, text)
    except (re.error, IndexError):
        return None


def snake_case(name: str) -> str:
    """Flask-SQLAlchemy's default: `HTTPServer` is `http_server`."""
    name = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", name)
    return name.lower().lstrip("_")
