"""Failures of the shared checks are shown like those of the tests themselves."""

import pytest

pytest.register_assert_rewrite("catalog_pages")
