"""One module per entry that a rule cannot express."""
