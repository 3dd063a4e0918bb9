"""BC502: corners of finding and mending beyond the page's examples."""

from __future__ import annotations

import pytest

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.testing.checks import check_findings, check_fix, project_of

_IMPORTS = """\
import bz2, codecs, gzip, io, logging, os, subprocess, tempfile
import aiofiles, pymysql
from logging.handlers import RotatingFileHandler, TimedRotatingFileHandler
from pathlib import Path
from flask import request
from sqlalchemy import URL, Column, Table, create_engine
"""


@pytest.mark.parametrize(
    "expression",
    [
        "open(name)",
        "open(name, 'r+')",
        "open(file=name, mode='a')",
        "open(name, encoding=None)",
        "open(name, 'w' if new else 'a')",
        "io.open(name, 'wt')",
        "os.fdopen(3, 'w')",
        "aiofiles.open(name)",
        "gzip.open(name, 'rt')",
        "Path(name).open()",
        "Path(name).read_text()",
        "(Path(name) / 'x').write_text(text)",
        "Path.home().joinpath('x').read_text(errors='ignore')",
        "path.parent.write_text(data=text)",
        "subprocess.run(name, text=True, capture_output=True)",
        "subprocess.check_output(name, universal_newlines=True)",
        "subprocess.Popen(name, stdout=subprocess.PIPE, text=True)",
        "subprocess.run(name, capture_output=False, input=mode, text=True)",
        "subprocess.run(name, text=True, stdout=name)",
        "tempfile.NamedTemporaryFile(mode='w')",
        "tempfile.TemporaryFile('w+')",
        "logging.FileHandler(name, 'a')",
        "RotatingFileHandler(name, maxBytes=1)",
        "TimedRotatingFileHandler(name)",
        "logging.basicConfig(filename=name)",
        "create_engine(f'mysql+pymysql://{name}/db?charset=utf8')",
        "create_engine('mysql+pymysql://%s/db?x=1&charset=utf8mb3' % name)",
        "create_engine('mysql+pymysql://' + name + '/db?charset=utf8')",
        "create_engine(f'mysql+mysqldb://{name}/db')",
        "create_engine('mysql://u@h/db')",
        "create_engine(name, connect_args={'charset': 'utf8'})",
        "URL.create('mysql+pymysql', query={'charset': 'utf8'})",
        "pymysql.connect(host=name, charset='utf8')",
        "Table(name, metadata, mysql_charset='utf8')",
        "{'Content-Type': 'application/json; charset=gbk'}",
        "request.form['name'].encode('ascii')",
        "request.get_json()['name'].strip().encode('latin-1')",
        "input().encode('us-ascii')",
        "f'{request.args}'.encode('iso-8859-1')",
    ],
)
def test_text_without_an_encoding_is_found(expression: str) -> None:
    assert (
        _count(f"{_IMPORTS}\ndef f(name, new, text, path: Path, metadata):\n    return {expression}\n") == 1
    )


@pytest.mark.parametrize(
    "expression",
    [
        "open(name, 'rb')",
        "open(name, mode)",
        "open(name, *rest)",
        "open(name, **options)",
        "open(name, 'w', -1, 'utf-8')",
        "open(name, 'w', encoding=encoding)",
        "open(name, 'w').close()",
        "open(os.devnull, 'w')",
        "open('/proc/meminfo')",
        "codecs.open(name, 'r', 'utf-8')",
        "gzip.open(name)",
        "bz2.open(name, 'wb')",
        "name.read_text()",
        "name.open()",
        "Path(name).open('wb')",
        "Path(name).read_text('utf-8')",
        "Path(name).write_text(text, 'utf-8')",
        "Path('/proc/1/stat').read_text()",
        "subprocess.run(name, capture_output=True)",
        "subprocess.run(name, text=False)",
        "subprocess.run(name, text=True, encoding='utf-8')",
        "subprocess.run(name, text=mode)",
        "subprocess.run(name, text=True, capture_output=False, check=True)",
        "subprocess.Popen(name, text=True, stderr=subprocess.STDOUT)",
        "subprocess.run(name, text=True, stdin=subprocess.DEVNULL, stdout=None)",
        "tempfile.NamedTemporaryFile()",
        "RotatingFileHandler(name, 'a', 1, 1, 'utf-8')",
        "logging.basicConfig(level=1)",
        "create_engine('mysql+pymysql://u@h/db')",
        "create_engine('mysql+asyncmy://u@h/db?charset=utf8mb4')",
        "create_engine('postgresql://u@h/db?charset=utf8')",
        "create_engine(f'mysql+mysqldb://{name}/{rest}{options}')",
        "connect('mysql://u@h/db')",
        "name.startswith('mysql+mysqldb://')",
        "Table(name, metadata, mysql_charset='utf8mb4')",
        "{'Content-Type': 'application/json; charset=UTF-8'}",
        "{'Content-Type': 'text/html; charset=gbk'}",
        "name.encode('ascii')",
        "'abc'.encode('ascii')",
        "request.form['name'].encode('ascii', 'ignore')",
        "base64.b64decode(request.form['file'].encode('ascii'))",
        "request.form['name'].encode()",
    ],
)
def test_what_is_stated_or_unknown_is_left(expression: str) -> None:
    parameters = "name, mode, rest, options, text, encoding, metadata, connect"
    assert _count(f"{_IMPORTS}\ndef f({parameters}):\n    return {expression}\n") == 0


def test_python_that_takes_utf8_anyway_is_left() -> None:
    assert _count("open('x')\n", Options(target_python=(3, 15))) == 0


def test_paths_are_followed_through_names_attributes_and_modules() -> None:
    check_findings(
        "BC502",
        """
        #- app/settings.py
        from pathlib import Path

        BASE = Path(__file__).resolve().parent
        DATA = BASE / "data"

        #- app/store.py
        from pathlib import Path

        from app.settings import BASE, DATA


        class Store:
            def __init__(self, root: str) -> None:
                self.root = Path(root)
                self.index = self.root / "index"

            def read(self) -> str:
                text = self.index.read_text()
                #      ^^^^^^^^^^^^^^^^^^^^^^ BC502
                for part in sorted(self.root.glob("*.txt")):
                    text += part.read_text()
                    #       ^^^^^^^^^^^^^^^^ BC502
                text += (DATA / "more").read_text()
                #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502
                return text + BASE.joinpath("x").read_text()
                #             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502
        """,
    )


def test_text_of_a_model_is_text_of_users() -> None:
    check_findings(
        "BC502",
        """
        #- schemas.py
        from pydantic import BaseModel


        class Message(BaseModel):
            body: str


        class Key:
            value: str

        #- signing.py
        from schemas import Key, Message


        def sign(message: Message, key: Key) -> bytes:
            return message.body.encode("ascii") + key.value.encode("ascii")
            #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502
        """,
    )


def test_mend_in_the_layout_and_the_quotes_around() -> None:
    check_fix(
        "BC502",
        """
        import subprocess


        def run(name):
            with open(
                name,
                'w',
            ) as target:
                target.write(f"{open(name).read()}")
            return subprocess.run(
                ["a"],
                capture_output=True,
                text=True,  # decoded
            )
        """,
        """
        import subprocess


        def run(name):
            with open(
                name,
                'w',
                encoding='utf-8',
            ) as target:
                target.write(f"{open(name, encoding='utf-8').read()}")
            return subprocess.run(
                ["a"],
                capture_output=True,
                text=True,  # decoded
                encoding="utf-8",
            )
        """,
    )


def test_mend_the_collation_with_the_character_set() -> None:
    check_fix(
        "BC502",
        """
        class Note(Base):
            __table_args__ = {"mysql_charset": "utf8", "mysql_collate": "utf8_general_ci"}
        """,
        """
        class Note(Base):
            __table_args__ = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_general_ci"}
        """,
    )


def test_mend_urls() -> None:
    check_fix(
        "BC502",
        """
        from sqlalchemy import create_engine

        a = create_engine(f"mysql+mysqldb://{user}@db/shop")
        b = create_engine("mysql://u@db/shop?ssl=1")
        """,
        """
        from sqlalchemy import create_engine

        a = create_engine(f"mysql+mysqldb://{user}@db/shop?charset=utf8mb4")
        b = create_engine("mysql://u@db/shop?ssl=1&charset=utf8mb4")
        """,
    )


def test_no_edit_is_offered_for_text_of_users() -> None:
    text = "from flask import request\n\nsigned = request.form['x'].encode('ascii')\n"
    project = project_of("BC502", {"example.py": text}, None)
    assert [project.fixes(finding) for finding in project.findings("example.py")] == [()]


def _count(text: str, options: Options | None = None) -> int:
    return len(project_of("BC502", {"example.py": text}, options).findings("example.py"))


def test_modes_in_variables_are_known_where_every_value_is() -> None:
    check_findings(
        "BC502",
        """
        MODE = "w"
        RAW = "rb"


        def save(path, text, append, mode="w"):
            kind = "a" if append else MODE
            with open(path, kind) as handle:
            #    ^^^^^^^^^^^^^^^^ BC502
                handle.write(text)
            with open(path, RAW) as handle, open(path, mode) as other:
                handle.read(), other.read()
        """,
    )


def test_a_text_that_is_only_tried() -> None:
    check_findings(
        "BC502",
        """
        from flask import request

        def header(response):
            url = request.url
            try:
                url.encode("latin1")
            except UnicodeEncodeError:
                return response
            response.headers["Link"] = url
            return response

        def send(socket):
            socket.send(request.args["name"].encode("latin1"))
                  #     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502
        """,
    )


def test_a_process_that_writes_into_files_decodes_nothing() -> None:
    check_findings(
        "BC502",
        """
        import subprocess
        def start(command, out, err):
            with open(out, "wb") as log, open(err, "wb") as errors:
                subprocess.Popen(command, text=True, stdin=subprocess.DEVNULL, stdout=log, stderr=errors)
        def follow(command, out):
            log = open(out, "wb")
            return subprocess.Popen(command, text=True, stdout=log, stderr=subprocess.PIPE)
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502
        """,
    )


def test_what_runs_only_under_python_2_has_no_encoding_to_give() -> None:
    check_findings(
        "BC502",
        """
        import sys
        def _read_old(path):
            return open(path).read()
        def read(path):
            if sys.version_info >= (3, 0):
                return open(path, encoding="utf-8").read()
            else:
                return _read_old(path)
        if sys.version_info[0] < 3:
            def write(path):
                return open(path, "w")
        else:
            def write(path):
                return open(path, "w")
                     # ^^^^^^^^^^^^^^^ BC502
        def read_anywhere(path):
            return open(path).read()
                 # ^^^^^^^^^^ BC502
        def again(path):
            if sys.version_info >= (3, 12):
                return read_anywhere(path)
            return open(path).read()
                 # ^^^^^^^^^^ BC502
        """,
    )


def test_a_process_that_is_told_what_to_do_with_errors_gives_text() -> None:
    check_findings(
        "BC502",
        """
        import subprocess

        def version(cmd, errors):
            subprocess.run(cmd, capture_output=True, errors=errors)
            subprocess.run(cmd, capture_output=True, errors=None)
            return subprocess.run(cmd, capture_output=True, errors="replace").stdout
                 # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502
        """,
    )


def test_in_tests_it_is_information() -> None:
    check_findings(
        "BC502",
        """
        #- tests/test_keys.py
        def test_reads():
            open("key.txt")
          # ^^^^^^^^^^^^^^^ BC502.test
        """,
    )


def test_charset_in_capitals() -> None:
    check_findings(
        "BC502",
        """
        from django.http import HttpResponse

        def send(text):
            return HttpResponse(text, content_type="application/json; CHARSET=latin-1")
                                                                    # ^^^^^^^^^^^^^^^ BC502
        """,
    )


def test_ascii_that_the_program_makes_is_information() -> None:
    check_findings(
        "BC502",
        """
        import os
        import secrets
        import uuid
        from pathlib import Path

        def make(path: Path, key, name):
            path.write_text(secrets.token_hex(32))
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502.ascii
            path.write_text(uuid.uuid4().hex + "\\n")
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502.ascii
            pem = key.private_bytes(1, 2, 3).decode()
            Path(name).write_text(pem)
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502.ascii
            with open(name, "w") as file:
               # ^^^^^^^^^^^^^^^ BC502.ascii
                file.write(f"{os.getpid()}\\n")

        def tell(path: Path, key, name):
            path.write_text(f"{os.getpid()} {name}")
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502
            path.write_text(name.decode())
          # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ BC502
            path.write_text("ready")
          # ^^^^^^^^^^^^^^^^^^^^^^^^ BC502
            with open(name, "w") as file:
               # ^^^^^^^^^^^^^^^ BC502
                file.write(str(os.getpid()))
                file.write(name)
        """,
    )
