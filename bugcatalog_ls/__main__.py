"""`python -m bugcatalog_ls` is `bugcatalog`."""

from __future__ import annotations

import sys

from bugcatalog_ls.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
