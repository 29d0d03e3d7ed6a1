"""
The works. Each prepares and warms up what it needs, and returns the part that is measured.

What a storage answers is compared with what is true, within the measured part where that costs
nothing: a fast wrong answer is no result.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from django.core.files.base import ContentFile, File
from PIL import Image

from benchmarks.content import small
from benchmarks.worker.access import Access
from benchmarks.worker.storages import set_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.worker.storages import Storage

    Work = Callable[[], "dict[str, Any] | None"]


class Wrong(Exception):
    """A storage answered something that is not so."""


@attrs.frozen
class Task:
    """
    What one process shall do.

    Attributes:
        make: makes a storage at the measured address.
        make_directly: makes one without the proxy, for what is prepared.
        folder: where files are, or go.
        sizes: how much is to be done.
        paths: of the prepared files on this disk.

    """

    make: Callable[..., Storage]
    make_directly: Callable[..., Storage]
    folder: str
    sizes: dict[str, Any]
    paths: dict[str, str]

    def name(self, filename: str) -> str:
        """Return the name of a file in the folder of this task."""
        return f"{self.folder}/{filename}"


def prepared(told: dict[str, Any]) -> Work:
    """Prepare a task and warm its connection up; return the work."""
    maker = set_up(told)
    access = Access.told(told)
    task = Task(
        make=lambda **policy: maker(access, **policy),
        make_directly=lambda **policy: maker(access.at(told["direct"]), **policy),
        folder=told["folder"],
        sizes=told["sizes"],
        paths=told["paths"],
    )
    return WORKS[told["work"]](task)


def _save(task: Task) -> Work:
    storage = _warm_for_writing(task)
    files = [ContentFile(small(number)) for number in range(task.sizes["files"])]

    def save() -> None:
        for number, file in enumerate(files):
            name = task.name(f"new-{number:04}.bin")
            _expect(storage.save(name, file), name)

    return save


def _save_taken(task: Task) -> Work:
    name = task.name("taken.bin")
    before = task.make_directly()
    for number in range(task.sizes["taken"] - 1):
        before.save(name, ContentFile(small(number)))
    storage = _warm_for_writing(task)
    file = ContentFile(small(task.sizes["taken"]))

    def save_taken() -> None:
        if storage.save(name, file) == name:
            raise Wrong("the name was taken")

    return save_taken


def _save_twin(task: Task) -> Work:
    storage = _warm_for_writing(task, reuse=True)
    name = task.name("twin.bin")

    def save_twin() -> dict[str, Any]:
        with Path(task.paths["twin"]).open("rb") as source:
            return {"reused": storage.save(name, File(source, name="twin.bin")) == name}

    return save_twin


def _read(task: Task) -> Work:
    storage = _warm_for_reading(task)
    contents = [small(number) for number in range(task.sizes["files"])]

    def read() -> None:
        for number, content in enumerate(contents):
            if storage.read(_stored(task, number)) != content:
                raise Wrong("other content than what was stored")

    return read


def _exists(task: Task) -> Work:
    storage = _warm_for_reading(task)

    def exists() -> None:
        for number in range(task.sizes["files"]):
            _expect(storage.exists(_stored(task, number)), wanted=True)

    return exists


def _size(task: Task) -> Work:
    storage = _warm_for_reading(task)
    wanted = len(small(0))

    def size() -> None:
        for number in range(task.sizes["files"]):
            _expect(storage.size(_stored(task, number)), wanted)

    return size


def _url(task: Task, *, signed: bool = True) -> Work:
    storage = _warm_for_reading(task, signed=signed)
    storage.url(_stored(task, 0))

    def url() -> None:
        for number in range(task.sizes["urls"]):
            storage.url(_stored(task, number))

    return url


def _url_unsigned(task: Task) -> Work:
    return _url(task, signed=False)


def _listdir(task: Task) -> Work:
    storage = _warm_for_reading(task)

    def listdir() -> None:
        _expect(len(set(storage.listdir(task.folder))), task.sizes["listed"])

    return listdir


def _dimensions(task: Task) -> Work:
    storage = _warm_for_reading(task)
    Image.preinit()

    def dimensions() -> None:
        _expect(storage.dimensions(task.name("picture.jpg")), tuple(task.sizes["picture"]))

    return dimensions


def _upload(task: Task) -> Work:
    storage = _warm_for_writing(task)
    name = task.name("large.bin")

    def upload() -> None:
        with Path(task.paths["large"]).open("rb") as source:
            _expect(storage.save(name, File(source, name="large.bin")), name)

    return upload


def _download(task: Task) -> Work:
    storage = _warm_for_reading(task)

    def download() -> None:
        received = sum(map(len, storage.download(task.name("large.bin"))))
        _expect(received, task.sizes["large"])

    return download


def _warm_for_writing(task: Task, **policy: bool) -> Storage:
    storage = task.make(**policy)
    storage.save(task.name("warm-up.bin"), ContentFile(b"warm"))
    return storage


def _warm_for_reading(task: Task, **policy: bool) -> Storage:
    storage = task.make(**policy)
    storage.exists(_stored(task, 0))
    return storage


def _stored(task: Task, number: int) -> str:
    return task.name(f"small-{number:04}.bin")


def _expect(found: object, wanted: object) -> None:
    if found != wanted:
        raise Wrong(f"{found!r} instead of {wanted!r}")


WORKS: dict[str, Callable[[Task], Work]] = {
    "save": _save,
    "save-taken": _save_taken,
    "save-twin": _save_twin,
    "read": _read,
    "exists": _exists,
    "size": _size,
    "url": _url,
    "url-unsigned": _url_unsigned,
    "listdir": _listdir,
    "dimensions": _dimensions,
    "upload": _upload,
    "download": _download,
}
