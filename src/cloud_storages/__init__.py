"""
A Django site's media in Appwrite Storage.

Importing this package loads neither Django nor Appwrite's SDK. A site names
``cloud_storages.backends.appwrite.AppWriteStorage`` in its ``STORAGES``; the layers
underneath are usable without Django.
"""

from __future__ import annotations

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    if name != "__version__":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib.metadata import version  # noqa: PLC0415 - only whoever asks pays for the look-up

    return version("django-cloud-storages")
