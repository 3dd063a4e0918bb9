"""What a rule's fix needs imported, in each way in which a page may write it."""

from __future__ import annotations

import pytest

from bugcatalog_ls.analysis.verify import mend
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page

PAGE = """---
code: TEAM-1
name: naive-now
severity: warning
rules:
  - language: python
    rule: {pattern: $FN()}
    resolves: {FN: [datetime.datetime.utcnow]}
    fix: %s
    imports: [%s]
---
# Time without a zone
The time has no zone.
"""


@pytest.mark.parametrize(
    ("fix", "wanted", "expected"),
    [
        (
            "$FN(UTC)",
            "from zones import UTC",
            "from datetime import datetime\n\nfrom zones import UTC\n\n$(UTC)\n",
        ),
        ("$FN(zones.UTC)", "import zones", "from datetime import datetime\n\nimport zones\n\n$(zones.UTC)\n"),
        ("$FN(UTC)", "zones.UTC", "from datetime import datetime\n\nfrom zones import UTC\n\n$(UTC)\n"),
    ],
)
def test_imports_of_a_fix(fix: str, wanted: str, expected: str) -> None:
    entry = load_page("page.md", PAGE % (fix, wanted), "workspace")
    assert isinstance(entry, Entry)
    texts = {"a.py": "from datetime import datetime\n\ndatetime.utcnow()\n"}
    assert mend(entry, texts)["a.py"] == expected.replace("$", "datetime.utcnow")
