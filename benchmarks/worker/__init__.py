"""
What runs in the contenders' own environments: one process does one work with one storage.

Needs Django, Pillow and attrs, and imports neither before it must: one of the works is start-up.
"""
