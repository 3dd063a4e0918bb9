"""`python -m bugcatalog_ls` is `bugcatalog`."""

from __future__ import annotations

import os
import sys


def _leave_working_folder() -> None:
    """Take the working folder, which `-m` puts first, off the import path: the user's code stands there."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    first = os.path.abspath(sys.path[0]) if sys.path else home
    if first == os.getcwd() and first != home:
        del sys.path[0]


if __name__ == "__main__":
    _leave_working_folder()

    from bugcatalog_ls.cli.main import main

    sys.exit(main())
