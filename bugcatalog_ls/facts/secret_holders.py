"""What shows a secret when it is written, by its class: settings, schemas, credentials, hidden strings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bugcatalog_ls.facts.dumped_objects import leaves_out_secrets
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import class_at, file_of_module, function_at, mro
from bugcatalog_ls.facts.revealed import ValueKind
from bugcatalog_ls.facts.secret_names import secret_kind

_HIDDEN = re.compile(r"(?:^|\.)(?:Secret(?:Str|Bytes)?|Sensitive\w*|PaymentCardNumber)\(\)$")
HOLDERS = re.compile(r"(?:^|\.)(?:HTTPAuthorizationCredentials|HTTPBasicCredentials|OAuth2Password\w+)\(\)$")
_PLAIN_MODULES = ("builtins.", "typing.", "typing_extensions.", "collections.", "uuid.", "pathlib.")
_UNWRITTEN = frozenset(f"builtins.{name}()" for name in ("int", "bool", "float", "object", "len", "bool"))
_URL = re.compile(
    r"(?i)(?:db|database|sqlalchemy|postgres\w*|mysql|mongo\w*|redis|broker|amqp|rabbit\w*|celery)\w*_(?:url|uri|dsn)"
    r"|(?:^|_)dsn$|connection_string"
)
_SHOWN_DECORATORS = re.compile(r"dataclass|(?:^|\.)(?:define|frozen|attrs|s)(?:\(\))?$")
_SHOWN_BASES = re.compile(
    r"(?:^|\.)(?:BaseModel|BaseSettings|NamedTuple|TypedDict|Struct|SQLModel|BaseSchema|Schema)$"
)


def shows_itself(index: FactIndex, symbol: str) -> bool:
    """Whether a value with a secret's name shows it when it is written, by what it is."""
    if symbol in _UNWRITTEN or _HIDDEN.search(symbol):
        return False
    if class_at(index, symbol) is not None or function_at(index, symbol) is not None:
        return False
    if file_of_module(index, symbol, "") is not None and "." in symbol:
        return False
    owner, _, _ = symbol.rpartition(".")
    if class_at(index, owner) is not None and any("Enum" in base for base in mro(index, owner)[0]):
        return False
    if not symbol.endswith("()") or symbol.startswith(_PLAIN_MODULES) or HOLDERS.search(symbol):
        return True
    maker = symbol.removesuffix("()")
    if class_at(index, maker) is not None:
        return _fields_show(index, maker, ())
    if function_at(index, maker) is not None:
        return True
    # An object of a library's class shows nothing; what its functions give may be the secret.
    return not any(segment.lstrip("_")[:1].isupper() for segment in maker.split("()")[-1].split("."))


def holds_secret(index: FactIndex, symbol: str, kind: ValueKind, excluded: tuple[str, ...]) -> bool:
    """Whether an instance of a class, or a dump of it, shows a field that says secret."""
    if class_at(index, symbol) is None:
        if kind == "settings":
            return not leaves_out_secrets(excluded)
        return HOLDERS.search(f"{symbol}()") is not None
    if "*" in excluded:
        return False
    names, _ = mro(index, symbol)
    is_settings = any(name.rpartition(".")[2] == "BaseSettings" for name in names)
    if kind == "settings" or is_settings:
        fields = [field for name in names for field in _fields(index, name)]
        if not fields and not excluded:
            return True
        return any(
            field not in excluded and (secret_kind(field) or _URL.search(field))
            for field, shown in _shown_fields(index, names)
            if shown
        )
    return _fields_show(index, symbol, excluded)


def _fields_show(index: FactIndex, symbol: str, excluded: tuple[str, ...]) -> bool:
    """Whether the text of an instance shows a field that says secret."""
    names, _ = mro(index, symbol)
    if any(_SHOWN_BASES.search(name) for name in names):
        shown = True
    else:
        found = class_at(index, symbol)
        decorators = found[1].decorators if found is not None else ()
        shown = any(decorator is not None and _SHOWN_DECORATORS.search(decorator) for decorator in decorators)
    if not shown or any(_writes_itself(index, name) for name in names):
        return False
    return any(
        is_shown and name not in excluded and secret_kind(name) == "secret"
        for name, is_shown in _shown_fields(index, names)
    )


def _fields(index: FactIndex, symbol: str) -> tuple[str, ...]:
    found = class_at(index, symbol)
    return tuple(found[1].attributes) if found is not None else ()


def _shown_fields(index: FactIndex, names: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """The fields of a class and its bases, and whether their types show what they hold."""
    for name in names:
        found = class_at(index, name)
        if found is None:
            continue
        for field, symbol in found[1].attributes.items():
            hidden = symbol is not None and (
                _HIDDEN.search(symbol) is not None or symbol in ("builtins.bool()", "builtins.int()")
            )
            yield field, not hidden


def _writes_itself(index: FactIndex, symbol: str) -> bool:
    found = class_at(index, symbol)
    return found is not None and bool({"__repr__", "__str__", "__repr_args__"} & found[1].members.keys())
