"""The storage that keeps a site's media in Appwrite."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from cloud_storages.adapters.appwrite import AppwriteStore, Connection
from cloud_storages.backends.base import CloudStorage

if TYPE_CHECKING:
    from cloud_storages.backends.options import Options
    from cloud_storages.ports import FileStore

__all__ = ["AppWriteStorage", "is_installed"]


class AppWriteStorage(CloudStorage):
    """
    Keeps files in the buckets of an Appwrite project.

    Works as a ``BACKEND`` of ``STORAGES``, as ``DEFAULT_FILE_STORAGE``, and as the ``storage`` of
    a field. Needs the settings APPWRITE_API_KEY, APPWRITE_PROJECT_ID and APPWRITE_BUCKET_ID.
    """

    #: As long as a request that saves a form may take to show it.
    remembers = 10.0

    def _store(self, told: Options) -> FileStore:
        if not is_installed():
            raise ImproperlyConfigured(
                "Appwrite's SDK is not installed: pip install 'django-cloud-storages[appwrite]'."
            )
        connection = Connection(
            endpoint=told.endpoint,
            project_id=told.project_id,
            api_key=told.api_key,
            public_endpoint=told.public_endpoint or told.endpoint,
            timeout=told.timeout,
            deadline=told.deadline,
            retries=told.retries,
            pool_size=told.pool_size,
            workers=told.workers,
        )
        return AppwriteStore(connection, mixed_case=told.legacy_ids)

    def _hasty(self, store: FileStore, seconds: float) -> FileStore:
        return store.in_haste(seconds) if isinstance(store, AppwriteStore) else store


def is_installed() -> bool:
    """Whether what the extra ``appwrite`` installs is there; none of it is imported."""
    return all(find_spec(module) for module in ("appwrite", "requests", "tenacity"))
