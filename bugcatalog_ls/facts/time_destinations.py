"""Destinations of times by their names: calls that show, keep or send one, names that are files' names."""

from __future__ import annotations

import re


def shows(name: str, symbol: str | None) -> bool:
    """Whether a call prints or logs what it is given."""
    return name in _SHOWING or (symbol or "").startswith(_SHOWING_MODULES)


def makes_name(name: str, symbol: str | None, keyword: str) -> bool:
    """Whether a call takes what it is given as the name of a file, or as a part of it."""
    if keyword == "date_time" or (keyword and names_file(keyword)):
        return True
    return name in _NAMING_CALLS or (symbol or "").startswith(_NAMING_MODULES)


def keeps(name: str, symbol: str | None) -> bool:
    """Whether what is given to a call stays: queries, writes, and what makes an object."""
    if name in _KEEPING or (symbol or "").startswith("sqlalchemy."):
        return True
    if name in _KEEPING_IN_REDIS and (symbol or "").startswith(("redis.", "aioredis.", "valkey.")):
        return True
    if name in _NOT_STORING or not name[:1].isupper():
        return False
    return not (name.isupper() and len(name) > 1)


def asks(name: str) -> bool:
    """Whether a call that keeps what it is given only asks for rows by it."""
    return name in _ASKING


def dumps(name: str) -> bool:
    """Whether a call writes what it is given as a message."""
    return name in _DUMPING


def passes(name: str, symbol: str | None) -> bool:
    """Whether a call gives what it is given, in another shape."""
    return name in _PASSING and (symbol is None or symbol.startswith(("builtins.", "typing.", "copy.")))


def names_file(name: str) -> bool:
    """Whether a variable, parameter or function of this name holds a file's name, or a mere label."""
    return bool(_NAMING_WORD.search(name))


def is_file_text(text: str) -> bool:
    """Whether the fixed part of a text says that it is the name of a file."""
    return bool(_FILE_TEXT.match(text))


def is_file_layout(layout: str) -> bool:
    """Whether `strftime` writes what a file may be called: no colon, and parts joined by `_` or `-`."""
    return _FILE_LAYOUT.search(layout) is not None and ":" not in layout


def is_start(written: str) -> bool:
    """Whether an expression is called after the start of a measurement."""
    return bool(_START.search(written))


def is_span(written: str) -> bool:
    """Whether an expression is called after a length of time."""
    return bool(_SPAN.search(written.lower()))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHOWING = _words(
    "print debug info warning warn error exception critical fatal log trace success echo secho "
    "write_line writeln pprint add_event set_description set_status"
)
_KEEPING = _words(
    "values update filter filter_by where having between create get_or_create update_or_create "
    "bulk_create bulk_update insert insert_one insert_many update_one update_many replace_one find "
    "find_one execute executemany scalar scalars exclude annotate setattr setdefault hset setex mset "
    "zadd upsert on_conflict_do_update save_to_db fetch fetchrow fetchval model_copy model_construct "
    "bindparam literal bindparams bulk_insert_mappings bulk_update_mappings count_documents encode"
)
_ASKING = _words("filter filter_by where having between find find_one exclude count_documents")
_KEEPING_IN_REDIS = _words("set setnx psetex getset append lpush rpush sadd xadd publish")
_DUMPING = _words("dumps dump jsonify JSONResponse packb")
_PASSING = _words(
    "int float str repr round list tuple set sorted dict max min cast copy deepcopy jsonable_encoder Final"
)
_NAMING_CALLS = _words(
    "open joinpath with_name with_suffix with_stem mkdir makedirs mkdtemp rename FileHandler "
    "RotatingFileHandler TimedRotatingFileHandler FileResponse send_file ZipInfo NamedTemporaryFile "
    "download_button exists isfile isdir unlink remove savefig to_csv to_excel"
)
_NAMING_WORD = re.compile(
    r"(?:^|_)(?:file|files|path|dir|folder|directory|filename|fname|basename|logfile|log_name|prefix|suffix|"
    r"backup|archive|zip|stem|dirname|filepath|slug|run_name|run_id|experiment|seed|nonce|salt)(?:$|_|name|path)"
    r"|[a-z]_name$",
    re.IGNORECASE,
)
_FILE_TEXT = re.compile(r"^[^\s?=]*(?:/|\.[A-Za-z][A-Za-z0-9]{1,7}$)[^\s?=]*$")
_NOT_STORING = _words(
    "Thread Timer Path PurePath PurePosixPath Decimal ZoneInfo Exception Depends Query Option Argument"
)
TEXT_METHODS = _words(
    "replace split rsplit partition rpartition strip rstrip lstrip removesuffix removeprefix upper lower "
    "encode title zfill"
)
_START = re.compile(
    r"(?:^|[._])(?:start|started|begin|began|t0|tic|since)(?:_?(?:at|time|ts|dt|dttm|datetime))?$"
)
_SHOWING_MODULES = ("logging.", "warnings.", "builtins.print", "click.", "rich.")
_FILE_LAYOUT = re.compile(r"%H[-_.]%M|%d[-_]%H%M")
_NAMING_MODULES = ("os.path.", "shutil.", "pathlib.", "builtins.open", "zipfile.", "tempfile.")
_SPAN = re.compile(r"(?:delta|ttl|duration|interval|period|window|retention|days|hours|minutes|age)\b")
