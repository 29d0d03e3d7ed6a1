"""Errors as Django raises them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousFileOperation

from cloud_storages.domain.errors import InvalidName

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["django_errors"]


@contextlib.contextmanager
def django_errors() -> Iterator[None]:
    """Turn the error of a refused name into the one Django raises for such names."""
    try:
        yield
    except InvalidName as error:
        raise SuspiciousFileOperation(str(error)) from error
