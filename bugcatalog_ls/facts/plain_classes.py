"""Whether a class stays what its text says: which decorators, metaclasses and rebindings may change it."""

from __future__ import annotations

from bugcatalog_ls.facts.class_decorators import ClassDecorator
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import class_at, mro, resolve
from bugcatalog_ls.syntax.modules import module_name

_PLAIN_DECORATORS = frozenset(
    {"dataclasses.dataclass", "pydantic.dataclasses.dataclass", "functools.total_ordering", "enum.unique"}
    | {f"attr.{name}" for name in ("s", "attrs", "dataclass", "define", "frozen", "mutable")}
    | {f"attrs.{name}" for name in ("define", "frozen", "mutable")}
    | {f"{module}.{name}" for module in ("typing", "typing_extensions") for name in ("final", "deprecated")}
    | {f"{module}.runtime_checkable" for module in ("typing", "typing_extensions")}
    | {"enum.verify", "warnings.deprecated", "typing.dataclass_transform"}
)
PLAIN_METACLASSES = frozenset({"abc.ABCMeta", "enum.EnumMeta", "enum.EnumType", "builtins.type"})


def is_plain_class(index: FactIndex, symbol: str) -> bool:
    """Whether a class stays what its text says: no decorator or metaclass that may change it."""
    if not is_certain(index, symbol) or effect_of_decorators(index, symbol) != "same":
        return False
    for base in mro(index, symbol)[0]:
        known = class_at(index, base)
        if known is None:
            continue
        if known[1].metaclass not in (None, *PLAIN_METACLASSES) or "__metaclass__" in known[1].attributes:
            return False
    return True


def is_certain(index: FactIndex, symbol: str) -> bool:
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


def effect_of_decorators(index: FactIndex, symbol: str) -> str:
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
