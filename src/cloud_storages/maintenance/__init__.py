"""
Moving in, checking and repairing: what the management commands do, for code to call.

Each function takes storages, or what ``storage_of`` makes of an alias, and returns a typed result.
Those that begin with ``appwrite`` as a command are for storages of this package; the others
for any Django storage.
"""
