"""What all tests share: failed checks are shown as a difference of annotated code."""

import pytest

pytest.register_assert_rewrite("bugcatalog_ls.testing.checks")
