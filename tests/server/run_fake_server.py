"""Starts the server with the fake service: `run_fake_server.py [--budget S] [TRANSPORT PORT]`."""

import sys

from bugcatalog_ls.server.start import serve

if __name__ == "__main__":
    arguments = sys.argv[1:]
    seconds = None
    if arguments[:1] == ["--budget"]:
        seconds = float(arguments[1])
        arguments = arguments[2:]
    name = arguments[0] if arguments else "stdio"
    port = int(arguments[1]) if len(arguments) > 1 else 0
    sys.exit(serve(name, port=port, service="fake_service:FakeService", budget=seconds))
