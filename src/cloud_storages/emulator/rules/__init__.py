"""Appwrite's rules as pure functions: a value goes in, a verdict comes out."""
