"""The command `bugcatalog`: finds the subcommand, runs it, and turns how it ended into an exit code."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from bugcatalog_ls.cli.exits import INTERRUPTED, OK, WRONG_USE, UsageError, internal_error
from bugcatalog_ls.cli.parser import Parser
from bugcatalog_ls.cli.streams import prepare_streams, silence_streams

COMMANDS = {
    "check": "find the bugs of the catalog in files and folders",
    "fix": "mend what can be mended",
    "explain": "explain an error message, a traceback, a log or a code",
    "catalog": "list, show, search and verify the entries in force",
    "schema": "show what models, migrations, SQL and databases say, and where they differ",
    "report": "report what was found and mended, from the history",
    "settings": "show which settings are in force and where they come from",
    "server": "start the language server",
    "demo": "show the language server at work on a sample project",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    prepare_streams()
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except UsageError as error:
        print(f"bugcatalog: {error}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        return OK
    except Exception as error:
        return internal_error(error)
    finally:
        silence_streams()


def _run(arguments: list[str]) -> int:
    parser = Parser(
        prog="bugcatalog",
        description="Finds the known bugs of a catalog in code, tells their root cause, and mends them.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    subparsers = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    asked = next((argument for argument in arguments if not argument.startswith("-")), "")
    if asked != "server":
        # Most of what a command makes stays until its end, which comes soon.
        gc.set_threshold(50_000, 20, 50)
    module: ModuleType | None = None
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
        )
        if name == asked:
            # Only the command that runs is imported: the others would cost time at every start.
            module = importlib.import_module(f"bugcatalog_ls.cli.{name}_command")
            module.add_arguments(subparser)
    options = parser.parse_strictly(arguments)
    if options.version:
        from importlib.metadata import version

        print(f"bugcatalog {version('bugcatalog-ls')}")
        return OK
    if module is None:
        parser.print_help(sys.stderr)
        return WRONG_USE
    code: int = module.run(options)
    return code
