"""Bug Catalog LS: a language server that turns a bug catalog into live help in the editor."""

__version__ = "0.1.0"
