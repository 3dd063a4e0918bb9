"""Whether what an attribute is read off is surely what the text on the way to it says."""

from __future__ import annotations

from bugcatalog_ls.facts.attribute_stores import OtherResult, ReturnedAttribute
from bugcatalog_ls.facts.attribute_uses import AttributeUse
from bugcatalog_ls.facts.class_members import method_of
from bugcatalog_ls.facts.classes import FunctionFact
from bugcatalog_ls.facts.derived_classes import descendants_of
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.member_owners import Owner
from bugcatalog_ls.facts.module_members import module_file
from bugcatalog_ls.facts.outside_stores import is_set_from_outside
from bugcatalog_ls.facts.resolve import class_at, file_of_module, function_at, mro, resolve
from bugcatalog_ls.syntax.modules import module_name

_RESULT_KEEPING = frozenset(
    {"builtins.staticmethod", "builtins.classmethod", "functools.lru_cache", "functools.cache"}
    | {"abc.abstractmethod", "typing.override", "typing_extensions.override", "typing.overload"}
    | {"builtins.property", "functools.cached_property"}
)
_MAX_FUNCTIONS = 4
_CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})


def are_links_sure(index: FactIndex, use: AttributeUse, path: str) -> bool:
    """Whether the owner is what it is by the text: nothing on the way to it is overridden or set."""
    for symbol, name in use.links:
        if not name:
            symbol, _, name = symbol.rpartition(".")
        resolved = resolve(index, symbol, path).removesuffix("()")
        owner = Owner("class", resolved) if class_at(index, resolved) else Owner("module", resolved)
        if owner.kind == "module" and module_file(index, f"{resolved}.{name}") is not None:
            continue  # `import app.mail` elsewhere sets no other thing on the package.
        if is_set_from_outside(index, name, owner, path):
            return False
        is_class = owner.kind == "class"
        if is_class and _may_be_given_another(index, resolved, name):
            return False
        function = method_of(index, resolved, name) if is_class else function_at(index, f"{resolved}.{name}")
        if function is not None and not _gives_result(index, *function, use.entered):
            return False
        if is_class and not symbol.endswith("()") and name in _attributes(index, resolved):
            return False
    function = function_at(index, resolve(index, use.owner.removesuffix("()"), path))
    return function is None or _keep_result(index, *function, use.entered)


def _may_be_given_another(index: FactIndex, symbol: str, name: str) -> bool:
    """Whether an attribute of a class may hold something else than the nearest class that gives it one
    says: a base, a class below, or one that is mixed in there stores something else, or something unknown."""
    bases = mro(index, symbol)[0]
    below = [sub for sub in descendants_of(index, symbol) if sub != symbol]
    beside = {other for sub in below for other in mro(index, sub)[0]} - {*bases}
    if any(_declares(index, other, name) for other in below) or any(
        _stores(index, other, name) for other in sorted(beside)
    ):
        return True
    given: set[str] = set()
    for base in bases:
        found = class_at(index, base)
        if found is None:
            continue
        if name in found[1].unsure:
            return True
        if (target := found[1].attributes.get(name)) is not None:
            given.add(resolve(index, target, found[0]))
    return len(given) > 1


def may_be_generator(index: FactIndex, use: AttributeUse, path: str) -> bool:
    """Whether the owner came from a call that may give a generator, a coroutine or a future instead."""
    called = [f"{symbol}.{name}" if name else symbol for symbol, name in use.links]
    called.append(use.owner.removesuffix("()"))
    functions = [function_at(index, resolve(index, symbol, path).removesuffix("()")) for symbol in called]
    return any(function is not None for function in functions)


def is_handed_on(index: FactIndex, use: AttributeUse, path: str) -> bool:
    """Whether the owner came from a function, which may give what it was given: of its class, or of one
    below it."""
    symbols = [use.owner, *(f"{symbol}.{name}" if name else symbol for symbol, name in use.links)]
    return any(_is_handed(index, symbol, path, _MAX_FUNCTIONS) for symbol in symbols)


def _is_handed(index: FactIndex, symbol: str, path: str, steps: int) -> bool:
    if steps <= 0:
        return False
    plain = symbol.removesuffix("()")
    if function_at(index, resolve(index, plain, path).replace("()", "")) is not None:
        return True
    owner, _, name = plain.rpartition(".")
    if owner.endswith("()"):
        found = (
            class_at(index, base) for base in mro(index, resolve(index, owner, path).removesuffix("()"))[0]
        )
        targets = [(known[1].attributes.get(name), known[0]) for known in found if known is not None]
    else:
        file = file_of_module(index, owner, path)
        exports = index.one(ModuleExports, module_name(file)) if file is not None else None
        targets = [(exports[1].names.get(name), exports[0])] if exports is not None else []
    return any(
        target is not None and target != plain and _is_handed(index, target, other, steps - 1)
        for target, other in targets
    )


def _gives_result(index: FactIndex, path: str, function: FunctionFact, entered: bool) -> bool:
    """Whether a call of a function gives what the function says; what it yields only comes one by one."""
    is_plain = not (function.is_generator and not function.decorators) or entered
    return is_plain and _keep_result(index, path, function, entered)


def _keep_result(index: FactIndex, path: str, function: FunctionFact, entered: bool) -> bool:
    """Whether a function, and those of which it hands the results on, give what they say."""
    for _ in range(_MAX_FUNCTIONS):
        if not _keeps_result(index, function, entered):
            return False
        returns = function.returns
        if returns is None or not returns.endswith("()"):
            return True
        behind = function_at(index, resolve(index, returns.removesuffix("()"), path).replace("()", ""))
        if behind is None:
            return True
        path, function = behind
    return True


def _keeps_result(index: FactIndex, function: FunctionFact, entered: bool) -> bool:
    if index.get(OtherResult, function.symbol):
        return False
    for path, returned in index.get(ReturnedAttribute, function.symbol):
        owner = Owner("class", returned.owner)
        if is_set_from_outside(index, returned.name, owner, path):
            return False
        if _may_be_given_another(index, returned.owner, returned.name):
            return False
    allowed = _RESULT_KEEPING | (_CONTEXT_MANAGERS if entered else frozenset())
    return all(
        decorator is not None and decorator.removesuffix("()") in allowed for decorator in function.decorators
    )


def _attributes(index: FactIndex, symbol: str) -> set[str]:
    """The plain attributes of a class: on the class itself they may be descriptors."""
    found = (class_at(index, base) for base in mro(index, symbol)[0])
    return {name for known in found if known is not None for name in known[1].attributes}


def _stores(index: FactIndex, symbol: str, name: str) -> bool:
    found = class_at(index, symbol)
    return found is not None and (name in found[1].members or name in found[1].attributes)


def _declares(index: FactIndex, symbol: str, name: str) -> bool:
    found = class_at(index, symbol)
    return found is None or name in found[1].members or name in found[1].attributes
