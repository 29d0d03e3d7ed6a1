"""
Follow the tutorial word for word in an empty directory, as a reader with three terminals would.

What is typed, written and opened is taken from the page itself. The one difference: pip finds this
source tree's wheel, which is newer than what the registry has.
"""

from __future__ import annotations

import doctest
import io
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from html.parser import HTMLParser
from pathlib import Path

import requests
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import markdown  # noqa: E402 - found from here on

PAGE = ROOT / "docs" / "tutorial.md"
#: Seconds that a command of the page may take; the first one installs packages.
PATIENCE = 300.0
PORTS = (8000, 8090)


class Failed(Exception):
    """What the page promises did not happen; the text says what did."""


def main() -> int:
    """Return 0 if a reader who does what the page says gets what it promises."""
    for port in PORTS:
        with socket.socket() as one:
            if not one.connect_ex(("127.0.0.1", port)):
                say(f"Port {port} of this computer is taken, and the tutorial needs it.")
                return 2
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        wheels = [sys.executable, "-m", "build", "--wheel", "--outdir", str(place / "wheels")]
        subprocess.run([*wheels, str(ROOT)], check=True, capture_output=True)  # noqa: S603 - our own command
        (place / "empty").mkdir()
        reader = Reader(place / "empty", place / "wheels")
        try:
            reader.follow(PAGE)
        except Failed as error:
            say(f"FAILED: {error}")
            return 1
        finally:
            reader.leave()
    say("The tutorial does what it says.")
    return 0


class Reader:
    """Somebody with an empty directory, some terminals and a browser."""

    def __init__(self, directory: Path, wheels: Path) -> None:
        self._directory = directory
        self._wheels = wheels
        self._first = self._terminal = Terminal(directory, wheels)
        self._others: list[Terminal] = []
        self._browser = Browser()

    def follow(self, page: Path) -> None:
        """Do what a page says, from its beginning to its end."""
        text = page.read_text("utf-8")
        stays = False
        for block in markdown.blocks(page):
            if block.language == markdown.COMMENT:
                stays = self._heed(block.text, text)
            elif block.language == "console":
                self._type(block.text, stays=stays)
                stays = False
            elif block.language == "pycon":
                self._terminal.converse(block.text)
            else:
                self._write(block.text)

    def _heed(self, note: str, page: str) -> bool:
        """Do what a note says; return whether the next block's last command goes on running."""
        kind, _, told = note.partition(": ")
        if kind == "browser":
            for address in re.findall(r"http://\S+/v?", told):
                if "files" not in address and f"<{address}>" not in page:
                    raise Failed(f"the reader is not told to open {address}")
            say(f"   browser: {told}")
            self._browser.do(told)
        elif note in ("in a second terminal", "in a third terminal"):
            self._terminal = Terminal(self._directory, self._wheels)
            self._others.append(self._terminal)
            return True
        elif note == "until the end":
            self._others.append(self._first)
            self._first = Terminal(self._directory, self._wheels)
            return True
        return False

    def _type(self, text: str, *, stays: bool) -> None:
        terminal = self._terminal
        lines = text.replace("\\\n", "").splitlines()
        commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        output = [line for line in lines if not line.startswith("$ ")]
        for command in commands[: -1 if stays else None]:
            told = terminal.run(command)
            if command is commands[-1]:
                for line in output:
                    if line not in told:
                        raise Failed(f"{command} does not print {line!r}, but:\n{told}")
        if stays:
            terminal.begin(commands[-1], output)
            if "shell" not in commands[-1]:
                self._terminal = self._first

    def _write(self, text: str) -> None:
        first, _, rest = text.partition("\n")
        name = first.strip("{}# ")
        path = self._directory / name.removeprefix("add to ")
        say(f"   {name}")
        if name.startswith("add to "):
            if not path.exists():
                raise Failed(f"there is no {path.name} to add to")
            rest = f"{path.read_text('utf-8')}\n{rest}"
        if not path.parent.is_dir():
            raise Failed(f"there is no directory for {name}")
        path.write_text(rest if name.startswith("add to ") else text, "utf-8")

    def leave(self) -> None:
        """Close all terminals, with whatever runs there."""
        for terminal in {self._first, *self._others}:
            terminal.close()


class Terminal:
    """A shell that somebody types into."""

    def __init__(self, directory: Path, wheels: Path) -> None:
        self._master, slave = pty.openpty()
        told = termios.tcgetattr(slave)
        told[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, told)
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG") if name in os.environ}
        told_to_pip = {
            name: value for name, value in os.environ.items() if name.startswith(("PIP_", "http"))
        }
        self._shell = subprocess.Popen(  # noqa: S603 - the reader's shell
            [shutil.which("bash") or "bash", "--noprofile", "--norc", "--noediting"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=directory,
            start_new_session=True,
            env={
                **kept,
                **told_to_pip,
                "PS1": "",
                "TERM": "dumb",
                "PYTHON_BASIC_REPL": "1",
                "PIP_FIND_LINKS": str(wheels),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            },
        )
        os.close(slave)
        self._seen = ""

    def run(self, command: str) -> str:
        """Type a command; return what it prints, once it has ended well."""
        say(f"$ {command}")
        self._send(f"{command}\necho ended with $?")
        told = self._until(r"ended with (\d+)\r?\n")
        if not told.endswith("ended with 0\n"):
            raise Failed(f"{command} ends badly:\n{told}")
        return told

    def begin(self, command: str, output: list[str]) -> None:
        """Type a command that goes on running; return once it has printed what it should."""
        say(f"$ {command}")
        self._send(command)
        for line in output or [">>> "]:
            self._until(re.escape(line))

    def converse(self, text: str) -> None:
        """Type the lines of an interactive session, and compare what is answered."""
        checker = doctest.OutputChecker()
        for example in doctest.DocTestParser().get_examples(text):
            say(f">>> {example.source.rstrip()}")
            self._send(example.source.rstrip())
            told = self._until(r">>> ").removesuffix(">>> ")
            if not checker.check_output(example.want, told, doctest.ELLIPSIS):
                raise Failed(f"{example.source} answers {told!r} instead of {example.want!r}")

    def close(self) -> None:
        """End what runs here."""
        os.killpg(self._shell.pid, signal.SIGHUP)
        os.write(self._master, b"\x03\x04")
        os.close(self._master)  # hangs up, so that what runs in the foreground ends, too
        self._shell.wait(30)

    def _send(self, line: str) -> None:
        os.write(self._master, f"{line}\n".encode())

    def _until(self, pattern: str) -> str:
        """Return what is printed up to the end of what the pattern matches."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self._seen)):
            if not select.select([self._master], [], [], max(0.0, end - time.monotonic()))[0]:
                raise Failed(f"{pattern!r} is not printed, but:\n{self._seen}")
            more = os.read(self._master, 65_536).decode("utf-8", "replace")
            self._seen += more.replace("\r\n", "\n")
        told, self._seen = self._seen[: found.end()], self._seen[found.end() :]
        return told


class Browser:
    """Opens a page, sends its form with a picture, fetches what the page shows."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._page = Page("", "")
        self._picture = picture()

    def do(self, told: str) -> None:
        """Do one thing that a note says."""
        verb, _, rest = told.partition(" ")
        if verb == "open":
            self._see(self._session.get(rest, timeout=60))
        elif verb == "upload":
            files = {rest: ("mine.png", self._picture, "image/png")}
            form = self._page.hidden
            self._see(self._session.post(self._page.url, data=form, files=files, timeout=60))
        elif told == "sees a picture":
            self._look_at_previews()
        else:
            self._look_at_original(rest.removeprefix("original comes from "))

    def _see(self, answer: requests.Response) -> None:
        if answer.status_code != requests.codes.ok:
            raise Failed(f"{answer.url} answers {answer.status_code}:\n{answer.text[:2000]}")
        self._page = Page(answer.url, answer.text)

    def _look_at_previews(self) -> None:
        sources = [each.split() for each in self._page.srcset.split(", ")]
        if not self._page.srcset:
            raise Failed("the page shows no picture after the upload")
        for url, width in sources:
            shown = Image.open(io.BytesIO(self._fetched(url)))
            if f"{shown.width}w" != width:
                raise Failed(f"{url} is {shown.width} pixels wide instead of {width}")

    def _look_at_original(self, origin: str) -> None:
        if not self._page.link.startswith(origin):
            raise Failed(f"{self._page.link} does not begin with {origin}")
        if self._fetched(self._page.link) != self._picture:
            raise Failed("the original is not what was uploaded")

    def _fetched(self, url: str) -> bytes:
        # A stranger's request: no cookie, no key.
        answer = requests.get(url, timeout=60)
        if answer.status_code != requests.codes.ok:
            raise Failed(f"{url} answers {answer.status_code}: {answer.text[:500]}")
        return answer.content


class Page(HTMLParser):
    """What a browser finds in a page: the hidden fields of its form, one picture, one link."""

    def __init__(self, url: str, text: str) -> None:
        super().__init__()
        self.url = url
        self.hidden: dict[str, str] = {}
        self.srcset = self.link = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what is looked for."""
        told = {name: value or "" for name, value in attrs}
        if tag == "input" and told.get("type") == "hidden":
            self.hidden[told["name"]] = told["value"]
        self.srcset = told.get("srcset", self.srcset) if tag == "img" else self.srcset
        self.link = told.get("href", self.link) if tag == "a" else self.link


def picture() -> bytes:
    """Return a picture as somebody might have one."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((800, 600)).convert("RGB").save(file, "PNG")
    return file.getvalue()


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201 - a command's output


if __name__ == "__main__":
    sys.exit(main())
