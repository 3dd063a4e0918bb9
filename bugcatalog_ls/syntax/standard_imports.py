"""Which imports of Python's own library can't fail, whatever a `try` around them says."""

from __future__ import annotations

import sys

# What some systems, builds or slim images go without.
_OF_SOME = frozenset(
    {"crypt", "curses", "dbm", "ensurepip", "fcntl", "grp", "idlelib", "lib2to3", "msilib", "msvcrt", "nis"}
    | {"nt", "ossaudiodev", "posix", "pty", "pwd", "readline", "resource", "rlcompleter", "spwd", "syslog"}
    | {"termios", "test", "tkinter", "tty", "turtle", "turtledemo", "venv", "winreg", "winsound"}
)
# What releases since 3.9 have given up.
_OLD = frozenset(
    {"aifc", "asynchat", "asyncore", "audioop", "binhex", "cgi", "cgitb", "chunk", "distutils", "formatter"}
    | {"imghdr", "imp", "mailcap", "nntplib", "parser", "pipes", "smtpd", "sndhdr", "sunau", "symbol"}
    | {"telnetlib", "uu", "xdrlib"}
)
_SINCE = {"graphlib": (3, 9), "zoneinfo": (3, 9), "tomllib": (3, 11), "annotationlib": (3, 14)}
_SINCE |= {"compression": (3, 14)}
# Names that younger releases brought; others have been there since 3.9.
_YOUNG_NAMES = {
    (3, 10): "ParamSpec ParamSpecArgs Concatenate TypeAlias TypeGuard is_typeddict pairwise aclosing KW_ONLY"
    " EllipsisType NoneType NotImplementedType UnionType get_annotations packages_distributions",
    (3, 11): "Self Never LiteralString NotRequired Required assert_never assert_type reveal_type Unpack UTC"
    " TypeVarTuple dataclass_transform TaskGroup Runner Barrier timeout StrEnum ReprEnum EnumCheck verify"
    " member nonmember chdir file_digest HTTPMethod get_overloads clear_overloads",
    (3, 12): "override Buffer batched TypeAliasType get_original_bases",
    (3, 13): "TypeIs ReadOnly NoDefault deprecated get_protocol_members is_protocol QueueShutDown",
}
_SINCE_NAMES = {name: version for version, names in _YOUNG_NAMES.items() for name in names.split()}


def is_always_there(target: str, python: tuple[int, int]) -> bool:
    """Whether an import gives a plain module of the standard library, on each Python from `python` on."""
    return "." not in target and _is_of_library(target) and _SINCE.get(target, python) <= python


def may_be_there(target: str, python: tuple[int, int]) -> bool:
    """Whether an import is of the standard library, and nothing tells that it is too young for `python`."""
    top, _, name = target.partition(".")
    since = max(_SINCE.get(top, python), _SINCE_NAMES.get(name.rpartition(".")[2], python))
    return _is_of_library(top) and since <= python


def _is_of_library(top: str) -> bool:
    return top in sys.stdlib_module_names and not top.startswith("_") and top not in _OF_SOME | _OLD
