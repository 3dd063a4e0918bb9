"""Whether what is printed is what somebody has run a file for."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of

# Files whose output is what somebody has asked for at a prompt.
COMMANDS = re.compile(
    r"(?:^|/)(?:commands?|cli|scripts?|tools|bin|docs|examples?|samples?|demos?)/|(?:^|/)(?:cli|__main__|manage|commands)\.py$"
)
# They read a command line themselves.
_READS_COMMAND_LINE = (b"ArgumentParser(", b"OptionParser(")
# Printed where somebody develops: `if settings.DEBUG: …`.
_DEBUG = re.compile(r"(?:settings|config|conf|app|self)\.(?:DEBUG|debug)|DEBUG")
_RUN = "__main__"
_MAKES = re.compile(r"_?(?:generate|gen|make|new|random)_")


def is_only_made(call: Node) -> bool:
    """Whether a fresh value is all that is printed: `print(generate_key())` is what a command is for."""
    given = arguments_of(call).positional
    made = callee_of(given[0]) if len(given) == 1 and given[0].type == "call" else None
    return made is not None and _MAKES.match(text_of(made).rpartition(".")[2]) is not None


def is_of_script(file: PyFile, call: Node, value: Node) -> bool:
    """Whether it is what a file is run for: one that reads a command line, or the result of a call in
    `if __name__ == "__main__": print(get_secret_key())`."""
    data = file.source.data
    if any(
        _DEBUG.fullmatch(text_of(condition.node)) and condition.holds for condition in conditions_at(call)
    ):
        return True
    if any(word in data for word in _READS_COMMAND_LINE):
        return True
    statement = call.parent
    block = statement.parent if statement is not None else None
    test = block.parent if block is not None else None
    return (
        value.type == "call"
        and test is not None
        and test.type == "if_statement"
        and test.parent == file.root
        and _RUN in text_of(test.child_by_field_name("condition") or call)
    )


def goes_to_file(file: PyFile, call: Node) -> bool:
    """Whether `print` writes to a file of its own, or a piece of a stream as it comes."""
    keywords = arguments_of(call).keywords
    target = keywords.get("file")
    if target is not None and file.symbol(target) not in ("sys.stdout", "sys.stderr"):
        return True
    end = keywords.get("end")
    return end is not None and string_value(end) == ""
