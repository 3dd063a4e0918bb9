"""Constants of modules and classes, enum members included, and where a name is defined.

Kept as expressions, so that `String(NAME_LENGTH)`, `Enum(Color)` or a table's name in a variable
can be read wherever they are defined.
"""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.expression_reading import expression
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expression,
    Joined,
    Mapping,
    Name,
    Operation,
    Starred,
    Subscript,
    dotted,
)
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.name_symbols import own_symbol
from bugcatalog_ls.facts.resolve import class_at, file_of_module, mro
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import module_name

_MAX_SIZE = 400
_MAX_SIZE_IN_REVISION = 20_000
_MAX_REPEATED = 10_000
_ENUMS = frozenset(f"enum.{name}" for name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"))
_REVISION = Words(b"down_revision")
_SCHEMA_LIBRARIES = Words(b"sqlalchemy", b"sqlmodel", b"alembic", b"SQLAlchemy")


class ConstantFact(Fact, frozen=True):
    """What a module or class binds to a name, once, by an expression that says what it is."""

    symbol: str
    value: Expression

    @property
    def key(self) -> str:
        return self.symbol


@derived
def constant_at(index: FactIndex, symbol: str) -> tuple[str, Expression] | None:
    """The path and value of a constant, by the symbol that `definition_of` gives."""
    found = index.one(ConstantFact, symbol)
    return (found[0], found[1].value) if found is not None else None


@derived
def definition_of(index: FactIndex, symbol: str, path: str) -> str:
    """The name under which the workspace defines what a file calls `symbol`.

    Unlike `resolve` it goes through imports and re-exports only, never into what a name is bound
    to, so that two `declarative_base()` of a workspace stay two.
    """
    for _ in range(20):
        segments = symbol.split(".")
        if "(" in symbol or segments[0] == "builtins":
            return symbol
        file = None
        n_module = len(segments) - 1
        while n_module > 0 and file is None:
            file = file_of_module(index, ".".join(segments[:n_module]), path)
            n_module -= 1
        if file is None:
            return symbol
        module, name, rest = module_name(file), segments[n_module + 1], segments[n_module + 2 :]
        own = ".".join([module, name, *rest])
        exports = index.one(ModuleExports, module)
        constant = index.one(ConstantFact, f"{module}.{name}")
        if exports is None or (constant is not None and not isinstance(constant[1].value, (Name, Attribute))):
            return own
        names = exports[1].names
        target = names.get(name)
        if name not in names and (star := _star_with(index, exports[1], file, name)) is not None:
            target = f"{star}.{name}"
        if target is not None and "(" in target and constant is not None:
            # An annotation (`Model: DefaultMeta = db.Model`) says what kind of thing it is, not which.
            target = dotted(constant[1].value) or target
        # What is made by a call or a subscript is defined here, not where the maker is.
        if target is None or target in (f"{module}.{name}", "None") or "(" in target or "[" in target:
            return own
        symbol, path = ".".join([target, *rest]), file
    return symbol


@derived
def enum_members(index: FactIndex, symbol: str) -> tuple[tuple[str, Expression], ...] | None:
    """The members of an enum class of the workspace, in order, with their values; an alias is no member."""
    symbols, _ = mro(index, symbol)
    if not any(name in _ENUMS for name in symbols):
        return None
    found = class_at(index, symbol)
    if found is None:
        return None
    members: list[tuple[str, Expression]] = []
    for name in found[1].attributes:
        constant = constant_at(index, f"{symbol}.{name}")
        if name.startswith("_"):
            continue
        if constant is None:
            return None
        # Two calls (`auto()`) are not the same value; a constant that stands again is.
        if isinstance(constant[1], Constant) and any(value == constant[1] for _, value in members):
            continue
        members.append((name, constant[1]))
    return tuple(members) or None


def evaluate(index: FactIndex, value: Expression | None, path: str, depth: int = 8) -> Expression | None:
    """An expression with the constants that it names put in; None where it stays unknown."""
    if depth <= 0:
        return None
    match value:
        case Constant():
            return value
        case Name() | Attribute():
            symbol = dotted(value)
            if not symbol:
                return None
            symbol = definition_of(index, symbol.removesuffix(".value"), path)
            found = constant_at(index, symbol)
            return evaluate(index, found[1], found[0], depth - 1) if found is not None else None
        case Joined(parts=parts):
            texts = [text_in(index, part, path, depth - 1) for part in parts]
            return None if None in texts else Constant("".join(text or "" for text in texts))
        case Operation(operator="+", operands=(left, right)):
            first = text_in(index, left, path, depth - 1)
            second = text_in(index, right, path, depth - 1)
            return Constant(first + second) if first is not None and second is not None else None
        case Operation(operator="*", operands=(left, right)):
            repeated, number = text_in(index, left, path, depth - 1), evaluate(index, right, path, depth - 1)
            n_times = number.value if isinstance(number, Constant) else None
            if repeated is None or not isinstance(n_times, int) or len(repeated) * n_times > _MAX_REPEATED:
                return None
            return Constant(repeated * n_times)
        case Collection(kind=kind, items=items):
            found_items = [evaluate(index, item, path, depth - 1) for item in items]
            known = tuple(item for item in found_items if item is not None)
            return Collection(kind, known) if len(known) == len(items) else None
    return None


def text_in(index: FactIndex, value: Expression | None, path: str, depth: int = 8) -> str | None:
    """The string that an expression is, with constants of the workspace put in."""
    found = evaluate(index, value, path, depth)
    return found.value if isinstance(found, Constant) and isinstance(found.value, str) else None


def number_in(index: FactIndex, value: Expression | None, path: str) -> int | None:
    """The whole number that an expression is, with constants of the workspace put in."""
    found = evaluate(index, value, path)
    if not isinstance(found, Constant) or isinstance(found.value, bool):
        return None
    return found.value if isinstance(found.value, int) else None


def _collect(file: PyFile, facts: Facts) -> None:
    # Calls are worth keeping where they may make a type or a metadata.
    keeps_calls = file.holds(_SCHEMA_LIBRARIES)
    max_size = _MAX_SIZE_IN_REVISION if file.holds(_REVISION) else _MAX_SIZE
    scopes = [file.scopes.module, *(d.scope for d in file.classes if d.scope is not None)]
    for scope in scopes:
        for name, bindings in scope.bindings.items():
            binding = bindings[0]
            value = binding.value
            if len(bindings) != 1 or binding.kind != "assign" or value is None:
                continue
            if value.end_byte - value.start_byte > 20 * max_size:
                continue
            if not keeps_calls and not _may_be_constant(value):
                continue
            found = expression(file, value)
            if _is_constant(found, keeps_calls) and _size(found) <= max_size:
                facts.add(ConstantFact(own_symbol(file, scope, name), found))


VOCABULARY = Vocabulary(_collect)


def _may_be_constant(value: Node) -> bool:
    """Whether a value outside of files that deal with schemas is worth a look, by its syntax."""
    if value.type == "call":
        return (value.text or b"").startswith((b"re.compile(", b"auto(", b"enum.auto("))
    return value.type in _PLAIN


_PLAIN = frozenset(
    {"string", "concatenated_string", "integer", "float", "true", "false", "none", "list", "tuple", "set",
     "identifier", "attribute", "subscript", "binary_operator", "unary_operator", "dictionary"}
)  # fmt: skip


def _is_constant(value: Expression, keeps_calls: bool) -> bool:
    match value:
        case Constant() | Joined() | Name() | Attribute() | Subscript() | Operation():
            return True
        case Collection(items=items):
            return all(_is_constant(item, keeps_calls) for item in items)
        case Mapping(items=pairs):
            return all(_is_constant(item, keeps_calls) for _, item in pairs)
        case Call(function=function, arguments=arguments):
            return keeps_calls or (dotted(function) == "enum.auto" and not arguments) or _compiles(value)
        case Starred(value=inner):
            return _is_constant(inner, keeps_calls)
        case Comprehension():
            return keeps_calls
    return False


def _compiles(value: Call) -> bool:
    return dotted(value.function) == "re.compile"


def _size(value: Expression) -> int:
    match value:
        case Constant(value=text):
            return 1 + (len(text) // 100 if isinstance(text, str) else 0)
        case Attribute(owner=owner):
            return 1 + _size(owner)
        case Call(function=function, arguments=arguments, keywords=keywords):
            return _size(function) + sum(map(_size, arguments)) + sum(_size(item) for _, item in keywords)
        case Subscript(owner=owner, items=items):
            return _size(owner) + sum(map(_size, items))
        case Collection(items=items):
            return 1 + sum(map(_size, items))
        case Mapping(items=pairs):
            return 1 + sum(_size(item) + (_size(key) if key is not None else 0) for key, item in pairs)
        case Joined(parts=parts):
            return 1 + sum(map(_size, parts))
        case Operation(operands=operands):
            return 1 + sum(map(_size, operands))
        case Conditional(test=test, body=body, otherwise=otherwise):
            return 1 + _size(test) + _size(body) + _size(otherwise)
    return 1


def _star_with(index: FactIndex, exports: ModuleExports, file: str, name: str) -> str | None:
    for star in exports.stars:
        star_file = file_of_module(index, star, file)
        found = index.one(ModuleExports, module_name(star_file)) if star_file else None
        if found is not None and (name in found[1].names or found[1].stars):
            return star
    return None
