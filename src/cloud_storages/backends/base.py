"""Django's storage interface over the service: names, files, times and errors translated."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
import time
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
from django.conf import settings
from django.core.signals import setting_changed
from django.utils.crypto import get_random_string

from cloud_storages.backends import options
from cloud_storages.backends.content import opened
from cloud_storages.backends.errors import django_errors
from cloud_storages.backends.files import ReadFile, WriteFile, kind_of
from cloud_storages.backends.links import PATIENCE, LinkingStorage, links_of
from cloud_storages.domain.errors import FileTaken, NotFound
from cloud_storages.service import Buckets, Recent, StorageService, turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from django.core.files.base import File
    from django.db.models.fields.files import FieldFile

    from cloud_storages.backends.content import SeekableContent
    from cloud_storages.backends.options import Option, Options
    from cloud_storages.ports import FileStore

__all__ = ["CloudStorage"]

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=turns.begin_anew)

_SUFFIX_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SETTINGS = frozenset(option.setting for option in options.OPTIONS)
#: Seconds a page may wait to learn which bucket a directory is, when it asks for a URL.
_HASTE = 2.0


#: Which storage's uploads are reported in this thread, and to whom.
_listening: ContextVar[tuple[CloudStorage | None, Callable[[int, int], object]]] = ContextVar(
    "listening", default=(None, lambda _stored, _size: None)
)


class _BoundedName(str):
    """A name together with the most characters its alternatives may have."""

    __slots__ = ("max_length",)
    max_length: int | None


class CloudStorage(LinkingStorage):
    """
    What every storage of this package has in common.

    Options are read when the storage is first used and again when a setting changes; an unknown
    one is refused at once. One instance may be used by many threads.

    Names that no storage may accept (absolute, with ``..``, empty, with control characters)
    raise SuspiciousFileOperation before any request. What else can go wrong is told in
    ``cloud_storages.domain.errors``.

    Args:
        **given: options; each has a Django setting that holds when it is not given here.

    Raises:
        ImproperlyConfigured: an option is unknown; on first use, also when one is missing or wrong.

    """

    #: What holds for options that are neither given nor set.
    option_defaults: Mapping[str, Any] = MappingProxyType({})
    #: Seconds for which size and times of what this storage itself stored are not asked for.
    #: Another process may have deleted or replaced the file meanwhile.
    remembers = 0.0

    def __init__(self, **given: Any) -> None:
        options.known(given)
        self._set_up(given)

    def _set_up(self, given: dict[str, Any]) -> None:
        self._given = {name: options.hidden(name, value) for name, value in given.items()}
        self._lock = threading.Lock()
        self._built: StorageService | None = None
        self._built_with: Options | None = None
        setting_changed.connect(self._forget)

    def _forget(self, *, setting: str, **_: object) -> None:
        if setting in _SETTINGS:
            self._built = None

    @property
    def options(self) -> Options:
        """
        What this storage was told, checked.

        Raises:
            ImproperlyConfigured: something is missing or wrong; the message names the setting.

        """
        return options.read(self._complete, defaults=self.option_defaults)

    @property
    def service(self) -> StorageService:
        """
        The service that does the work, for those who need it without Django.

        Raises:
            ImproperlyConfigured: as ``options``.

        """
        built = self._built
        if built is None:
            with self._lock:
                built = self._built
                if built is None:
                    self._built_with = told = self.options
                    built = self._built = self._build(told)
        return built

    @property
    def _in_use(self) -> Options:
        _ = self.service
        return self._built_with or self.options

    @property
    def _complete(self) -> Mapping[str, Any]:
        """What was given, with the key of its alias if it was made again without one."""
        backend, _, _ = self.deconstruct()
        return {**options.secrets_of_alias(backend, self._given), **self._given}

    def told(self, option: Option) -> Any:
        """
        Return the checked value of one option.

        Raises:
            ImproperlyConfigured: it is missing or wrong; the message names the setting.

        """
        return options.value(option, self._complete, self.option_defaults)

    def is_chosen(self, name: str) -> bool:
        """Whether the site itself set an option, rather than leaving it at its default."""
        option = next(option for option in options.OPTIONS if option.name == name)
        return name in self._given or hasattr(settings, option.setting)

    def _build(self, told: Options) -> StorageService:
        store = self._store(told)
        buckets = Buckets(
            store,
            told.plan,
            create=told.create_buckets,
            public=told.access == "public",
            impatient=self._hasty(store, _HASTE),
            clock=time.monotonic,
        )
        recent = Recent(time.monotonic, self.remembers)
        return StorageService(
            store,
            told.laid_out,
            buckets,
            told.on_conflict,
            pause=time.sleep,
            recent=recent,
            links=links_of(told, self._hasty(store, PATIENCE), recent),
        )

    def service_with(self, **changed: Any) -> StorageService:
        """
        Return a service of the same files under other options.

        Args:
            **changed: options and their checked values, such as ``legacy_ids=False``.

        Raises:
            ImproperlyConfigured: as ``options``.

        """
        return self._build(attrs.evolve(self.options, **changed))

    def _store(self, told: Options) -> FileStore:
        raise NotImplementedError

    def _hasty(self, store: FileStore, seconds: float) -> FileStore:  # noqa: ARG002 - for stores that wait
        """Return the same store, but one that gives up after so many seconds."""
        return store

    # As a value

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        """Return what a migration or a task needs to make this storage again; never a secret."""
        cls = type(self)
        return f"{cls.__module__}.{cls.__qualname__}", (), options.plain(self._given)

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, (type(self), self.deconstruct()[2])

    def __copy__(self) -> CloudStorage:
        return _made_again(type(self), self._given)

    def __deepcopy__(self, memo: dict[int, Any]) -> CloudStorage:
        return self.__copy__()

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.deconstruct()[2].items())
        return f"{type(self).__name__}({told})"

    # Reading

    def open(
        self,
        name: str,
        mode: str = "rb",
        *,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> File[Any]:
        """
        Open a file.

        Args:
            name: which one.
            mode: any of Python's. A file opened for writing is stored when it is closed, under
                this very name, and not at all if its ``with`` block raises.
            encoding: of text; UTF-8 if not given.
            errors: as of Python's ``open``.
            newline: as of Python's ``open``.

        Raises:
            FileNotFoundError: a file to be read or changed does not exist.
            FileExistsError: a file to be created exists.
            ValueError: there is no such mode.

        """
        text = {"encoding": encoding or "utf-8", "errors": errors, "newline": newline}
        return self._open(name, mode, text)

    def _open(
        self, name: str, mode: str = "rb", text: Mapping[str, Any] | None = None
    ) -> File[Any]:
        kind = kind_of(mode)
        text = text or {"encoding": "utf-8"}
        with django_errors():
            canonical = self.service.canonical(str(name))
            if kind == "r":
                return ReadFile(canonical, mode, lambda: self.service.open(canonical), text)
            if kind[0] == "x" and self.service.exists(canonical):
                raise FileTaken(f"The file {canonical!r} exists.", operation="open")
            before = self._content_before(canonical, kind)
            return WriteFile(canonical, mode, before, self._committer(canonical, kind), text)

    def _content_before(self, name: str, kind: str) -> Iterator[bytes] | tuple[()]:
        """Return the pieces of a file that is to be changed or appended to."""
        if kind[0] not in "ra":
            return ()
        try:
            reader = self.service.open(name)
        except NotFound:
            if kind[0] == "r":
                raise
            return ()
        return iter(lambda: reader.read(1024 * 1024) or b"", b"")

    def _committer(self, name: str, kind: str) -> Any:
        store = self.service.create if kind[0] == "x" else self.service.replace

        def commit(content: SeekableContent) -> str:
            content.on_progress = self._listener
            return store(name, content)

        return commit

    def exists(self, name: str) -> bool:
        """Return whether there is such a file; raise if that cannot be told."""
        with django_errors():
            return self.service.exists(str(name))

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""
        with django_errors():
            return self.service.info(str(name)).size

    def signature(self, name: str) -> str:
        """
        Return the signature of a file: the hex MD5 of its content.

        On devices of the S3 family a file of several chunks has the composite form instead: the
        hex MD5 of the chunks' MD5s, a hyphen and how many they are.
        """
        with django_errors():
            return self.service.info(str(name)).signature

    @contextlib.contextmanager
    def prefetch_metadata(self, names: Iterable[str | FieldFile | None]) -> Iterator[None]:
        """
        Ask for many files at once, so that the block need not ask for each.

        Within the block ``exists``, ``size``, ``signature`` and the times of these files cost no
        request, in this thread or task. Those that do not exist are known not to. A file that
        is saved or deleted through this storage meanwhile is asked for again; what others do to
        the files is seen once the block has ended. Blocks may be nested.

        Costs one request for each hundred files of a bucket, and one for each twelve that do
        not exist. Of more than ten thousand names the rest is asked for one by one.

        Args:
            names: of files, or values of file fields; empty ones are skipped.

        """
        with django_errors():
            block = self.service.look_ahead(str(name) for name in names if name)
        with block:
            yield

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the directories and the files directly under a path; ``""`` is the root."""
        with django_errors():
            return self.service.listdir(str(path))

    def get_created_time(self, name: str) -> dt.datetime:
        """Return when the content was stored, aware of its time zone if USE_TZ."""
        with django_errors():
            created = self.service.info(str(name)).created
        if settings.USE_TZ:
            return created.astimezone(dt.timezone.utc)
        return created.astimezone(None).replace(tzinfo=None)

    def get_modified_time(self, name: str) -> dt.datetime:
        """Return when the content was stored: Appwrite never changes content in place."""
        return self.get_created_time(name)

    def get_accessed_time(self, name: str) -> dt.datetime:
        """Raise NotImplementedError: Appwrite does not keep it."""
        raise NotImplementedError("Appwrite does not keep the time of the last access to a file.")

    # Writing

    @contextlib.contextmanager
    def reporting(self, on_progress: Callable[[int, int], object]) -> Iterator[None]:
        """
        Tell how far the uploads are that this thread makes while the block runs.

        Args:
            on_progress: called with how many bytes of a file are stored, and how many it has:
                after each chunk, and when all are. Begins anew for each file, and for content
                that is sent again, as when a file is replaced. What it raises ends the upload,
                which then leaves nothing behind; a replacement that is ended so late that the old
                file is gone already has taken place all the same.

        """
        before = _listening.set((self, on_progress))
        try:
            yield
        finally:
            _listening.reset(before)

    @property
    def _listener(self) -> Callable[[int, int], object] | None:
        storage, on_progress = _listening.get()
        return on_progress if storage is self else None

    def get_alternative_name(self, file_root: str, file_ext: str) -> str:
        """Return another filename, as Django forms it, but with a lower-case suffix."""
        # An ID in lower case is used as it is, so the suffix keeps a readable ID readable.
        return f"{file_root}_{get_random_string(7, _SUFFIX_CHARACTERS)}{file_ext}"

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """
        Return the name under which a file is saved if nothing is there yet.

        Whether it is free is settled when the file is stored: asking first would be a race.
        """
        with django_errors():
            bounded = _BoundedName(self.service.canonical(str(name), max_length))
        bounded.max_length = max_length
        return bounded

    def is_name_available(self, name: str, max_length: int | None = None) -> bool:
        """Return whether the name is short enough and nothing is there."""
        return not (max_length and len(name) > max_length) and not self.exists(name)

    def _save(self, name: str, content: File[Any]) -> str:
        max_length = getattr(name, "max_length", None)
        with django_errors(), opened(content) as body:
            body.on_progress = self._listener
            form = self.get_alternative_name
            return self.service.save(str(name), body, max_length=max_length, form=form)

    def delete(self, name: str) -> None:
        """
        Delete a file; silent if there is none.

        Raises:
            ValueError: the name is empty.

        """
        if not name:
            raise ValueError("The name must be given to delete().")
        with django_errors():
            self.service.delete(str(name))


def _made_again(cls: type[CloudStorage], given: dict[str, Any]) -> CloudStorage:
    """Return a storage with these options, whatever arguments its class takes."""
    storage = cls.__new__(cls)
    storage._set_up(given)  # noqa: SLF001 - what __init__ does
    return storage
