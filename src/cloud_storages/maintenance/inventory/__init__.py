"""
What rows refer to and what a storage has, side by side in bounded memory.

Whoever compares them, such as ``verify`` and ``collect``, fills a catalogue and asks it.
"""
