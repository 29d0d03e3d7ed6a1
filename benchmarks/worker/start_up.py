"""Start-up: Django, configured with a contender's storage, until a request could be made."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks.worker.sites import SITES

#: What costs memory and time, and is of no use before the first request.
_HEAVY = ("appwrite", "requests", "urllib3", "pydantic", "boto3", "botocore", "tenacity")


def prepared(told: dict[str, str]) -> Callable[[], dict[str, list[str]]]:
    """Return the work: import and set up everything, and touch the storage without a request."""
    settings = SITES[told["contender"]](told)

    def start_up() -> dict[str, list[str]]:
        import django  # noqa: PLC0415 - this import is what is measured
        from django.conf import settings as site  # noqa: PLC0415

        site.configure(**settings)
        django.setup()
        from django.core.files.storage import default_storage  # noqa: PLC0415

        default_storage.exists  # noqa: B018 - builds the storage
        return {"imported": [name for name in _HEAVY if name in sys.modules]}

    return start_up
