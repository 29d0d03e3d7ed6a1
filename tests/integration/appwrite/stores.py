"""Appwrite stores on an emulator of their own, and what they are given to store."""

import requests

from cloud_storages.adapters.appwrite import AppwriteStore, Connection
from cloud_storages.domain.signatures import CHUNK_SIZE
from cloud_storages.domain.values import Location
from cloud_storages.ports import BytesContent

KEY = "standard_0123456789abcdef"
SMALL = BytesContent(b"a small content")
#: Three chunks.
BIG = BytesContent(bytes(range(256)) * (2 * CHUNK_SIZE // 256) + b"end")
THERE = Location("media", "a.bin")
UPLOADS = r"/buckets/media/files$"
VIEW = r"/view$"


class Unheeding:
    """A content that does not care how far its upload is."""

    def progressed(self, stored):
        pass


def store_on(server, pauses, **changes):
    """Return a store that notes its pauses instead of taking them."""
    told = {"endpoint": server.endpoint, "project_id": "tests", "api_key": KEY, **changes}
    told.setdefault("public_endpoint", told["endpoint"])
    return AppwriteStore(Connection(**told), sleep=pauses.append)


def delete_bucket(server):
    headers = {"X-Appwrite-Project": "tests", "X-Appwrite-Key": KEY}
    requests.delete(f"{server.endpoint}/storage/buckets/media", headers=headers, timeout=10)
