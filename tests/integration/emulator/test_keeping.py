"""What is kept under --data, whatever moment the process dies, and how it is started."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cloud_storages.emulator import Emulator

from .wire import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = [sys.executable, "-W", "error", "-m", "cloud_storages.emulator"]
FILES = "/storage/buckets/b/files"
CHUNK = 5_242_880


@contextmanager
def started(*arguments: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield an emulator in a process of its own and its endpoint."""
    process = subprocess.Popen(
        [*PROGRAM, "--port", "0", "--project", "demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    )
    with process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("listening on http://127.0.0.1:")
            yield process, first.removeprefix("listening on ").strip()
        finally:
            process.kill()


def refused(*arguments: str) -> str:
    done = subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_to(signal_: signal.Signals) -> None:
    with started("--key", "k") as (process, endpoint), Client(endpoint, "demo", "k") as client:
        assert client.bucket("b").status == 201
        process.send_signal(signal_)
        output, errors = process.communicate(timeout=30)

    assert (process.returncode, output, errors) == (0, "", "")


def test_keys_may_come_from_the_environment() -> None:
    keys = {"APPWRITE_EMULATOR_KEY": "hidden", "APPWRITE_EMULATOR_READ_KEY": "reading"}
    with started(**keys) as (process, endpoint):
        with Client(endpoint, "demo", "hidden") as client:
            assert client.bucket("b").status == 201
        with Client(endpoint, "demo", "reading") as client:
            assert client.bucket("c").status == 401
            assert client.send("GET", "/storage/buckets/b").status == 200
        assert "hidden" not in " ".join(process.args)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--project", "", "--key", "k"], "the project must not be empty"),
        (["--project", "p", "--key", ""], "the key must not be empty"),
        (["--project", "p", "--key", "k", "--read-key", "k"], "must differ"),
        (["--project", "p", "--key", "k", "--storage-limit", "0"], "at least one byte"),
        (["--project", "p", "--key", "k", "--port", "70000"], "there is no port 70000"),
        (["--project", "p", "--key", "k", "--server-version", "1.4.13"], "1.5.0"),
        (["--project", "p", "--key", "k", "--data", "/dev/null/x"], "/dev/null"),
    ],
)
def test_arguments_that_cannot_be_served(arguments: list[str], complaint: str) -> None:
    errors = refused(*arguments)

    assert complaint in errors
    assert len(errors.splitlines()) == 1


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        errors = refused("--project", "p", "--key", "hush", "--port", port)

    assert port in errors
    assert "hush" not in errors
    assert len(errors.splitlines()) == 1


def test_help_says_what_is_not_enforced() -> None:
    done = subprocess.run([*PROGRAM, "--help"], capture_output=True, text=True, check=True)

    assert "rate limits" in done.stdout


def test_a_directory_has_one_process(tmp_path: Path) -> None:
    with started("--key", "k", "--data", str(tmp_path)):
        errors = refused("--project", "p", "--key", "k", "--port", "0", "--data", str(tmp_path))

    assert "in use by another process" in errors
    assert len(errors.splitlines()) == 1


def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    arguments = ("--key", "k", "--data", str(tmp_path))
    place = f"bytes 0-{CHUNK - 1}/{2 * CHUNK}"
    with started(*arguments) as (process, endpoint):
        client = Client(endpoint, "demo", "k")
        client.bucket("b")
        assert client.upload("b", "whole", b"whole").status == 201
        headers = {"Content-Range": place}
        assert client.upload("b", "part", b"first ", headers=headers).status == 201
        secret = client.send("POST", "/tokens/buckets/b/files/whole", json_body={}).json["secret"]
        # this one is under way when the process dies: its head has arrived, its body has not
        client.connection.putrequest("POST", f"/v1{FILES}")
        for name, value in {
            "X-Appwrite-Project": "demo",
            "X-Appwrite-Key": "k",
            "Content-Type": "multipart/form-data; boundary=x",
            "Content-Length": "1000000",
        }.items():
            client.connection.putheader(name, value)
        client.connection.endheaders()
        client.connection.send(
            b'--x\r\nContent-Disposition: form-data; name="fileId"\r\n\r\nlost\r\n'
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="l"\r\n\r\nlost'
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
        client.connection.close()

    with started(*arguments) as (_, endpoint), Client(endpoint, "demo", "k") as client:
        listed = client.send("GET", FILES).json["files"]
        assert [file["$id"] for file in listed] == ["whole", "part"]
        assert client.send("GET", f"{FILES}/whole/view").body == b"whole"
        with Client(endpoint, "demo") as guest:
            assert guest.send("GET", f"{FILES}/whole/view?token={secret}").body == b"whole"
        headers = {"Content-Range": f"bytes {CHUNK}-{2 * CHUNK - 1}/{2 * CHUNK}"}
        assert client.upload("b", "part", b"second", headers=headers).json["chunksUploaded"] == 2
        assert client.send("GET", f"{FILES}/part/view").body == b"first second"
    assert not list((tmp_path / "spool").iterdir())


def test_killed_between_answers_nothing_answered_is_lost(tmp_path: Path) -> None:
    arguments = ("--key", "k", "--data", str(tmp_path))
    answered: list[str] = []
    for life in range(3):
        with started(*arguments) as (process, endpoint):
            client = Client(endpoint, "demo", "k")
            client.bucket("b")
            for number in range(5):
                identifier = f"f{life}-{number}"
                assert client.upload("b", identifier, identifier.encode()).status == 201
                answered.append(identifier)
            process.send_signal(signal.SIGKILL)
            process.wait()
            client.connection.close()

    emulator = Emulator(project="demo", key="k", data=tmp_path)
    with emulator, Client(emulator.endpoint, "demo", "k") as client:
        for identifier in answered:
            assert client.send("GET", f"{FILES}/{identifier}/view").body == identifier.encode()


def test_nothing_is_left_of_an_emulator_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Emulator(project="demo", key="k") as emulator:
        with Client(emulator.endpoint, "demo", "k") as client:
            client.bucket("b")
            client.upload("b", "f", b"x")
        assert list(tmp_path.iterdir())

    assert not list(tmp_path.iterdir())


def test_deleted_bytes_leave_the_disk(tmp_path: Path) -> None:
    emulator = Emulator(project="demo", key="k", data=tmp_path)
    with emulator, Client(emulator.endpoint, "demo", "k") as client:
        client.bucket("b")
        for identifier in ("f", "g"):
            client.upload("b", identifier, b"x")
        client.upload("b", "h", b"x", headers={"Content-Range": "bytes 0-9/6000000"})
        client.send("DELETE", f"{FILES}/f")
        assert len(list((tmp_path / "blobs").iterdir())) == 2
        client.send("DELETE", "/storage/buckets/b")

        assert not list((tmp_path / "blobs").iterdir())


def peak_memory(process: subprocess.Popen[str]) -> int:
    """Return the most memory a process had at once, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    kibibytes = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kibibytes.split()[1]) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the most memory used")
def test_a_big_file_is_never_whole_in_memory() -> None:
    chunks = 50
    total = chunks * CHUNK
    arguments = ("--key", "k", "--storage-limit", str(total))
    with started(*arguments) as (process, endpoint):
        with Client(endpoint, "demo", "k") as client:
            client.bucket("b", encryption=False)
            digest = hashlib.md5()
            for number in range(chunks):
                part = bytes([number]) * CHUNK
                digest.update(part)
                start = number * CHUNK
                headers = {"Content-Range": f"bytes {start}-{start + CHUNK - 1}/{total}"}
                answer = client.upload("b", "big", part, headers=headers)
                assert answer.status == 201
            assert answer.json["signature"] == digest.hexdigest()
            body = client.send("GET", f"{FILES}/big/view").body
        assert peak_memory(process) < total / 2
    assert len(body) == total
    assert hashlib.md5(body).hexdigest() == digest.hexdigest()


def test_endpoints_exist_while_it_runs() -> None:
    emulator = Emulator(project="demo", key="hush")

    with pytest.raises(RuntimeError):
        _ = emulator.endpoint
    assert "hush" not in repr(emulator)
    with emulator, pytest.raises(RuntimeError):
        emulator.start()
    emulator.stop()


def test_an_emulator_can_be_started_again() -> None:
    emulator = Emulator(project="demo", key="k")
    for _ in range(2):
        with emulator, Client(emulator.endpoint, "demo", "k") as client:
            assert client.bucket("b").status == 201
