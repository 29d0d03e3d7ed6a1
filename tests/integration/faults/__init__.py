"""
The fault matrix: every request of every operation, and everything that can go wrong with it.

``operations`` says what is done and, in plain terms, what may then be true; ``troubles`` what can
go wrong; ``matrix`` puts them together; ``bench`` is the place to play a case, ``judging`` finds
what must not happen in it. ``__main__`` plays every case and prints the counts, ``test_matrix``
those that each tell something, ``test_random`` others.
"""
