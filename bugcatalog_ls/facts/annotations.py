"""What the annotation of a mapped attribute says of its column: type, nullability, shared options."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType, type_for_annotation
from bugcatalog_ls.facts.columns import COLUMN_CALLS, Column, column
from bugcatalog_ls.facts.constants import constant_at, definition_of
from bugcatalog_ls.facts.expressions import Call, Constant, Expression, Name, Operation, Subscript, dotted
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.sources import quoted
from bugcatalog_ls.facts.type_maps import mapped_type, type_map
from bugcatalog_ls.facts.type_names import PYDANTIC_TYPES

_UNIONS = frozenset({"typing.Union", "typing_extensions.Union"})
_OPTIONALS = frozenset({"typing.Optional", "typing_extensions.Optional"})
_ANNOTATED = frozenset({"typing.Annotated", "typing_extensions.Annotated"})
_LITERALS = frozenset({"typing.Literal", "typing_extensions.Literal"})
_CLASS_VARS = frozenset({"typing.ClassVar", "typing_extensions.ClassVar"})
_MANY = frozenset(
    {
        "builtins.list",
        "builtins.set",
        "typing.List",
        "typing.Set",
        "typing.Sequence",
        "collections.abc.Sequence",
    }
)


class AnnotatedType(msgspec.Struct, frozen=True):
    """An annotation, taken apart. `symbol` is the plain type's, empty where it is not a single name.

    `shared` is the column that an `Annotated` alias carries. `is_mapped` tells of `Mapped[…]`,
    `is_relationship` of `DynamicMapped` and its kind. `names` are the symbols that a type map may know
    the type by, aliases first, `annotated` is its `Annotated[…]`, `literals` the texts of a `Literal[…]`.
    """

    symbol: str
    optional: bool
    is_mapped: bool
    is_relationship: bool
    shared: Column | None
    names: tuple[str, ...] = ()
    annotated: Expression | None = None
    literals: tuple[str, ...] = ()

    def complete(
        self,
        index: FactIndex,
        made: Column,
        call: Call | None,
        *,
        owner: str = "",
    ) -> Column:
        """A column with what the annotation adds to it; `call` is what says whether it may be null.

        `owner` is the mapped class, whose base may have types of its own for annotations.
        """
        shared = self.shared
        if shared is not None:
            made = msgspec.structs.replace(
                made,
                name=made.name or shared.name,
                type=made.type if made.type.name or made.type.source else shared.type,
                primary_key=made.primary_key or shared.primary_key,
                unique=made.unique or shared.unique,
                index=made.index or shared.index,
                server_default=made.server_default or shared.server_default,
                default=made.default or shared.default,
                literal_default=made.literal_default or shared.literal_default,
                onupdate=made.onupdate or shared.onupdate,
                computed=made.computed or shared.computed,
                foreign_keys=made.foreign_keys or shared.foreign_keys,
            )
        written = call.keyword("nullable") if call is not None else None
        nullable = made.nullable
        if call is None or written is None:
            nullable = self.optional and not made.primary_key
            if shared is not None and shared.nullable is not None and not self.optional:
                nullable = False
        column_type = made.type
        # What points to another column takes its type from there.
        if not column_type.name and not (self.is_mapped and made.foreign_keys):
            column_type = self._type(index, owner) or column_type
        return msgspec.structs.replace(made, nullable=nullable, type=column_type, python_type=self.symbol)

    def _type(self, index: FactIndex, owner: str) -> ColumnType | None:
        types = type_map(index, owner) if owner and self.is_mapped and self.names else None
        if types is not None:
            found = mapped_type(index, types, self.names, self.annotated)
            if found is not None:
                return found
        if self.literals and self.is_mapped:
            listed = ", ".join(quoted(text) for text in self.literals)
            source = f"sa.Enum({listed}, native_enum=False)"
            return ColumnType("ENUM", labels=self.literals, source=source, native=False)
        return type_for_annotation(index, self.symbol) if self.symbol else None


class _Seen:
    """What is met on the way from an annotation to its plain type."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.annotated: Expression | None = None
        self.literals: tuple[str, ...] = ()


def annotated_type(index: FactIndex, annotation: Expression | None, path: str) -> AnnotatedType | None:
    """What an annotation says; None where there is none."""
    if annotation is None:
        return None
    is_mapped = is_relationship = False
    if isinstance(annotation, Subscript) and annotation.items:
        head = library_name(index, annotation.owner, path)
        if head in ("Mapped", "DynamicMapped", "WriteOnlyMapped"):
            is_mapped, is_relationship = True, head != "Mapped"
            annotation = annotation.items[0]
    if isinstance(annotation, Constant) and isinstance(annotation.value, str):
        text = annotation.value
        mapped = text.startswith(("Mapped[", "orm.Mapped[", "so.Mapped["))
        inner = text[text.index("[") + 1 : -1] if mapped else text
        optional = inner.startswith(("Optional[", "typing.Optional[")) or "None" in inner.replace(
            " ", ""
        ).split("|")
        return AnnotatedType("", optional, is_mapped or mapped, is_relationship, None)
    seen = _Seen()
    symbol, optional, shared = _plain(index, annotation, path, 8, seen)
    return AnnotatedType(
        symbol,
        optional,
        is_mapped,
        is_relationship,
        shared,
        tuple(seen.names),
        seen.annotated,
        seen.literals,
    )


def is_class_var(index: FactIndex, annotation: Expression, path: str) -> bool:
    head = annotation.owner if isinstance(annotation, Subscript) else annotation
    symbol = dotted(head)
    return symbol is not None and definition_of(index, symbol, path) in _CLASS_VARS


def _plain(
    index: FactIndex, annotation: Expression, path: str, depth: int, seen: _Seen
) -> tuple[str, bool, Column | None]:
    """The symbol of a type, whether None is allowed, and the column of an `Annotated`."""
    if depth <= 0:
        return "", False, None
    match annotation:
        case Constant(value=None):
            return "", True, None
        case Operation(operator="|", operands=operands):
            return _union(index, operands, path, depth - 1, seen)
        case Subscript(owner=owner, items=items):
            head = definition_of(index, dotted(owner) or "", path)
            if head in _OPTIONALS and items:
                symbol, _, shared = _plain(index, items[0], path, depth - 1, seen)
                return symbol, True, shared
            if head in _UNIONS:
                return _union(index, items, path, depth - 1, seen)
            if head in _LITERALS:
                texts = [item.value for item in items if isinstance(item, Constant)]
                seen.names.append(head)
                if len(texts) == len(items) and all(text is None or isinstance(text, str) for text in texts):
                    seen.literals = tuple(text for text in texts if isinstance(text, str))
                return "", None in texts, None
            if head in _ANNOTATED and items:
                seen.annotated = annotation
                symbol, optional, shared = _plain(index, items[0], path, depth - 1, seen)
                for extra in items[1:]:
                    if isinstance(extra, Call) and library_name(index, extra.function, path) in COLUMN_CALLS:
                        shared = column(index, extra, path)
                return symbol, optional, shared
            return (head if head in _MANY else ""), False, None
        case Call(function=function) if (made := dotted(function)) is not None:
            package, _, name = definition_of(index, made, path).rpartition(".")
            return (PYDANTIC_TYPES.get(name, "") if package.startswith("pydantic") else ""), False, None
        case Name() | _ if (written := dotted(annotation)) is not None:
            symbol = definition_of(index, written, path)
            seen.names.append(symbol)
            constant = constant_at(index, symbol)
            if constant is not None:
                return _plain(index, constant[1], constant[0], depth - 1, seen)
            return symbol, False, None
    return "", False, None


def _union(
    index: FactIndex, members: tuple[Expression, ...], path: str, depth: int, seen: _Seen
) -> tuple[str, bool, Column | None]:
    found = [_plain(index, member, path, depth, seen) for member in members]
    symbols = [symbol for symbol, _, _ in found if symbol]
    shared = next((each for _, _, each in found if each is not None), None)
    return (symbols[0] if len(symbols) == 1 else ""), any(optional for _, optional, _ in found), shared
