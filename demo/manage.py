"""
Django's commands for the demo, such as ``python demo/manage.py createsuperuser``.

They work on the files and the database of ``run.py``, which must not run meanwhile unless the
environment names a server: the embedded emulator's directory belongs to one process.
"""

import os
import sys
from pathlib import Path

from running.appwrite import appwrite
from running.problems import CannotRun

DEMO = Path(__file__).resolve().parent


def main() -> int:
    """Run the command of the command line; return the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "website.settings")
    from django.core.management import (  # noqa: PLC0415 - reads the settings' name when imported
        execute_from_command_line,
    )

    try:
        with appwrite(DEMO / "appwrite-data"):
            execute_from_command_line(sys.argv)
    except CannotRun as error:
        sys.stderr.write(f"manage.py: error: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
