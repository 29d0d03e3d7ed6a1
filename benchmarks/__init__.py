"""Measures this package beside its rivals and beside the least that could be done."""
