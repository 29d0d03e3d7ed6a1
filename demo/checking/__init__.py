"""``run.py --check``: the demo tried over HTTP, as a browser would."""
