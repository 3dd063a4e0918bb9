"""The catalog: Markdown pages, entries, and what is in force."""
