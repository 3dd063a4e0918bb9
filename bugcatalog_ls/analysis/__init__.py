"""Analyzers as values, the findings they make, and what drives them."""
