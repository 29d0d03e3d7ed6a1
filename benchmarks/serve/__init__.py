"""
The servers of a run, each a process of its own.

Each prints ``listening on URL`` first and ends when its standard input does, so that none outlives
the run, however that ends.
"""
