"""Operators of migrations on values that may be unknown."""

from __future__ import annotations

from bugcatalog_ls.facts.replay_values import UNKNOWN, Pattern, Value, contains, equal, joined


def applied(operator: str, left: Value, right: Value) -> Value:
    """What an operator of two operands gives; `and` and `or` look at their operands one by one."""
    answer: bool | None
    match operator:
        case "==" | "is":
            answer = equal(left, right)
        case "!=" | "is not":
            same = equal(left, right)
            answer = None if same is None else not same
        case "in":
            answer = contains(right, left)
        case "not in":
            held = contains(right, left)
            answer = None if held is None else not held
        case "+" if isinstance(left, (str, Pattern)) or isinstance(right, (str, Pattern)):
            return joined([left, right])
        case "+" if isinstance(left, list) and isinstance(right, list):
            return [*left, *right]
        case "-" | "&" | "|" if isinstance(left, list) and isinstance(right, list):
            return _set_operation(operator, left, right)
        case "%" if isinstance(left, str):
            return _formatted(left, right)
        case "<" | "<=" | ">" | ">=" if isinstance(left, int) and isinstance(right, int):
            return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
        case _:
            answer = None
    return UNKNOWN if answer is None else answer


def items_of(value: Value) -> list[Value] | None:
    """The items to go through, where they are known."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, dict):
        return list(value)
    return None


def _set_operation(operator: str, left: list[Value], right: list[Value]) -> Value:
    answers = [contains(right, item) for item in left]
    if None in answers:
        return UNKNOWN
    held = [item for item, answer in zip(left, answers, strict=True) if answer]
    if operator == "&":
        return held
    without = [item for item, answer in zip(left, answers, strict=True) if not answer]
    return (
        without if operator == "-" else [*left, *(item for item in right if contains(left, item) is not True)]
    )


def _formatted(text: str, values: Value) -> Value:
    given = list(values) if isinstance(values, (list, tuple)) else [values]
    parts: list[Value] = []
    pieces = text.split("%s")
    if len(pieces) - 1 != len(given) or isinstance(values, dict):
        return joined([text.split("%")[0], UNKNOWN])
    for position, piece in enumerate(pieces):
        parts.append(piece)
        if position < len(given):
            parts.append(given[position])
    return joined(parts)
