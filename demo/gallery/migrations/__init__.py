"""How the table of entries came to be."""
