"""A gallery of pictures: an ordinary Django application, which knows nothing of Appwrite's API."""
