"""The implementations of the port: Appwrite, and the fake that behaves like it in memory."""
