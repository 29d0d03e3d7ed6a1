"""The pictures that a new gallery begins with, painted here: nobody's work, and always the same."""
