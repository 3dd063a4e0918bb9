"""Markdown pages on standard output: laid out on a terminal, as they are in a pipe."""

from __future__ import annotations

import sys

from bugcatalog_ls.cli.streams import has_colours, write_out


def write_page(markdown: str) -> None:
    if not has_colours(sys.stdout):
        write_out([markdown])
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    console.print(Markdown(markdown), width=min(console.width, 100))
