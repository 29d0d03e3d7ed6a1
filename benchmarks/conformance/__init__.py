"""
``python -m benchmarks.conformance``: Django's contract, promise by promise, on five storages.

Writes ``docs/conformance.md``. Each storage runs in a process of its own, S3's in an environment of
its own, against servers on this machine.
"""
