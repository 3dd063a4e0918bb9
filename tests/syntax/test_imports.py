"""Imports that fixes bring: what is reused, under which name, and where a new line goes."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import pytest

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_removal import takes_import
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span, TextEdit, apply_edits

PLACE = "§"


def check_import(before: str, needs: str | Sequence[str], after: str, path: str = "pkg/mod.py") -> None:
    """Write what `needs` (`module:name`, or a module) comes out as at each `§`, and add the imports."""
    needs = [needs] if isinstance(needs, str) else needs
    pieces = before.split(PLACE)
    offsets, text = [], pieces[0]
    for piece in pieces[1:]:
        offsets.append(len(text.encode()))
        text += "x" + piece
    file = PyFile(path, Source(text))
    imports = Imports(file)
    edits = []
    for offset, need in zip(offsets, needs, strict=True):
        module, _, name = need.partition(":")
        expression = imports.need(module, name or None, at=offset)
        edits.append(TextEdit(Span(offset, offset + 1), expression))
    result = apply_edits(file.source.data, [*imports.edits(), *edits]).decode()
    ast.parse(result)
    assert result == after


USE = "\n\ndef f():\n    return §()\n"


@pytest.mark.parametrize(
    ("head", "need", "head_after", "written"),
    [
        # Reused as it is.
        ("import datetime\n", "datetime:timezone", "import datetime\n", "datetime.timezone"),
        ("import datetime as dt\n", "datetime:timezone", "import datetime as dt\n", "dt.timezone"),
        ("from datetime import timezone as tz\n", "datetime:timezone", None, "tz"),
        ("from datetime import timezone\n", "datetime:timezone", None, "timezone"),
        ("from sqlalchemy import orm\n", "sqlalchemy.orm:selectinload", None, "orm.selectinload"),
        ("import sqlalchemy.orm\n", "sqlalchemy.orm:Session", None, "sqlalchemy.orm.Session"),
        ("import os.path\n", "os", None, "os"),
        ("import logging as log\n", "logging", None, "log"),
        ("from .db import Session\n", "pkg.db:Session", None, "Session"),
        ("from pkg.db import Session\n", "pkg.db:Session", None, "Session"),
        ("try:\n    import ujson\nexcept ImportError:\n    ujson = None\n", "ujson", None, "ujson"),
        (
            "try:\n    import orjson as json\nexcept ImportError:\n    import json\n",
            "json",
            None,
            "json",
        ),
        (
            "import sys\n\nif sys.version_info >= (3, 11):\n    from datetime import UTC\n"
            "else:\n    from datetime import timezone\n\n    UTC = timezone.utc\n",
            "datetime:UTC",
            None,
            "UTC",
        ),
        # A `from` line is extended.
        (
            "from datetime import datetime\n",
            "datetime:timezone",
            "from datetime import datetime, timezone\n",
            "timezone",
        ),
        ("from a import b, d  # why\n", "a:c", "from a import b, c, d  # why\n", "c"),
        ("from a import d, b\n", "a:c", "from a import d, b, c\n", "c"),
        ("from a import (b, d)\n", "a:e", "from a import (b, d, e)\n", "e"),
        ("from a import b, \\\n    d\n", "a:e", "from a import b, \\\n    d, e\n", "e"),
        (
            "from a import (\n    b,\n    d,\n)\n",
            "a:c",
            "from a import (\n    b,\n    c,\n    d,\n)\n",
            "c",
        ),
        (
            "from a import (\n    b,  # first\n    d  # last\n)\n",
            "a:e",
            "from a import (\n    b,  # first\n    d,  # last\n    e\n)\n",
            "e",
        ),
        (
            "from a import (\n    # of b\n    b,\n    # of d\n    d,\n)\n",
            "a:c",
            "from a import (\n    # of b\n    b,\n    c,\n    # of d\n    d,\n)\n",
            "c",
        ),
        (
            "from a import (\n    c,\n    d\n)\n",
            "a:e",
            "from a import (\n    c,\n    d,\n    e\n)\n",
            "e",
        ),
        (
            "from a import (c,\n               d)\n",
            "a:e",
            "from a import (c,\n               d,\n               e)\n",
            "e",
        ),
        (
            "from a import (\n    c, d,\n    f,\n)\n",
            "a:b",
            "from a import (\n    b,\n    c, d,\n    f,\n)\n",
            "b",
        ),
        ("from a import Z, b\n", "a:Y", "from a import Y, Z, b\n", "Y"),
        ("from a import B, LIMIT\n", "a:a", "from a import a, B, LIMIT\n", "a"),
        (
            f"from a import {'b' * 60}, {'c' * 12}\n",
            "a:dd",
            f"from a import (\n    {'b' * 60},\n    {'c' * 12},\n    dd,\n)\n",
            "dd",
        ),
        ("from . import b\n", "pkg:c", "from . import b, c\n", "c"),
        # Not extended: another line's style.
        ("from a import b as c\n", "a:d", "from a import b as c\nfrom a import d\n", "d"),
        (
            "from a import b\nfrom a import d\n",
            "a:c",
            "from a import b\nfrom a import d\nfrom a import c\n",
            "c",
        ),
        ("from a import *\n", "a:c", "from a import *\nfrom a import c\n", "c"),
        # A new line in its block.
        ("import os\nimport sys\n", "json", "import json\nimport os\nimport sys\n", "json"),
        ("import os\nimport sys\n", "re", "import os\nimport re\nimport sys\n", "re"),
        ("import sys\nimport os\n", "re", "import sys\nimport os\nimport re\n", "re"),
        (
            "import os\nfrom abc import ABC\n",
            "datetime:timezone",
            "import os\nfrom abc import ABC\nfrom datetime import timezone\n",
            "timezone",
        ),
        (
            "from abc import ABC\nimport os\n",
            "datetime:timezone",
            "from abc import ABC\nfrom datetime import timezone\nimport os\n",
            "timezone",
        ),
        (
            "from abc import ABC\nimport logging\nfrom os import path\n",
            "json",
            "from abc import ABC\nimport json\nimport logging\nfrom os import path\n",
            "json",
        ),
        ("import requests\n", "json", "import json\n\nimport requests\n", "json"),
        ("import json\n", "requests", "import json\n\nimport requests\n", "requests"),
        (
            "import json\n\nfrom pkg.db import x\n",
            "requests",
            "import json\n\nimport requests\n\nfrom pkg.db import x\n",
            "requests",
        ),
        (
            "import json\n\nimport requests\n\nfrom .db import x\n",
            "pkg.api:y",
            "import json\n\nimport requests\n\nfrom pkg.api import y\n\nfrom .db import x\n",
            "y",
        ),
        (
            "import json\nimport requests\nfrom .db import x\n",
            "pkg.api:y",
            "import json\nimport requests\nfrom pkg.api import y\nfrom .db import x\n",
            "y",
        ),
        (
            "# Standard library\nimport os\n\n# Third party\nimport requests\n",
            "json",
            "# Standard library\nimport json\nimport os\n\n# Third party\nimport requests\n",
            "json",
        ),
        (
            "# Third party\nimport requests\n",
            "json",
            "# Third party\nimport json\n\nimport requests\n",
            "json",
        ),
        (
            '"""Doc."""\n\n# Third party\nimport requests\n',
            "json",
            '"""Doc."""\n\nimport json\n\n# Third party\nimport requests\n',
            "json",
        ),
        (
            "#!/usr/bin/env python\nimport sys\n",
            "json",
            "#!/usr/bin/env python\nimport json\nimport sys\n",
            "json",
        ),
        # Nothing there yet.
        ("", "json", "import json\n", "json"),
        ('"""Doc."""\n', "json", '"""Doc."""\n\nimport json\n', "json"),
        ("#!/usr/bin/env python\n", "json", "#!/usr/bin/env python\n\nimport json\n", "json"),
        (
            "# -*- coding: utf-8 -*-\n# Licence.\n",
            "json",
            "# -*- coding: utf-8 -*-\n# Licence.\n\nimport json\n",
            "json",
        ),
        (
            '"""Doc."""\n\nfrom __future__ import annotations\n',
            "json",
            '"""Doc."""\n\nfrom __future__ import annotations\n\nimport json\n',
            "json",
        ),
        (
            "from __future__ import annotations\n\nimport os\n",
            "requests",
            "from __future__ import annotations\n\nimport os\n\nimport requests\n",
            "requests",
        ),
        # Type checkers' imports, `try` and function bodies are no place for it.
        (
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from datetime import timezone\n",
            "datetime:timezone",
            "from datetime import timezone\n",
            "timezone",
        ),
        (
            "try:\n    from a import b\nexcept ImportError:\n    b = None\n",
            "a:c",
            "from a import c\n\ntry:\n    from a import b\nexcept ImportError:\n    b = None\n",
            "c",
        ),
        (
            "import os\n\n\ndef g():\n    import json\n    return json\n",
            "json",
            "import json\nimport os\n\n\ndef g():\n    import json\n    return json\n",
            "json",
        ),
        # Names that are taken.
        (
            "from django.utils import timezone\n",
            "datetime:timezone",
            "import datetime\n\nfrom django.utils import timezone\n",
            "datetime.timezone",
        ),
        (
            "from datetime import datetime\n\nfrom django.utils import timezone\n",
            "datetime:timezone",
            "from datetime import datetime\nfrom datetime import timezone as datetime_timezone\n\n"
            "from django.utils import timezone\n",
            "datetime_timezone",
        ),
        ("json = 1\n", "json", "import json as json_module\n\njson = 1\n", "json_module"),
        ("", "asyncio:TimeoutError", "import asyncio\n", "asyncio.TimeoutError"),
    ],
)
def test_head_of_the_file(head: str, need: str, head_after: str | None, written: str) -> None:
    after = head if head_after is None else head_after

    check_import(head + USE, need, after + USE.replace(PLACE, written))


@pytest.mark.parametrize(
    ("before", "needs", "after"),
    [
        # A local of the same name.
        (
            "import os\n\n\ndef f(json):\n    return §.dumps(json)\n",
            "json",
            "import json as json_module\nimport os\n\n\ndef f(json):\n    return json_module.dumps(json)\n",
        ),
        (
            "from datetime import datetime\n\n\ndef f():\n    timezone = 1\n    return §\n",
            "datetime:timezone",
            "from datetime import datetime\nfrom datetime import timezone as datetime_timezone\n\n\n"
            "def f():\n    timezone = 1\n    return datetime_timezone\n",
        ),
        (
            "import json\n\n\ndef f(json):\n    return §.dumps(json)\n",
            "json",
            "import json\nimport json as json_module\n\n\ndef f(json):\n    return json_module.dumps(json)\n",
        ),
        # A local import that reaches the place, and one that does not.
        (
            "def f():\n    import json\n    return §\n",
            "json",
            "def f():\n    import json\n    return json\n",
        ),
        (
            "def f(a):\n    if a:\n        import json\n    return §\n",
            "json",
            "import json as json_module\n\n\n"
            "def f(a):\n    if a:\n        import json\n    return json_module\n",
        ),
        # Read while the module is imported: the import must stand above.
        (
            "import os\n\nX = §\n\nfrom json import loads\n",
            "json:dumps",
            "import os\nfrom json import dumps\n\nX = dumps\n\nfrom json import loads\n",
        ),
        (
            "import os\n\nX = §\n\nimport json\n",
            "json",
            "import json\nimport os\n\nX = json\n\nimport json\n",
        ),
        # Several at once.
        (
            "import os\n\nx = [§, §, §]\n",
            ["datetime:datetime", "datetime:timezone", "json"],
            "import json\nimport os\nfrom datetime import datetime, timezone\n\n"
            "x = [datetime, timezone, json]\n",
        ),
        (
            "x = [§, §]\n",
            ["requests", "json"],
            "import json\n\nimport requests\n\nx = [requests, json]\n",
        ),
        (
            "def f(json):\n    return §\n\n\ndef g():\n    return §\n",
            ["json", "json"],
            "import json as json_module\n\n\ndef f(json):\n    return json_module\n\n\n"
            "def g():\n    return json_module\n",
        ),
        # Line ends and spaces of the file.
        (
            "import os\r\nimport sys\r\n\r\nx = §\r\n",
            "re",
            "import os\r\nimport re\r\nimport sys\r\n\r\nx = re\r\n",
        ),
        (
            "from a import (\r\n\tb,\r\n)\r\nx = §\r\n",
            "a:c",
            "from a import (\r\n\tb,\r\n\tc,\r\n)\r\nx = c\r\n",
        ),
        ("# Speaks of x.\nx = §\n", "json", "import json\n\n# Speaks of x.\nx = json\n"),
        ("import json\nx = §", "requests", "import json\n\nimport requests\n\nx = requests"),
        ('"""Doc."""\nx = §\n', "json", '"""Doc."""\n\nimport json\n\nx = json\n'),
        ("x = §\n", "__future__:annotations", "from __future__ import annotations\n\nx = annotations\n"),
        (
            "class A:\n    json = 1\n\n    def f(self):\n        return §\n",
            "json",
            "import json\n\n\nclass A:\n    json = 1\n\n    def f(self):\n        return json\n",
        ),
        ("import os; import sys\n\nx = §\n", "re", "import os; import sys\nimport re\n\nx = re\n"),
    ],
)
def test_whole_files(before: str, needs: str | list[str], after: str) -> None:
    check_import(before, needs, after)


@pytest.mark.parametrize(
    ("before", "taken", "after"),
    [
        ("import os\nimport json  # why\n\nos.x\n§json§\n", "", "import os\n\nos.x\n0\n"),
        ("from a import b, c, d\n\nb, d, §c§\n", "", "from a import b, d\n\nb, d, 0\n"),
        ("from a import b, c\n\nb, §c§\n", "", "from a import b\n\nb, 0\n"),
        (
            "from a import (\n    b,  # why\n    c,\n)\n\nb, §c§\n",
            "",
            "from a import (\n    b,  # why\n)\n\nb, 0\n",
        ),
        ("from a import b, \\\n    c\n\nb, §c§\n", "", "from a import b\n\nb, 0\n"),
        ("import os; import sys\n\nsys, §os§\n", "", "import sys\n\nsys, 0\n"),
        # Neither blank lines above each other are left, nor any at the top.
        ("import json\n\nimport yaml\n\nyaml, §json§\n", "", "import yaml\n\nyaml, 0\n"),
        ('"""Doc."""\n\nimport os\n\n\ndef f():\n    §os§\n', "", '"""Doc."""\n\n\ndef f():\n    0\n'),
        # Words of prose, attributes and keywords read nothing.
        ('import os\n\nx.os(os="the os")  # os\n§os.x§\n', "", 'x.os(os="the os")  # os\n0\n'),
        # What is read elsewhere stays; so does what is there for others.
        ("import json\n\njson\n§json§\n", "", "import json\n\njson\n0\n"),
        ("import json\n\n__all__ = ['json']\n§json§\n", "", "import json\n\n__all__ = ['json']\n0\n"),
        ("import json\n\nx: 'json.X'\n§json§\n", "", "import json\n\nx: 'json.X'\n0\n"),
        ("import json  # noqa: F401\n§json§\n", "", "import json  # noqa: F401\n0\n"),
        ("import json as json\n§json§\n", "", "import json as json\n0\n"),
        ("import json\n§json§\n", "json", "import json\n0\n"),
        ("import json\n§json§\neval(x)\n", "", "import json\n0\neval(x)\n"),
        ("try:\n    import json\nexcept ImportError:\n    json = None\n§json§\n", "", None),
    ],
)
def test_imports_without_readers_go(before: str, taken: str, after: str | None) -> None:
    start, end = before.index(PLACE), before.rindex(PLACE) - 1
    text = before.replace(PLACE, "")
    imports = Imports(PyFile("a.py", Source(text)))
    edits = [TextEdit(Span(len(text[:start].encode()), len(text[:end].encode())), "0")]
    imports.drop_unread(edits, lambda imported: imported.bound == taken)
    result = apply_edits(text.encode(), [*imports.edits(), *edits]).decode()
    assert result == (text[:start] + "0" + text[end:] if after is None else after)


def test_drop_and_add_in_one_statement() -> None:
    text = "from datetime import datetime, timedelta\n\nx = timedelta(1), datetime(1)\n"
    imports = Imports(PyFile("a.py", Source(text)))
    place = Span(text.index("datetime(1"), text.index("(1)\n"))
    assert imports.need("datetime", "timezone", at=place.start) == "timezone"
    imports.drop_unread([TextEdit(place, "x")], lambda imported: False)
    after = apply_edits(text.encode(), imports.edits()).decode()
    assert after == "from datetime import timedelta, timezone\n\nx = timedelta(1), datetime(1)\n"


def test_names_for_type_checkers_become_names_for_all() -> None:
    check_import(
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import logging\n    from a import B\n"
        + USE,
        "logging",
        "import logging\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from a import B\n"
        + USE.replace(PLACE, "logging"),
    )
    check_import(
        "import os\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import logging\n" + USE,
        "logging",
        "import logging\nimport os\n" + USE.replace(PLACE, "logging"),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Past what files do between their imports.
        (
            '__all__ = ["f"]\n\nimport os\n\n\ndef f(): §\n',
            '__all__ = ["f"]\n\nimport logging\nimport os\n\nLOG = logging.x\n\n\ndef f(): LOG\n',
        ),
        (
            "import sys\n\nsys.path.insert(0, x)\n\nimport yaml\n\n\ndef f(): §\n",
            "import logging\nimport sys\n\nsys.path.insert(0, x)\n\nimport yaml\n\nLOG = logging.x\n\n\n"
            "def f(): LOG\n",
        ),
        # Above the statement that reads it, and below the import that it reads.
        (
            "import os\n\n§\n\nimport yaml\n",
            "import logging\nimport os\n\nLOG = logging.x\n\nLOG\n\nimport yaml\n",
        ),
        (
            "import os\n\n\ndef f(): §\n\n\nimport logging\n",
            "import logging\nimport os\n\nLOG = logging.x\n\n\ndef f(): LOG\n\n\nimport logging\n",
        ),
        (
            '"""Doc."""\n\n\ndef f(): §\n',
            '"""Doc."""\n\nimport logging\n\nLOG = logging.x\n\n\ndef f(): LOG\n',
        ),
    ],
)
def test_definitions_stand_below_the_imports(before: str, after: str) -> None:
    at = len(before[: before.index(PLACE)].encode())
    imports = Imports(PyFile("a.py", Source(before.replace(PLACE, "x"))))
    imports.define(lambda place: f"LOG = {imports.need('logging', at=place)}.x", at=at)
    edits = [*imports.edits(), TextEdit(Span(at, at + 1), "LOG")]
    assert apply_edits(before.replace(PLACE, "x").encode(), edits).decode() == after


def test_a_part_of_an_import_is_taken_as_well() -> None:
    file = PyFile("mod.py", Source("from shop import cart, order\n\norder(cart)\n"))
    text = file.source.text
    begin, read = text.index("cart"), text.rindex("cart")
    assert takes_import(file, [Span(begin, begin + len("cart, "))])
    assert not takes_import(file, [Span(read, read + 4), Span(0, 0)])
