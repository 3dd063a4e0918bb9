"""All benchmarks one after the other, or those that are named."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks import check, drift, edit, first, memory, options, peers
from tests.benchmarks.report import show

_BENCHMARKS = {"first": first, "edit": edit, "check": check, "drift": drift, "memory": memory}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"{', '.join(_BENCHMARKS)} (default: all)")
    parser.add_argument("--setup", action="store_true", help="install the programs to compare with")
    parser.add_argument("--folder", type=Path, help="what is checked and read (default: public back ends)")
    first.add_options(parser)
    edit.add_options(parser)
    check.add_options(parser)
    drift.add_options(parser)
    options.add_common(parser)
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.names if name not in _BENCHMARKS]:
        parser.error(f"no benchmark is called {unknown[0]!r}")
    if chosen.setup:
        peers.set_up()
        if not chosen.names:
            return
    show([_BENCHMARKS[name].measure(chosen) for name in chosen.names or _BENCHMARKS], chosen.json)


main()
