"""
Which request is which operation, and what its path says.

Empty segments do not count for finding the route, but parameters are taken by position from the
path as it was sent. So a path with two slashes finds its route and then takes the wrong word for
the bucket, as in Appwrite.
"""

from __future__ import annotations

from attrs import frozen

PUBLIC = "public"


@frozen
class Route:
    """One operation: its name, the scope it takes, and whether guests may do it so often only."""

    method: str
    template: str
    operation: str
    scope: str
    is_limited: bool = False


ROUTES = (
    Route("POST", "/v1/storage/buckets", "create_bucket", "buckets.write"),
    Route("GET", "/v1/storage/buckets", "list_buckets", "buckets.read"),
    Route("GET", "/v1/storage/buckets/:bucketId", "get_bucket", "buckets.read"),
    Route("PUT", "/v1/storage/buckets/:bucketId", "update_bucket", "buckets.write"),
    Route("DELETE", "/v1/storage/buckets/:bucketId", "delete_bucket", "buckets.write"),
    Route("POST", "/v1/storage/buckets/:bucketId/files", "create_file", "files.write", True),
    Route("GET", "/v1/storage/buckets/:bucketId/files", "list_files", "files.read"),
    Route("GET", "/v1/storage/buckets/:bucketId/files/:fileId", "get_file", "files.read"),
    Route("PUT", "/v1/storage/buckets/:bucketId/files/:fileId", "update_file", "files.write"),
    Route(
        "DELETE", "/v1/storage/buckets/:bucketId/files/:fileId", "delete_file", "files.write", True
    ),
    Route("GET", "/v1/storage/buckets/:bucketId/files/:fileId/view", "view_file", "files.read"),
    Route(
        "GET", "/v1/storage/buckets/:bucketId/files/:fileId/download", "download_file", "files.read"
    ),
    Route(
        "GET", "/v1/storage/buckets/:bucketId/files/:fileId/preview", "preview_file", "files.read"
    ),
    Route(
        "POST", "/v1/tokens/buckets/:bucketId/files/:fileId", "create_token", "tokens.write", True
    ),
    Route("GET", "/v1/tokens/buckets/:bucketId/files/:fileId", "list_tokens", "tokens.read"),
    Route("GET", "/v1/tokens/:tokenId", "get_token", "tokens.read"),
    Route("PATCH", "/v1/tokens/:tokenId", "update_token", "tokens.write", True),
    Route("DELETE", "/v1/tokens/:tokenId", "delete_token", "tokens.write", True),
    Route("GET", "/v1/health", "get_health", "health.read"),
    Route("GET", "/v1/health/version", "get_version", PUBLIC),
    Route("GET", "/v1/ping", "ping", ""),
)


def find(method: str, path: str, *, tokens: bool) -> tuple[Route, dict[str, str]] | None:
    """Return the route of a request and its path's parameters, or None for a wrong path."""
    method = "GET" if method == "HEAD" else method
    segments = [segment for segment in path.split("/") if segment]
    for route in ROUTES:
        if route.method != method or ("token" in route.operation and not tokens):
            continue
        pattern = route.template.split("/")
        if _fits(pattern[1:], segments):
            return route, _parameters(pattern, path.split("/"))
    return None


def _fits(pattern: list[str], segments: list[str]) -> bool:
    return len(pattern) == len(segments) and all(
        word.startswith(":") or word == segment
        for word, segment in zip(pattern, segments)  # noqa: B905 - lengths are compared above
    )


def _parameters(pattern: list[str], raw: list[str]) -> dict[str, str]:
    return {
        word[1:]: raw[position] if position < len(raw) else ""
        for position, word in enumerate(pattern)
        if word.startswith(":")
    }
