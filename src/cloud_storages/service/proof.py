"""
Whether all that is read of a file is of one content, though it comes in many windows.

What is read in order to the end is compared with the file's signature. What is read here and
there is compared with itself: the file must be the same before and after each window. One
window needs no proof. Two that are read in order, and no more, have none: most readers want
just that, and should not pay for a look.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from cloud_storages.domain.errors import IntegrityError
from cloud_storages.domain.signatures import Digest, fingerprint

if TYPE_CHECKING:
    from concurrent.futures import Future

    from cloud_storages.domain.values import FileInfo, Location, Window
    from cloud_storages.ports import FileStore

__all__ = ["Proof"]

#: Windows read in order before the file is looked at: most readers want no more of it.
_UNSEEN = 2
#: Bytes that are read again to see whether they are those that were read before.
_AGAIN = 64 * 1024


class Proof:
    """
    Follows a reader from window to window.

    Args:
        store: where the file is.
        location: which file.
        first: the window at its beginning.

    """

    def __init__(self, store: FileStore, location: Location, first: Window) -> None:
        self._store = store
        self._location = location
        self._total = first.total
        self._identity: FileInfo | None = None
        self._digest: Digest | None = Digest()
        self._digest.update(first.data)
        self._in_order = 1
        #: How many bytes were read before the file was looked at, and their MD5.
        self._unproven: tuple[int, str] | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._digesting: Future[None] | None = None

    def hold_to(self, info: FileInfo) -> None:
        """Hold all that is read to a file that was just looked at."""
        self._identity = info
        if self._digest is not None:
            self._digest.narrow(info.signature)

    def expect(self, offset: int, before: Window | None) -> None:
        """
        Prepare for a window.

        Args:
            offset: where it will begin.
            before: the window that was read before it, if its reader was given any of it.

        Raises:
            IntegrityError: the file is no longer what was read before.

        """
        if self._is_in_order(offset):
            if self._in_order >= _UNSEEN and self._identity is None:
                digest = self._the_digest()
                self._unproven = digest.size, digest.fingerprint().md5
                self.hold_to(self._store.stat(self._location))
            return
        self._digest = None
        if self._unproven is not None:
            self._compare_beginning(*self._unproven)
        elif before is not None and self._identity is None:
            self._identity = self._store.stat(self._location)
            self._compare(before)

    def admit(self, window: Window, until: int | None = None) -> None:
        """
        Take the window that was prepared for.

        Args:
            window: what was read.
            until: where its reader will stop, if that is settled: the file is then looked at
                once, before the last window, instead of after each that is out of order.

        Raises:
            IntegrityError: it is of another content than those before it, or is damaged.

        """
        stops = until is not None and window.end >= until
        if self._digest is None:
            if until is None or stops:
                self._look_again()
            return
        self._in_order += 1
        ends = window.end == window.total
        self._take(window.data, is_last=ends)
        if ends:
            self._finish()
        elif stops:
            self._look_again()

    def close(self) -> None:
        """Let go of everything."""
        self._digest = None
        if self._pool is not None:
            self._pool.shutdown(wait=False)

    def _is_in_order(self, offset: int) -> bool:
        self._settle()
        return self._digest is not None and offset == self._digest.size

    def _the_digest(self) -> Digest:
        if self._digest is None:
            raise AssertionError("only what is read in order is digested")
        return self._digest

    def _take(self, data: bytes, *, is_last: bool) -> None:
        digest = self._the_digest()
        if self._identity is None or is_last:
            digest.update(data)
            return
        # A long file: its digest is computed while the next window travels.
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "proof")
        self._digesting = self._pool.submit(digest.update, data)

    def _settle(self) -> None:
        if self._digesting is not None:
            self._digesting.result()
            self._digesting = None

    def _look_again(self) -> None:
        if self._identity is not None and self._store.stat(self._location) != self._identity:
            raise IntegrityError.while_reading(self._location, "changed")

    def _finish(self) -> None:
        self._settle()
        info = self._identity or self._store.stat(self._location)
        if not self._the_digest().fingerprint().matches(info):
            raise IntegrityError.while_reading(self._location, "does not match its signature")

    def _compare_beginning(self, size: int, md5: str) -> None:
        """Make sure that what was read before the first look is of the file that was seen."""
        self._unproven = None
        again = self._store.read(self._location, 0, size, self._total)
        if fingerprint((again.data[:size],)).md5 != md5:
            raise IntegrityError.while_reading(self._location, "changed")

    def _compare(self, before: Window) -> None:
        """
        Make sure that the window which was read before is of the file as it is now.

        Its end must do: of all that was read in order it is the likeliest to have changed.
        """
        data = before.data[-_AGAIN:]
        at = before.end - len(data)
        again = self._store.read(self._location, at, len(data), before.total)
        if again.data[: len(data)] != data:
            raise IntegrityError.while_reading(self._location, "changed")
