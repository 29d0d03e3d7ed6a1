"""A site's files moved to Appwrite, by the command and by tasks, and killed in the middle."""
