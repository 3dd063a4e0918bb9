"""What one file says that others need, one module per vocabulary, and the index that joins it."""
