"""Classes and functions of the workspace: members, bases, parameters, what calls return."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import is_docstring, text_of

MemberKind = Literal["instance", "class", "static", "property"]
ParameterKind = Literal["positional", "keyword", "list", "dict"]

_SELF_TYPES = frozenset({"typing.Self()", "typing_extensions.Self()"})
_ITERATORS = frozenset(
    f"{module}.{name}()"
    for module in ("typing", "collections.abc")
    for name in ("Generator", "Iterator", "Iterable", "AsyncGenerator", "AsyncIterator", "AsyncIterable")
)


# Names that are computed: `setattr` with anything but a literal, writes to `__dict__`, `locals()`.
_DYNAMIC = re.compile(
    rb"\b(?:setattr|__setattr__)\(\s*[\w.()]+\s*,\s*(?![\"'\s])"
    rb"|__dict__\s*(?:\.(?:update|setdefault|pop)|\|?=(?!=)|\[[^\]]*\]\s*=(?!=))"
    rb"|\b(?:vars\((?:self)?\)|locals\(\)|exec\()"
    rb"|[\"']?\bautoload(?:_with)?[\"']?\s*[:=]"
)
_DYNAMIC_WORDS = Words(b"setattr", b"__dict__", b"vars(self)", b"vars()", b"locals()", b"exec(", b"autoload")
_HANDED_ON = re.compile(rb"super\((?:\w+,\s*\w+)?\)\.(?:__init__\(\s*[^\s)]|[a-z]\w*\()")
_MIXED_IN_WORDS = Words(b"ix-in", b"ixin", b"ixed-in", b"ixedin", b"atch-in", b"atched-in", b"be subclassed")
_MIXED_IN = re.compile(rb"\b(?:[Mm]ix(?:ed)?-?in|[Pp]atch(?:ed)?-in|(?:to|must|should) be subclassed)\b")


class Parameter(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One parameter; `annotation` is the symbol of an instance of its type."""

    name: str
    kind: ParameterKind
    has_default: bool = False
    annotation: str | None = None


class FunctionFact(Fact, frozen=True):
    """A function or method, by its symbol.

    `returns` is the symbol of what a call gives (what it yields, for a generator: a dependency
    or context manager is known by that); `owner` the symbol of the class it is a member of.
    """

    symbol: str
    parameters: tuple[Parameter, ...]
    returns: str | None
    is_async: bool
    is_generator: bool
    decorators: tuple[str | None, ...]
    owner: str
    member: MemberKind | None

    @property
    def key(self) -> str:
        return self.symbol


class ClassFact(Fact, frozen=True):
    """A class, by its symbol.

    `bases` and `decorators` are symbols, None where unknown. `members` are its own functions and
    nested classes by name; `attributes` what is assigned on the class or on `self`, with its symbol.
    `dynamic` tells that members may come at run time (`__getattr__`, `setattr(self, …)`, a
    metaclass, `__slots__`-free tricks with `__dict__`), or from the class that it is mixed into by
    its own words. `unsure` are the attributes that are given something unknown, or different things.
    """

    symbol: str
    bases: tuple[str | None, ...]
    decorators: tuple[str | None, ...]
    metaclass: str | None
    members: dict[str, MemberKind | Literal["nested"]]
    attributes: dict[str, str | None]
    dynamic: bool
    unsure: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.symbol


def class_anchor(symbol: str) -> str:
    """The anchor of a class's name."""
    return f"class {symbol}"


def _collect(file: PyFile, facts: Facts) -> None:
    yields = _by_function(file, file.nodes("yield"))
    returns = _by_function(file, file.nodes("return_statement"))
    kinds: dict[int, MemberKind] = {}
    for definition in file.functions:
        node = definition.node
        decorators = definition.decorators
        kinds[node.id] = _kind_of(definition.name, decorators)
        results = _Results(yields.get(node.id, []), returns.get(node.id, []))
        facts.add(_function(file, definition, decorators, kinds[node.id], results))
    dynamic_words = file.held(_DYNAMIC_WORDS)
    attributes: dict[str, dict[str, str | None]] = {}
    for path, symbol in file.names.attributes.items():
        owner, _, name = path.rpartition("().")
        attributes.setdefault(owner, {})[name] = symbol
    for definition in file.classes:
        facts.anchor(class_anchor(definition.symbol), definition.name_span)
        facts.add(_class(file, definition, attributes.get(definition.symbol, {}), kinds, dynamic_words))


VOCABULARY = Vocabulary(_collect)


def parameters_of(file: PyFile, function: Node) -> tuple[Parameter, ...]:
    """The parameters of a `def` or lambda, in order; `/` and `*` separators are left out."""
    parameters = function.child_by_field_name("parameters")
    found: list[Parameter] = []
    keyword_only = False
    for child in parameters.named_children if parameters is not None else ():
        form = child.type
        if form == "keyword_separator":
            keyword_only = True
            continue
        if form in ("positional_separator", "comment", "ERROR"):
            continue
        kind: ParameterKind = "keyword" if keyword_only else "positional"
        if form == "identifier":
            found.append(Parameter(text_of(child), kind))
            continue
        name = child.child_by_field_name("name") if form in _WITH_DEFAULT else child
        if form == "typed_parameter" and child.named_children:
            name = child.named_children[0]
        name = name or child
        if name.type == "list_splat_pattern":
            kind, keyword_only = "list", True
        elif name.type == "dictionary_splat_pattern":
            kind = "dict"
        annotation = file.names.annotation_symbol(child.child_by_field_name("type"))
        found.append(Parameter(text_of(name).lstrip("*"), kind, form in _WITH_DEFAULT, annotation))
    return tuple(found)


_WITH_DEFAULT = frozenset({"default_parameter", "typed_default_parameter"})


def _kind_of(name: str, decorators: list[Node]) -> MemberKind:
    for decorator in decorators:
        written = text_of(decorator)
        if written == "staticmethod":
            return "static"
        if written in ("classmethod", "abc.abstractclassmethod"):
            return "class"
        last = written.split("(")[0].split(".")[-1]
        if last in ("property", "cached_property", "hybrid_property", "setter", "getter", "deleter"):
            return "property"
    return "class" if name in ("__new__", "__init_subclass__", "__class_getitem__") else "instance"


class _Results(NamedTuple):
    """Where a function's own body gives something."""

    yields: list[Node]
    returns: list[Node]


def _by_function(file: PyFile, nodes: list[Node]) -> dict[int, list[Node]]:
    """Nodes by the id of the `def` whose own body they stand in."""
    found: dict[int, list[Node]] = {}
    for node in nodes:
        scope = file.scopes.at(node.start_byte)
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        found.setdefault(scope.node.id, []).append(node)
    return found


def _function(
    file: PyFile, definition: Definition, decorators: list[Node], kind: MemberKind, results: _Results
) -> FunctionFact:
    node, owner = definition.node, definition.owner
    returns = _returns(file, node, results)
    if returns in _SELF_TYPES and owner is not None:
        returns = f"{file.module}.{owner.qualname}()"
    return FunctionFact(
        symbol=definition.symbol,
        parameters=parameters_of(file, node),
        returns=returns,
        is_async=file.source.data.startswith(b"async", node.start_byte),
        is_generator=bool(results.yields),
        decorators=tuple(file.symbol(decorator) for decorator in decorators),
        owner=f"{file.module}.{owner.qualname}" if owner is not None else "",
        member=kind if owner is not None else None,
    )


def _returns(file: PyFile, node: Node, results: _Results) -> str | None:
    annotation = node.child_by_field_name("return_type")
    if annotation is not None:
        symbol = file.names.annotation_symbol(annotation)
        if symbol not in _ITERATORS:
            return symbol
        return _element(file, annotation) if results.yields else symbol
    # A `return` with a value counts in a plain function only.
    nodes = results.yields or results.returns
    values = [child.named_children[0] if child.named_children else None for child in nodes]
    if not results.yields:
        values = [value for value in values if value is not None]
    symbols = {file.symbol(value) for value in values if value is None or value.type != "none"}
    return symbols.pop() if len(symbols) == 1 else None


def _element(file: PyFile, annotation: Node) -> str | None:
    generic = annotation.named_children[0] if annotation.type == "type" else annotation
    if generic.type == "generic_type" and generic.named_child_count > 1:
        inner = generic.named_children[1].named_children
    else:
        inner = generic.children_by_field_name("subscript")
    return file.names.annotation_symbol(inner[0]) if inner else None


def _class(
    file: PyFile,
    definition: Definition,
    assigned: dict[str, str | None],
    kinds: dict[int, MemberKind],
    dynamic_words: list[bytes],
) -> ClassFact:
    """The fact of a class; `assigned` is what instances are given, by name; `kinds` are those of the
    file's functions; `dynamic_words` are those of the file by which names are computed."""
    node = definition.node
    bases: list[str | None] = []
    metaclass: str | None = None
    superclasses = node.child_by_field_name("superclasses")
    for child in superclasses.named_children if superclasses is not None else ():
        if child.type == "keyword_argument":
            name = child.child_by_field_name("name")
            if name is not None and text_of(name) == "metaclass":
                value = child.child_by_field_name("value")
                metaclass = file.symbol(value) or "?"
        elif child.type == "subscript":
            generic = file.symbol(child.child_by_field_name("value"))
            # `class Form(FORMS[kind])`: out of a mapping or a list comes any class.
            bases.append(None if generic is not None and generic.endswith((")", "]")) else generic)
        elif child.type != "comment":
            # What a call gives, or an attribute of it, is no class that can be named.
            bases.append(None if b"(" in (child.text or b"") else file.symbol(child))
    members: dict[str, MemberKind | Literal["nested"]] = {}
    attributes: dict[str, str | None] = {}
    scope = definition.scope
    for member_name, bindings in scope.bindings.items() if scope is not None else ():
        last = bindings[-1]
        if last.kind == "function":
            members[member_name] = kinds[last.node.id]
        elif last.kind == "class":
            members[member_name] = "nested"
        else:
            attributes[member_name] = assigned.get(member_name)
    for attribute, symbol in assigned.items():
        attributes.setdefault(attribute, symbol)
    return ClassFact(
        symbol=definition.symbol,
        bases=tuple(bases),
        decorators=tuple(file.symbol(decorator) for decorator in definition.decorators),
        metaclass=metaclass,
        members=members,
        attributes=attributes,
        dynamic="__getattr__" in members
        or "__getattribute__" in members
        or _computes(file, node, dynamic_words)
        or (file.holds(_MIXED_IN_WORDS) and _is_mixed_in(node))
        or (metaclass is None and all(base == "builtins.object" for base in bases) and _hands_on(file, node)),
        unsure=tuple(name for name in assigned if f"{definition.symbol}().{name}" in file.names.unsure),
    )


def _computes(file: PyFile, class_definition: Node, dynamic_words: list[bytes]) -> bool:
    """Whether a class computes names of its members; the words are those of its file."""
    data, start, end = file.source.data, class_definition.start_byte, class_definition.end_byte
    may_compute = any(data.find(word, start, end) >= 0 for word in dynamic_words)
    return may_compute and _DYNAMIC.search(data, start, end) is not None


def _hands_on(file: PyFile, class_definition: Node) -> bool:
    """Whether a class without bases hands its arguments on to one that it must be mixed in with."""
    start, end = class_definition.start_byte, class_definition.end_byte
    return file.source.data.find(b"super(", start, end) >= 0 and (
        _HANDED_ON.search(file.source.data, start, end) is not None
    )


def _is_mixed_in(class_definition: Node) -> bool:
    """Whether the docstring of a class says that others bring what it needs."""
    body = class_definition.child_by_field_name("body")
    first = body.named_children[0] if body is not None and body.named_children else None
    return first is not None and is_docstring(first) and _MIXED_IN.search(first.text or b"") is not None
