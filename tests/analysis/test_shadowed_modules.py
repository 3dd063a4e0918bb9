"""A package as the root: its modules hide none of Python's own that are called the same."""

from __future__ import annotations

from bugcatalog_ls.testing.checks import check_findings


def test_a_package_with_a_module_called_like_one_of_pythons_own() -> None:
    check_findings(
        "BC901",
        """
        #- __init__.py

        #- logging.py
        import logging


        class ColoredFormatter(logging.Formatter):
            pass


        def level() -> int:
            return logging.getLogger("x").level or logging.DEBUG

        #- other.py
        import logging

        LEVEL = logging.DEBUG
        """,
    )
