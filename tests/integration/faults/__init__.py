"""
The fault matrix: every request of every operation, and everything that can go wrong with it.

``operations`` says what is done and, in plain terms, what may then be true; ``troubles`` what can
go wrong; ``bench`` is the place; ``matrix`` puts them together and judges. ``__main__`` runs it
all and prints the counts, ``test_matrix`` runs it case by case.
"""
