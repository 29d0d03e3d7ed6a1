"""What ``run.py`` and ``manage.py`` share: an Appwrite server, and the site on a port."""
