"""Statistics: how many findings there are of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bugcatalog_ls.catalog.entry import code_order
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.shown import Shown


def statistics(found: Sequence[Shown], paint: Paint) -> Iterator[str]:
    """How many findings there are of each entry and weight, the most frequent first."""
    counts = Counter((shown.code, shown.diagnosis.severity) for shown in found)
    names = {shown.code: shown.diagnosis.entry.name for shown in found}
    width = max((len(str(count)) for count in counts.values()), default=0)
    for code, severity in sorted(counts, key=lambda key: (-counts[key], code_order(key[0]), key[1])):
        count, weight = f"{counts[code, severity]:>{width}}", paint(f"{severity:<11}", severity)
        yield f"{count}  {paint(code, 'strong')}  {weight}  {names[code]}\n"
