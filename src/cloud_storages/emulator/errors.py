"""
The errors Appwrite answers: a status, a type to branch on, and a text.

The texts are Appwrite's wire format. A status that Appwrite does not pass through becomes 500
with the text "Server Error", as there.
"""

from __future__ import annotations

CATALOGUE: dict[str, tuple[int, str]] = {
    "general_argument_invalid": (400, ""),
    "general_query_invalid": (400, ""),
    "general_cursor_not_found": (400, ""),
    "storage_file_empty": (400, "Empty file passed to the endpoint."),
    "storage_file_type_unsupported": (400, "File extension not allowed"),
    "storage_invalid_file_size": (400, "File size not allowed"),
    "storage_invalid_content_range": (
        400,
        "The content range is invalid. Please check the value of the Content-Range header.",
    ),
    "storage_invalid_appwrite_id": (
        400,
        (
            "The value for x-appwrite-id header is invalid. Please check the value of the"
            " x-appwrite-id header is a valid id and not unique()."
        ),
    ),
    "user_unauthorized": (
        401,
        "The current user is not authorized to perform the requested action.",
    ),
    "general_unauthorized_scope": (401, ""),
    "project_key_expired": (
        401,
        ("The project key has expired. Please generate a new key using the Appwrite console."),
    ),
    "project_id_missing": (
        403,
        (
            "When using project API key, make sure to pass x-appwrite-project header with your"
            " project ID."
        ),
    ),
    "general_unknown_origin": (403, ""),
    "storage_invalid_file": (
        403,
        "The uploaded file is invalid. Please check the file and try again.",
    ),
    "storage_bucket_transformations_disabled": (
        403,
        "Image transformations are disabled for the requested bucket.",
    ),
    "project_not_found": (
        404,
        (
            "Project with the requested ID could not be found. Please check the value of the"
            " X-Appwrite-Project header to ensure the correct project ID is being used."
        ),
    ),
    "storage_bucket_not_found": (
        404,
        "Storage bucket with the requested ID could not be found.",
    ),
    "storage_file_not_found": (404, "The requested file could not be found."),
    "token_not_found": (404, "The requested file token could not be found."),
    "general_route_not_found": (
        404,
        (
            "Route not found. Please ensure the endpoint is configured correctly and that the API"
            " route is valid for this SDK version. Refer to the API docs for more details."
        ),
    ),
    "storage_file_already_exists": (
        409,
        "A storage file with the requested ID already exists.",
    ),
    "storage_bucket_already_exists": (
        409,
        (
            "A storage bucket with the requested ID already exists. Try again with a different ID"
            " or use ID.unique() to generate a unique ID."
        ),
    ),
    "storage_invalid_range": (
        416,
        "The requested range is not satisfiable. Please check the value of the Range header.",
    ),
    "general_server_error": (500, "Server Error"),
    "general_unknown": (500, "Server Error"),
}


class Refusal(Exception):
    """A request that is answered with an error of the catalogue."""

    def __init__(self, type_: str, message: str, status: int) -> None:
        super().__init__(message)
        self.type = type_
        self.message = message
        self.status = status


def refuse(type_: str, message: str | None = None) -> Refusal:
    """Return the error of that type with its own text, or with `message` instead."""
    status, text = CATALOGUE[type_]
    return Refusal(type_, text if message is None else message, status)


def invalid(parameter: str, problem: str) -> Refusal:
    """Return the error for a parameter whose value is not acceptable."""
    return refuse("general_argument_invalid", f"Invalid `{parameter}` param: {problem}")


def missing(parameter: str) -> Refusal:
    """Return the error for a required parameter that was not sent."""
    return refuse("general_argument_invalid", f'Param "{parameter}" is not optional.')
