"""
The rules, and nothing else.

Law of this package: standard library and attrs only; no I/O, no clock, no randomness, no
environment. What a function here answers depends on its arguments alone.
"""
