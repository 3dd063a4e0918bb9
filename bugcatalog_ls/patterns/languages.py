"""The languages that rules can be written for: their files, editor ids and comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Language(NamedTuple):
    """A grammar of ast-grep, or one of our own (SQL). `line_comment` is empty where the language has
    block comments only."""

    name: str
    line_comment: str
    block_comment: tuple[str, str] | None = None
    aliases: tuple[str, ...] = ()


class FileType(NamedTuple):
    """What a file's suffix says: the grammar, and the language id that editors send for it."""

    language: Language
    language_id: str


def file_type(path: str) -> FileType | None:
    """The type of a file by its suffix, or None where no rule can speak of it."""
    name = path.rpartition("/")[2].lower()
    stem, dot, suffix = name.rpartition(".")
    return FILE_TYPES.get(suffix) if dot and stem else None


def language_named(name: str) -> Language | None:
    """The language that a rule means by `name`; case does not matter."""
    return _NAMED.get(name.lower())


def file_type_of_id(language_id: str) -> FileType | None:
    """The type of a document that has no path, by the id its editor gives it."""
    return _BY_ID.get(language_id)


_C_BLOCK = ("/*", "*/")
_MARKUP_BLOCK = ("<!--", "-->")

PYTHON = Language("Python", "#", None, ("py",))

# Each row: the grammar, then the editor's id for each group of suffixes.
_TABLE: tuple[tuple[Language, Mapping[str, str]], ...] = (
    (PYTHON, {"python": "py pyi pyw"}),
    (Language("TypeScript", "//", _C_BLOCK, ("ts",)), {"typescript": "ts mts cts"}),
    (Language("Tsx", "//", _C_BLOCK), {"typescriptreact": "tsx"}),
    (
        Language("JavaScript", "//", _C_BLOCK, ("js", "jsx")),
        {"javascript": "js mjs cjs", "javascriptreact": "jsx"},
    ),
    (Language("Go", "//", _C_BLOCK, ("golang",)), {"go": "go"}),
    (Language("Java", "//", _C_BLOCK), {"java": "java"}),
    (Language("Kotlin", "//", _C_BLOCK, ("kt",)), {"kotlin": "kt kts"}),
    (Language("Rust", "//", _C_BLOCK, ("rs",)), {"rust": "rs"}),
    (Language("CSharp", "//", _C_BLOCK, ("cs", "c#")), {"csharp": "cs"}),
    (Language("Ruby", "#", None, ("rb",)), {"ruby": "rb rake gemspec"}),
    (Language("Php", "//", _C_BLOCK), {"php": "php"}),
    (Language("C", "//", _C_BLOCK), {"c": "c h"}),
    (Language("Cpp", "//", _C_BLOCK, ("c++", "cc", "cxx")), {"cpp": "cpp cc cxx hpp hh hxx"}),
    (Language("Swift", "//", _C_BLOCK), {"swift": "swift"}),
    (Language("Scala", "//", _C_BLOCK), {"scala": "scala sc sbt"}),
    (Language("Sql", "--", _C_BLOCK, ("postgresql", "mysql", "sqlite")), {"sql": "sql"}),
    (Language("Lua", "--", ("--[[", "]]")), {"lua": "lua"}),
    (Language("Bash", "#", None, ("sh", "shell")), {"shellscript": "sh bash zsh"}),
    (Language("Html", "", _MARKUP_BLOCK), {"html": "html htm xhtml"}),
    (Language("Css", "", _C_BLOCK), {"css": "css", "scss": "scss"}),
    (Language("Json", "//", _C_BLOCK), {"json": "json", "jsonc": "jsonc"}),
    (Language("Yaml", "#", None, ("yml",)), {"yaml": "yaml yml"}),
    (Language("Elixir", "#", None, ("ex",)), {"elixir": "ex exs"}),
    (Language("Haskell", "--", ("{-", "-}"), ("hs",)), {"haskell": "hs"}),
    (Language("Nix", "#", _C_BLOCK), {"nix": "nix"}),
    (Language("Solidity", "//", _C_BLOCK, ("sol",)), {"solidity": "sol"}),
    (Language("Hcl", "#", _C_BLOCK), {"terraform": "tf tfvars", "hcl": "hcl"}),
)

LANGUAGES: tuple[Language, ...] = tuple(language for language, _ in _TABLE)

FILE_TYPES: Mapping[str, FileType] = {
    suffix: FileType(language, language_id)
    for language, ids in _TABLE
    for language_id, suffixes in ids.items()
    for suffix in suffixes.split()
}

_NAMED: Mapping[str, Language] = {
    alias.lower(): language for language in LANGUAGES for alias in (language.name, *language.aliases)
}

_BY_ID: Mapping[str, FileType] = {kind.language_id: kind for kind in FILE_TYPES.values()}
