"""Members: whether a class, module or instance of the workspace has an attribute. Unknown is "has"."""

from __future__ import annotations

import abc
import builtins
import collections
import collections.abc
import enum
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

import msgspec

from bugcatalog_ls.facts.attribute_stores import (
    ANY_BASE,
    AttributeStore,
    ClassDecorator,
    ComputedAttributes,
    OtherResult,
    Subclass,
    last_name,
)
from bugcatalog_ls.facts.attribute_uses import AttributeUse, AttributeUses
from bugcatalog_ls.facts.classes import ClassFact, FunctionFact
from bugcatalog_ls.facts.declarative_bases import BaseMadeOf
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.resolve import (
    behind_stars,
    class_at,
    file_of_module,
    function_at,
    mro,
    resolve,
)
from bugcatalog_ls.syntax.modules import is_test_path, module_name
from bugcatalog_ls.syntax.outside import is_outside

OwnerKind = Literal["module", "class", "instance"]

_PLAIN_DECORATORS = frozenset(
    {"dataclasses.dataclass", "pydantic.dataclasses.dataclass", "functools.total_ordering", "enum.unique"}
    | {f"attr.{name}" for name in ("s", "attrs", "dataclass", "define", "frozen", "mutable")}
    | {f"attrs.{name}" for name in ("define", "frozen", "mutable")}
    | {f"{module}.{name}" for module in ("typing", "typing_extensions") for name in ("final", "deprecated")}
    | {f"{module}.runtime_checkable" for module in ("typing", "typing_extensions")}
    | {"enum.verify", "warnings.deprecated", "typing.dataclass_transform"}
)
_PLAIN_METACLASSES = frozenset({"abc.ABCMeta", "enum.EnumMeta", "enum.EnumType", "builtins.type"})
_STRUCTURAL = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_ABSTRACT_NAME = re.compile(r"Mixin|Base|Abstract|Interface|Protocol|ABC")
_RESULT_KEEPING = frozenset(
    {"builtins.staticmethod", "builtins.classmethod", "functools.lru_cache", "functools.cache"}
    | {"abc.abstractmethod", "typing.override", "typing_extensions.override", "typing.overload"}
    | {"builtins.property", "functools.cached_property"}
)
_CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_SELF_TYPES = frozenset({"typing.Self()", "typing_extensions.Self()"})
_OF_GENERATORS = frozenset(
    {"send", "throw", "close", "asend", "athrow", "aclose", "result", "cr_await", "add_done_callback"}
)
# What a test reads off something of which it has made a mock elsewhere.
_OF_MOCKS = frozenset(
    {f"assert_{how}" for how in ("called", "called_once", "called_with", "called_once_with", "not_called")}
    | {"assert_any_call", "assert_has_calls", "assert_awaited", "assert_awaited_once", "reset_mock"}
    | {"return_value", "side_effect", "called", "call_count", "call_args", "call_args_list"}
    | {"mock_calls", "method_calls", "await_count", "configure_mock", "mock_add_spec"}
)
_MAKES_ANY = frozenset({"__get__", "__new__", "__table__", "__getattr__"})
_HEAD = re.compile(r"[^.()\[\]]+")
_MAX_DESCENDANTS = 150
_MIN_SCORE = 60.0
_PYDANTIC_BASES = frozenset(
    {"pydantic.BaseModel", "pydantic.BaseSettings", "pydantic_settings.BaseSettings", "sqlmodel.SQLModel"}
)
_PYDANTIC = frozenset(
    {"dict", "json", "copy", "parse_obj", "parse_raw", "parse_file", "from_orm", "schema", "schema_json"}
    | {"construct", "validate", "fields", "update_forward_refs", "Config", "settings_customise_sources"}
    | {"metadata"}
)
_PYDANTIC_PREFIXES = ("model_", "sqlmodel_")
_SQLALCHEMY_BASES = frozenset(
    {f"sqlalchemy.orm.{name}" for name in ("DeclarativeBase", "MappedAsDataclass", "declarative_base")}
    | {"sqlalchemy.ext.asyncio.AsyncAttrs", "sqlalchemy.ext.declarative.declarative_base"}
)
_SQLALCHEMY = frozenset(
    {"metadata", "registry", "type_annotation_map", "query", "_sa_registry", "awaitable_attrs"}
)


class Owner(msgspec.Struct, frozen=True):
    """What an attribute is read off: a module or a class of the workspace, by its symbol."""

    kind: OwnerKind
    symbol: str


def missing_uses(index: FactIndex, fact: AttributeUses, path: str) -> Iterator[tuple[AttributeUse, Owner]]:
    """The reads of a file of which the owner surely does not have the attribute, with the owner."""
    owners: dict[tuple[object, ...], Owner | None] = {}
    for use in fact.uses:
        if use.owner.startswith("super("):
            missing = _missing_on_bases(index, use, path)
        else:
            key = (use.owner, use.links, use.entered)
            if key not in owners:
                owners[key] = owner_of(index, use, path)
            owner = owners[key]
            missing = owner if owner is not None and _lacks(index, use, owner, path) else None
        if missing is not None:
            yield use, missing


def _lacks(index: FactIndex, use: AttributeUse, owner: Owner, path: str) -> bool:
    """Whether an owner surely does not have an attribute. Nearly all have it: that is asked first."""
    if is_test_path(path) and (use.name in _OF_MOCKS or _is_replaced(index, owner, path)):
        return False
    if owner.kind == "module":
        return not _module_has(index, owner.symbol, use, path) and not _is_set_from_outside(
            index, use.name, owner, path
        )
    if _class_may_have(index, owner.symbol, use.name) or _is_set_from_outside(index, use.name, owner, path):
        return False
    if not _are_links_sure(index, use, path):
        return False
    if use.name in _OF_GENERATORS and _may_be_generator(index, use, path):
        return False
    if (use.annotated or not use.exact) and _descendants_may_have(index, owner.symbol, use.name):
        return False
    return not use.annotated or _is_annotation_likely(index, use, owner, path)


def _is_replaced(index: FactIndex, owner: Owner, path: str) -> bool:
    """Whether a test puts something else in a class's place: `monkeypatch.setattr("a.Client", Fake)`."""
    stores = index.get(AttributeStore, last_name(owner.symbol)) if owner.kind != "module" else ()
    return any(other == path for other, _ in stores)


def _missing_on_bases(index: FactIndex, use: AttributeUse, path: str) -> Owner | None:
    """The first base of the class around `super()`, where no base has the name."""
    symbol = use.owner.removeprefix("super(").removesuffix(")")
    own = class_at(index, symbol)
    bases, is_complete = mro(index, symbol)
    if own is None or not is_complete or not _is_certain(index, symbol) or own[1].dynamic:
        return None
    known = [base for base in bases if base != symbol and class_at(index, base) is not None]
    if not known or _effect_of_decorators(index, symbol) != "same":
        return None
    if _is_set_from_outside(index, use.name, Owner("class", symbol), path):
        return None
    if any(
        base is None or _class_may_have(index, resolve(index, base, path), use.name) for base in own[1].bases
    ):
        return None
    # What derives from it may bring another class behind it.
    is_open = _descendants(index, symbol) or _is_abstract(index, symbol)
    return None if is_open else Owner("instance", known[0])


def owner_of(index: FactIndex, use: AttributeUse, path: str) -> Owner | None:
    """The module or class of the workspace that an attribute is read off, where that is known."""
    match = _HEAD.match(use.owner)
    head = match.group() if match is not None else ""
    if not head or not (index.module_paths(head) or _is_module_prefix(index, use.owner)):
        return None
    if head in sys.stdlib_module_names and file_of_module(index, head, path) is None:
        # A module of a package that is called like one of Python's own: only Python's can be meant.
        return None
    for symbol, name in use.links:
        if not name and _is_rebound(index, symbol, path):
            return None
    resolved = resolve(index, use.owner, path)
    plain = resolved.removesuffix("()")
    if plain != use.owner and _passes_dynamic(index, use.owner):
        return None
    if (
        "(" in plain
        or "[" in plain
        or (is_outside(plain, module_name(path)) and class_at(index, plain) is None)
    ):
        return None
    if class_at(index, plain) is not None:
        if not _is_certain(index, plain):
            return None
        if use.owner.endswith("()") != resolved.endswith("()") and not resolved.endswith("()"):
            return None
        kind: OwnerKind = "instance" if resolved.endswith("()") else "class"
        effect = _effect_of_decorators(index, plain)
        if effect == "unknown" or (effect == "instance" and kind == "class"):
            return None
        if use.entered and not _enters_itself(index, plain):
            return None
        if kind == "instance" and _makes_classes(index, plain):
            return None
        return Owner(kind, plain)
    is_module = resolved == plain and _module_file(index, plain) is not None
    if is_module and not use.owner.endswith("()") and not _is_hidden(index, plain):
        return Owner("module", plain)
    return None


def near(name: str, other: str) -> float:
    """How near a name is to another one, from 0 to 100; 0 where it is too far."""
    plain, other_plain = name.strip("_").lower(), other.strip("_").lower()
    # Imported where a name is unknown: it costs 6 ms.
    from rapidfuzz import fuzz

    score: float = fuzz.ratio(plain, other_plain)
    if len(other_plain) > 3 and (plain.startswith(other_plain) or other_plain.startswith(plain)):
        return max(score, 25.0 + score / 2)
    return score if score >= _MIN_SCORE else 0.0


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """The names that are near enough to one, nearest first."""
    scored = [(other, near(name, other)) for other in names if other != name]
    is_private = name.startswith("_")
    ranked = sorted(scored, key=lambda pair: (-pair[1], pair[0].startswith("_") != is_private, pair[0]))
    return [other for other, score in ranked if score]


def names_of(index: FactIndex, owner: Owner) -> tuple[str, ...]:
    """The names that an owner has by the workspace's own text, sorted."""
    if owner.kind == "module":
        exports = index.one(ModuleExports, owner.symbol)
        return tuple(sorted(exports[1].names)) if exports is not None else ()
    found: set[str] = set()
    for base in mro(index, owner.symbol)[0]:
        known = class_at(index, base)
        if known is not None:
            found |= {*known[1].members, *known[1].attributes}
    return tuple(sorted(name for name in found if not (name.startswith("__") and name.endswith("__"))))


def method_of(index: FactIndex, symbol: str, name: str) -> tuple[str, FunctionFact] | None:
    """The method that a class has under a name, as (path, fact); None where it is not sure which."""
    for base in mro(index, symbol)[0]:
        known = class_at(index, base)
        if known is None:
            return None
        if name in known[1].members:
            return function_at(index, f"{base}.{name}")
        if name in known[1].attributes:
            return None
    return None


def instances_of(index: FactIndex, symbol: str) -> tuple[str, ...]:
    """The names of the instances of a class that stand at the top level of its module; best first."""
    found = class_at(index, symbol)
    if found is None:
        return ()
    module = module_name(found[0])
    exports = index.one(ModuleExports, module)
    if exports is None:
        return ()
    own = symbol.rpartition(".")[2]
    wanted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", own).lower()
    names = [name for name, target in exports[1].names.items() if target == f"{symbol}()"]
    return tuple(
        sorted(names, key=lambda name: (name.lower().strip("_") != wanted, name.startswith("_"), name))
    )


def is_plain_class(index: FactIndex, symbol: str) -> bool:
    """Whether a class stays what its text says: no decorator or metaclass that may change it."""
    if not _is_certain(index, symbol) or _effect_of_decorators(index, symbol) != "same":
        return False
    for base in mro(index, symbol)[0]:
        known = class_at(index, base)
        if known is not None and known[1].metaclass not in (None, *_PLAIN_METACLASSES):
            return False
    return True


def is_set_from_outside(index: FactIndex, name: str, symbol: str, path: str) -> bool:
    """Whether something may set the attribute of a class from outside its text, as `path` sees it."""
    return _is_set_from_outside(index, name, Owner("class", symbol), path)


# -- owners ----------------------------------------------------------------------------------------


def _is_annotation_likely(index: FactIndex, use: AttributeUse, owner: Owner, path: str) -> bool:
    """Whether an annotation may be right: nothing that is read off it existing, it is a wrong one."""
    names = names_of(index, owner)
    if _is_of_neighbour(index, use, owner, path):
        return False
    if any(near(use.name, name) for name in names):
        return True
    read: set[str] = set()
    for fact in index.in_file(path, AttributeUses):
        if use.owner in fact.confirmed:
            return True
        read |= {other.name for other in fact.uses if other.owner == use.owner}
    is_general = _ABSTRACT_NAME.search(owner.symbol.rpartition(".")[2]) is not None
    return (len(read) == 1 and not is_general) or not read.isdisjoint(names)


def _is_of_neighbour(index: FactIndex, use: AttributeUse, owner: Owner, path: str) -> bool:
    """Whether several names that an annotated class lacks are all those of another class beside it."""
    found = class_at(index, owner.symbol)
    read = {
        other.name
        for fact in index.in_file(path, AttributeUses)
        for other in fact.uses
        if other.owner == use.owner
        and other.annotated
        and not _class_may_have(index, owner.symbol, other.name)
    }
    if found is None or len(read) < 2:
        return False
    return any(
        read <= {*other.members, *other.attributes}
        for other in index.in_file(found[0], ClassFact)
        if other.symbol != owner.symbol
    )


def _is_module_prefix(index: FactIndex, symbol: str) -> bool:
    parts = symbol.split("(")[0].split(".")
    return any(index.module_paths(".".join(parts[:n])) for n in range(2, len(parts) + 1))


def _module_file(index: FactIndex, module: str) -> str | None:
    exports = index.one(ModuleExports, module)
    return exports[0] if exports is not None else None


def _is_rebound(index: FactIndex, target: str, path: str) -> bool:
    """Whether `from package import name` gives something else than the submodule of that name."""
    if file_of_module(index, target, path) is None:
        return False
    package, _, name = target.rpartition(".")
    file = file_of_module(index, package, path)
    exports = index.one(ModuleExports, module_name(file)) if file is not None else None
    return exports is not None and (name in exports[1].names or exports[1].dynamic)


def _passes_dynamic(index: FactIndex, written: str) -> bool:
    """Whether a name is read off a package that may give something else than its module of that name."""
    parts = written.split("(")[0].split(".")
    for n_parts in range(1, len(parts) - 1):
        exports = index.one(ModuleExports, ".".join(parts[:n_parts]))
        if exports is not None and exports[1].package and exports[1].dynamic:
            return parts[n_parts] not in exports[1].names
    return False


def _is_hidden(index: FactIndex, module: str) -> bool:
    """Whether a package takes something else under the name of its submodule by `from … import *`."""
    package, _, name = module.rpartition(".")
    exports = index.one(ModuleExports, package) if package else None
    if exports is None or not exports[1].stars:
        return False
    return behind_stars(index, exports[1], exports[0], name) is not None


def _is_certain(index: FactIndex, symbol: str) -> bool:
    """Whether the module's name of a class always means that class."""
    found = class_at(index, symbol)
    if found is None:
        return False
    module = module_name(found[0])
    top = symbol.removeprefix(f"{module}.").split(".")[0]
    exports = index.one(ModuleExports, module)
    if exports is None:
        return False
    own = f"{module}.{top}"
    return top not in exports[1].names or exports[1].names[top] == own


def _effect_of_decorators(index: FactIndex, symbol: str) -> str:
    """What the decorators of a class and its bases make of it: "same", "instance" or "unknown"."""
    result = "same"
    for position, base in enumerate(mro(index, symbol)[0]):
        known = class_at(index, base)
        for decorator in known[1].decorators if known is not None else ():
            effect = _effect(index, decorator, known[0] if known is not None else "")
            if effect == "unknown" or (effect == "instance" and position):
                return "unknown"
            result = effect if effect == "instance" else result
    return result


def _effect(index: FactIndex, decorator: str | None, path: str) -> str:
    if decorator is None:
        return "unknown"
    plain = decorator.removesuffix("()")
    if plain in _PLAIN_DECORATORS:
        return "same"
    found = index.one(ClassDecorator, resolve(index, plain, path))
    if found is None:
        return "unknown"
    return found[1].called if decorator.endswith("()") else found[1].plain


def _makes_classes(index: FactIndex, symbol: str) -> bool:
    """Whether a call of a class gives another class: an enumeration without members does."""
    bases = mro(index, symbol)[0]
    if not any(base.startswith("enum.") for base in bases):
        return False
    own = (class_at(index, base) for base in bases)
    return not any(known is not None and known[1].attributes for known in own)


def _enters_itself(index: FactIndex, symbol: str) -> bool:
    for name in ("__enter__", "__aenter__"):
        method = method_of(index, symbol, name)
        if method is not None and method[1].returns is not None:
            returns = resolve(index, method[1].returns, method[0])
            if returns not in (f"{symbol}()", *_SELF_TYPES):
                return False
        elif method is not None:
            return False
    return any(method_of(index, symbol, name) is not None for name in ("__enter__", "__aenter__"))


def _are_links_sure(index: FactIndex, use: AttributeUse, path: str) -> bool:
    """Whether the owner is what it is by the text: nothing on the way to it is overridden or set."""
    for symbol, name in use.links:
        if not name:
            symbol, _, name = symbol.rpartition(".")
        resolved = resolve(index, symbol, path).removesuffix("()")
        owner = Owner("class", resolved) if class_at(index, resolved) else Owner("module", resolved)
        if _is_set_from_outside(index, name, owner, path):
            return False
        if owner.kind == "class" and any(
            _declares(index, sub, name) for sub in _descendants(index, resolved) if sub != resolved
        ):
            return False
        function = function_at(index, f"{resolved}.{name}")
        if function is not None and not _keeps_result(index, function[1], use.entered):
            return False
        if owner.kind == "class" and not symbol.endswith("()") and name in _attributes(index, resolved):
            return False
    function = function_at(index, resolve(index, use.owner.removesuffix("()"), path))
    return function is None or _keeps_result(index, function[1], use.entered)


def _may_be_generator(index: FactIndex, use: AttributeUse, path: str) -> bool:
    """Whether the owner came from a call that may give a generator, a coroutine or a future instead."""
    called = [f"{symbol}.{name}" if name else symbol for symbol, name in use.links]
    called.append(use.owner.removesuffix("()"))
    functions = [function_at(index, resolve(index, symbol, path).removesuffix("()")) for symbol in called]
    return any(function is not None for function in functions)


def _keeps_result(index: FactIndex, function: FunctionFact, entered: bool) -> bool:
    if index.get(OtherResult, function.symbol):
        return False
    allowed = _RESULT_KEEPING | (_CONTEXT_MANAGERS if entered else frozenset())
    return all(
        decorator is not None and decorator.removesuffix("()") in allowed for decorator in function.decorators
    )


def _attributes(index: FactIndex, symbol: str) -> set[str]:
    """The plain attributes of a class: on the class itself they may be descriptors."""
    found = (class_at(index, base) for base in mro(index, symbol)[0])
    return {name for known in found if known is not None for name in known[1].attributes}


def _declares(index: FactIndex, symbol: str, name: str) -> bool:
    found = class_at(index, symbol)
    return found is None or name in found[1].members or name in found[1].attributes


# -- names that come from elsewhere ------------------------------------------------------------------


def _is_set_from_outside(index: FactIndex, name: str, owner: Owner, reader: str) -> bool:
    """Whether something sets the name on the owner; what tests patch concerns tests only."""
    is_fake = owner.kind != "module" and is_test_path(reader) and _is_of_tests(index, owner.symbol)
    for path, store in index.get(AttributeStore, name):
        if is_test_path(path) and not is_test_path(reader):
            continue
        if is_fake and not is_test_path(path):
            # What the code under test sets on that for which a test's object stands in.
            return True
        for written in store.owners:
            if not written or _may_be(index, written, path, owner):
                return True
    keys = {last_name(owner.symbol)}
    if owner.kind != "module":
        keys |= {last_name(base) for base in mro(index, owner.symbol)[0]}
    return any(
        _may_be(index, computed.symbol, path, owner)
        for key in sorted(keys)
        for path, computed in index.get(ComputedAttributes, key)
    )


def _is_of_tests(index: FactIndex, symbol: str) -> bool:
    found = class_at(index, symbol)
    return found is not None and is_test_path(found[0])


def _may_be(index: FactIndex, written: str, path: str, owner: Owner) -> bool:
    """Whether what `written` means may be the owner, or be related to it."""
    resolved = resolve(index, written, path)
    plain = resolved.removesuffix("()")
    if plain == owner.symbol:
        return True
    if owner.kind == "module":
        return False
    bases = mro(index, owner.symbol)[0]
    if plain in bases:
        return True
    if class_at(index, plain) is None:
        return not is_outside(plain, module_name(path)) and _module_file(index, plain) is None
    return owner.symbol in mro(index, plain)[0]


# -- modules -----------------------------------------------------------------------------------------


def _module_has(index: FactIndex, module: str, use: AttributeUse, path: str) -> bool:
    name = use.name
    parts = module.split(".")
    written = use.owner
    if parts[0] in sys.stdlib_module_names:
        # A module at the root that is called like one of Python's own: which is meant, a file can't tell.
        return True
    # Other files of that name may be the one that is meant.
    for candidate in index.module_paths(written) or (_module_file(index, module) or "",):
        if _exports(index, module_name(candidate), name, 5):
            return True
    if _exports(index, module, name, 5):
        return True
    if index.module_paths(f"{module}.{name}") or index.module_paths(f"{written}.{name}"):
        return True
    if f"{module}.{name}" in _folders(index):
        return True
    package = index.one(ModuleExports, ".".join(parts[:-1]))
    if package is not None and package[1].names.get(parts[-1], module) != module:
        return True
    # A bare `import name` of a file beside may mean an installed package: something must fit.
    if "." not in written and written != module:
        exports = index.one(ModuleExports, module)
        uses = [other for fact in _uses_in(index, path) for other in fact if other.owner == written]
        return exports is None or not any(other.name in exports[1].names for other in uses)
    return False


@derived
def _folders(index: FactIndex) -> frozenset[str]:
    """The dotted names of all folders with Python files: packages need no `__init__.py`."""
    found: set[str] = set()
    for path in index.files():
        parts = module_name(path).split(".")
        found.update(".".join(parts[:n]) for n in range(1, len(parts)))
    return frozenset(found)


def _uses_in(index: FactIndex, path: str) -> list[tuple[AttributeUse, ...]]:
    return [fact.uses for fact in index.in_file(path, AttributeUses)]


def _exports(index: FactIndex, module: str, name: str, steps: int) -> bool:
    found = index.one(ModuleExports, module)
    if found is None or found[1].dynamic or steps <= 0 or name in found[1].names:
        return True
    for star in found[1].stars:
        file = file_of_module(index, star, found[0])
        if file is None or _exports(index, module_name(file), name, steps - 1):
            return True
        # Without `__all__` the submodules that a package has imported come along.
        starred = index.one(ModuleExports, module_name(file))
        is_open = starred is not None and starred[1].package and "__all__" not in starred[1].names
        if is_open and index.module_paths(f"{module_name(file)}.{name}"):
            return True
    return False


# -- classes -----------------------------------------------------------------------------------------


class _Names(msgspec.Struct, frozen=True):
    """The names that a class may have, and how more of them may begin."""

    names: frozenset[str]
    prefixes: tuple[str, ...]


def _class_may_have(index: FactIndex, symbol: str, name: str) -> bool:
    known = _names_of_class(index, symbol)
    return known is None or name in known.names or name.startswith(known.prefixes)


@derived
def _names_of_class(index: FactIndex, symbol: str) -> _Names | None:
    """The names that a class may have; None where it may have any."""
    bases, is_complete = mro(index, symbol)
    if not is_complete and not _are_all_listed(index, bases):
        return None
    found = {*dir(object), "mro"}
    prefixes: tuple[str, ...] = ()
    for position, base in enumerate(bases):
        known = class_at(index, base)
        names = _names_of_base(index, base) if known is None else _names_of_fact(known[1])
        if known is not None and _is_part_of_tests(*known):
            return None
        if names is None or (known is None and base in _STRUCTURAL and position <= 1):
            return None
        found |= names
        if known is None and base in _PYDANTIC_BASES:
            prefixes = _PYDANTIC_PREFIXES
    return _Names(frozenset(found), prefixes)


def _names_of_base(index: FactIndex, base: str) -> set[str] | frozenset[str] | None:
    """The names that a base from outside of the workspace gives; None where it may give any."""
    names = _names_of_known(base)
    if names is not _SQLALCHEMY:
        return names
    found = set(names)
    # A base that is the result of a call has what the classes of the workspace have that it is made of.
    for path, made in index.get(BaseMadeOf, "declarative_base"):
        for part in mro(index, resolve(index, made.symbol, path))[0]:
            known = class_at(index, part)
            given = _names_of_known(part) if known is None else _names_of_fact(known[1])
            if given is None:
                return None
            found |= given
    return found


def _are_all_listed(index: FactIndex, bases: tuple[str, ...]) -> bool:
    """Whether the bases of all listed classes are listed, too: a very long line of bases is cut off."""
    listed = {*bases, "builtins.object"}
    for base in bases:
        known = class_at(index, base)
        if known is not None and any(
            parent is None or resolve(index, parent, known[0]) not in listed - {base}
            for parent in known[1].bases
        ):
            return False
    return True


def _names_of_fact(fact: ClassFact) -> set[str] | None:
    """The names that a class itself gives; None where it may give any."""
    if fact.dynamic or None in fact.bases:
        return None
    if fact.metaclass is not None and fact.metaclass not in _PLAIN_METACLASSES:
        return None
    names = {*fact.members, *fact.attributes}
    if fact.metaclass == "abc.ABCMeta":
        names |= {"register", "_abc_impl"}
    if not _MAKES_ANY.isdisjoint(names) or not (names or fact.bases):
        return None
    own = fact.symbol.rpartition(".")[2].lstrip("_")
    return names | {f"_{own}{name}" for name in names if name.startswith("__")}


def _is_part_of_tests(path: str, fact: ClassFact) -> bool:
    """Whether a class holds tests that no runner collects by itself: another class must be mixed in."""
    if (
        any(base != "builtins.object" for base in fact.bases)
        or not is_test_path(path)
        or fact.symbol.rpartition(".")[2].startswith("Test")
    ):
        return False
    return any(name.startswith("test_") for name in fact.members)


def _descendants_may_have(index: FactIndex, symbol: str, name: str) -> bool:
    descendants = _descendants(index, symbol)
    if len(descendants) >= _MAX_DESCENDANTS:
        return True
    if not descendants:
        return _is_abstract(index, symbol) or _may_be_derived_from(index, symbol)
    return _may_be_derived_from(index, symbol) or any(
        _class_may_have(index, descendant, name) or _effect_of_decorators(index, descendant) == "unknown"
        for descendant in descendants
    )


def _descendants(index: FactIndex, symbol: str) -> list[str]:
    """The classes of the workspace that derive from a class."""
    found: list[str] = []
    pending = [symbol]
    while pending and len(found) < _MAX_DESCENDANTS:
        for _, subclass in index.get(Subclass, last_name(pending.pop())):
            name = subclass.symbol
            if name not in found and name != symbol and symbol in mro(index, name)[0]:
                found.append(name)
                pending.append(name)
    return found


def _may_be_derived_from(index: FactIndex, symbol: str) -> bool:
    """Whether a class that has an unknown base, and one of this name, may derive from it.

    With bases out of a list (`class App(*commands)`) a class may derive from any.
    """
    if any(subclass.symbol != symbol for _, subclass in index.get(Subclass, ANY_BASE)):
        return True
    name = last_name(symbol)
    for _, subclass in index.get(Subclass, name):
        found = class_at(index, subclass.symbol)
        if found is None or None not in found[1].bases or subclass.symbol == symbol:
            continue
        known = [resolve(index, base, found[0]) for base in found[1].bases if base is not None]
        if symbol in known or not any(last_name(base) == name for base in known):
            return True
    return False


def _is_abstract(index: FactIndex, symbol: str) -> bool:
    """Whether a class that nothing derives from looks made to be derived from elsewhere."""
    if _ABSTRACT_NAME.search(symbol.rpartition(".")[2]):
        return True
    found = class_at(index, symbol)
    for name in found[1].members if found is not None else ():
        method = function_at(index, f"{symbol}.{name}")
        if method is not None and "abc.abstractmethod" in method[1].decorators:
            return True
    return False


@cache
def _names_of_known(base: str) -> frozenset[str] | None:
    """The names that a well-known base from outside of the workspace gives; None where unknown."""
    base = base.removesuffix("()")
    module, _, name = base.rpartition(".")
    if module in ("typing", "typing_extensions"):
        if name in ("Generic", "Protocol"):
            return frozenset()
        if name == "NamedTuple":
            return frozenset(dir(tuple)) | {"_asdict", "_replace", "_fields", "_make", "_field_defaults"}
        if name == "TypedDict":
            return frozenset(dir(dict))
        module = "collections.abc"
    if base in (
        "pydantic.BaseModel",
        "pydantic.BaseSettings",
        "pydantic_settings.BaseSettings",
        "sqlmodel.SQLModel",
    ):
        return _PYDANTIC
    if base in _SQLALCHEMY_BASES:
        return _SQLALCHEMY
    holders = {
        "builtins": builtins,
        "enum": enum,
        "abc": abc,
        "collections": collections,
        "collections.abc": collections.abc,
    }
    known = getattr(holders[module], name, None) if module in holders else None
    if not isinstance(known, type) or known is type:
        return None
    names = frozenset(dir(known))
    if issubclass(known, enum.Enum):
        names |= {
            "name",
            "value",
            "_value_",
            "_name_",
            "_member_map_",
            "_member_names_",
            "_value2member_map_",
        }
    if issubclass(known, BaseException):
        names |= {"add_note", "message"}
    return names | {"data", "register", "_abc_impl"}
