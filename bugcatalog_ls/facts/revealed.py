"""What an expression gives away, and how a message calls it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import text_of

ValueKind = Literal["name", "whole", "settings", "object"]


class Revealed(NamedTuple):
    """What an expression gives away.

    `name`: a value that its name calls a secret; `whole`: headers, cookies, bodies, the environment;
    `settings` and `object`: an instance whose class decides. `symbol` is the value's, or the
    instance's. `excluded` are the fields that a dump leaves out.
    """

    kind: ValueKind
    written: str
    symbol: str | None
    excluded: tuple[str, ...] = ()


def written_short(node: Node) -> str:
    written = " ".join(text_of(node).split())
    return written if len(written) <= 40 else written.rpartition(".")[2][:40]
