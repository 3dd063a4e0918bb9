"""Meetings of two times: compared with each other, or one subtracted from the other."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.clocks import NOW, Clocks
from bugcatalog_ls.facts.time_destinations import is_start
from bugcatalog_ls.facts.time_roles import Uses
from bugcatalog_ls.syntax.nodes import text_of


def meet(clocks: Clocks, source: Node | None, other: Node, uses: Uses, *, is_difference: bool) -> None:
    """Add to the uses of `source` what it is that it meets `other`."""
    origins = clocks.origins(other)
    times = [origin for origin in origins if origin.clock != "unknown"]
    for origin in times:
        if origin.clock not in ("aware", "delta", "day"):
            uses.partners[origin.node.id] = origin.node
    if is_difference and is_start(text_of(other)):
        uses.roles.add("measured")
        return
    met = {origin.clock for origin in clocks.origins(source)} if source else set()
    if origins and len(times) == len(origins):
        if all(origin.clock == "aware" for origin in origins):
            uses.roles.add("compared-aware")
            return
        met |= {origin.clock for origin in origins}
        if is_difference and met <= {*NOW, "stamp"}:
            # Both ends were read from one clock by one program.
            uses.roles.add("measured")
            return
    uses.roles.add("subtracted" if is_difference else "compared")
