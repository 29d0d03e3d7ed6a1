"""Template tags, under the name that Django looks for."""
