"""The site that moves: one model, an old storage on disk, and Appwrite."""
