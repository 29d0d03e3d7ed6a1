"""
A site is filled by the real 1.2.5 and upgraded by the guide, word for word.

Run by ``make upgrade``, not with the other tests: it installs packages from PyPI.
"""

import base64
import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import attrs
import pytest
import requests

from cloud_storages.emulator import Emulator, Fault
from tests.upgrade import guide
from tests.upgrade.left_behind import LEFT_BEHIND, STORED

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".venvs" / "upgrade-1.2.5"
UV = (sys.executable, "-m", "uv")
#: As the site had them; the oldest SDK that stores large files undamaged.
THEN = ("django-cloud-storages[appwrite]==1.2.5", "Django==4.2.*", "appwrite==9.0.3", "Pillow")
#: What Django 4.2 runs on, and this package.
PYTHONS = ("3.12", "3.11", "3.10")
_FRESH = ("--quiet", "--clear", "--seed", "--no-python-downloads")
KEY = "standard_upgrade"
#: A site's own code that did not keep the name that it was given.
BY_HAND = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from archive.models import Entry

default_storage.save("my documents/by-hand.txt", ContentFile(b"by hand"))
print(Entry.objects.create(document="my documents/by-hand.txt").pk)
"""


@attrs.frozen
class Site:
    """A site in a folder, and the Python that runs it."""

    folder: Path
    emulator: Emulator
    wheels: Path

    @property
    def variables(self) -> dict[str, str]:
        """The environment of its processes, with nothing of this one's."""
        return {
            "PATH": f"{PLACE / 'bin'}{os.pathsep}{os.defpath}",
            "PIP_CONSTRAINT": str(self.wheels / "constraints.txt"),
            "PIP_FIND_LINKS": str(self.wheels),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "SITE_ENDPOINT": self.emulator.endpoint,
            "SITE_PROJECT": "site",
            "SITE_KEY": KEY,
        }

    def run(self, *command, **options):
        """Run a command and return what it prints; it must succeed."""
        variables = {**self.variables, **options.pop("variables", {})}
        options = {"cwd": self.folder, "env": variables, "text": True, **options}
        done = subprocess.run(command, check=False, capture_output=True, **options)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def settings(self):
        """The file of its settings."""
        return self.folder / "settings.py"

    def following(self, section):
        """Do what a section of the guide says, block by block."""
        for block in guide.blocks(section):
            if block.language == "python":
                self.settings.write_text(self.settings.read_text() + block.text)
            else:
                self.run("bash", "-euc", block.text)
            yield block

    def follow(self, section):
        """Do all that a section of the guide says."""
        assert list(self.following(section))

    def fill(self, uploads, policy):
        """Save files; return the rows."""
        told = [
            {
                "field": each.field,
                "filename": each.filename,
                "content": base64.b64encode(each.content).decode(),
            }
            for each in uploads
        ]
        answer = self.run(
            "python", "fill.py", input=json.dumps(told), variables={"SITE_POLICY": policy}
        )
        return json.loads(answer)

    def visit(self):
        """Return what every row opens, by primary key."""
        return {each["pk"]: each for each in json.loads(self.run("python", "visit.py"))}

    def stored(self):
        """Return the bucket ID, ID and title of each file on the server."""
        headers = {"X-Appwrite-Project": "site", "X-Appwrite-Key": KEY}
        limit = {"queries[]": json.dumps({"method": "limit", "values": [500]})}
        buckets = f"{self.emulator.endpoint}/storage/buckets"
        for bucket in requests.get(buckets, headers=headers, timeout=30).json()["buckets"]:
            address = f"{buckets}/{bucket['$id']}/files"
            answer = requests.get(address, headers=headers, params=limit, timeout=30).json()
            for file in answer["files"]:
                yield bucket["$id"], file["$id"], file["name"]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """This package as it would be installed."""
    folder = tmp_path_factory.mktemp("wheels")
    subprocess.run([*UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    # Not a later one from PyPI.
    newest = f"django-cloud-storages<={version('django-cloud-storages')}"
    (folder / "constraints.txt").write_text(newest)
    return folder


@pytest.fixture
def site(tmp_path, wheels):
    """A site on 1.2.5, without any file."""
    _install()
    folder = tmp_path / "site"
    shutil.copytree(Path(__file__).parent / "site", folder)
    with Emulator(project="site", key=KEY, storage_limit=100_000_000) as emulator:
        site = Site(folder, emulator, wheels)
        site.run("python", "manage.py", "migrate", "--run-syncdb", "--verbosity", "0")
        yield site


def _install():
    for python in PYTHONS:
        made = subprocess.run(
            [*UV, "venv", *_FRESH, "--python", python, PLACE],
            capture_output=True,
            check=False,
        )
        if made.returncode == 0:
            break
    else:
        pytest.skip(f"Django 4.2 needs a Python {' or '.join(PYTHONS)}")
    subprocess.run(
        [*UV, "pip", "install", "--quiet", "--python", PLACE / "bin" / "python", *THEN], check=True
    )


def assert_opens(site, contents):
    """Every row opens what it is to open, in the site and in a browser."""
    seen = site.visit()
    assert seen.keys() == contents.keys()
    for pk, content in contents.items():
        told = seen[pk]
        assert told.get("sha256") == hashlib.sha256(content).hexdigest(), told
        assert requests.get(told["url"], timeout=30).content == content, told
    return seen


@pytest.fixture
def contents(site):
    """Save files with 1.2.5; return what it opens by now, by primary key of the row."""
    rows = []
    for policy in ("keep", "reuse", "overwrite"):
        uploads = [each for each in LEFT_BEHIND if each.policy == policy]
        rows += zip(site.fill(uploads, policy), uploads, strict=True)
    # It leaves behind what the quick tests begin with.
    assert [saved["name"] for saved, _ in rows] == [each.name for _, each in rows]
    assert set(site.stored()) == {(*at, each.title) for at, each in STORED.items()}
    by_hand = site.run("python", "manage.py", "shell", "--command", BY_HAND).split()[-1]
    return {**{saved["pk"]: each.opened for saved, each in rows}, int(by_hand): b"by hand"}


def test_a_site_of_the_real_1_2_5_is_upgraded_by_the_guide(site, contents):
    before = assert_opens(site, contents)
    files = set(site.stored())

    # The upgrade touches no file, and no URL but of rows that have another name.
    old_settings = site.settings.read_text()
    site.follow("Upgrade")
    after = assert_opens(site, contents)
    renamed = {pk for pk in before if before[pk]["name"] != after[pk]["name"]}
    assert {before[pk]["name"] for pk in renamed} == {
        "Documents/shared.txt",
        "Documents/SharedCapital.txt",
        "documents/Twin.txt",
        "documents/replaced.txt",
        "my documents/by-hand.txt",
    }
    assert all(before[pk]["url"] == after[pk]["url"] for pk in before.keys() - renamed)
    assert set(site.stored()) == files

    # There and back again.
    site.settings.write_text(old_settings)
    site.follow("Going back")
    assert_opens(site, contents)
    site.follow("Upgrade")
    assert_opens(site, contents)

    # As the report advises: the server has no two buckets whose IDs differ in case only.
    buckets = json.loads(site.run("python", "manage.py", "appwrite_adopt", "--json"))["buckets"]
    assert buckets == {
        "Documents": "documents",
        "a_very_long_directory_name_for_customers": "a_very_long_directory_name_for",
    }
    site.settings.write_text(f"{site.settings.read_text()}APPWRITE_BUCKETS = {buckets}\n")

    kill_while_it_copies(site)
    for _ in site.following("Doing without the old IDs"):
        assert_opens(site, contents)
    told = json.loads(site.run("python", "manage.py", "appwrite_adopt", "--ids=current", "--json"))
    assert told["open_without_legacy_ids"] == len(contents)
    assert all(file_id == file_id.lower() for _, file_id, _ in site.stored())

    fresh = [attrs.evolve(each, text=f"new {each.text}") for each in LEFT_BEHIND]
    rows = site.fill(fresh, "keep")
    contents |= {row["pk"]: each.content for row, each in zip(rows, fresh, strict=True)}
    assert_opens(site, contents)
    assert {bucket_id for bucket_id, _, _ in site.stored()} == {at for at, _, _ in files}


def kill_while_it_copies(site):
    """Kill a run with signal 9 after it has copied some files."""
    site.emulator.traffic.clear()
    # Three are answered, all others held: it cannot end before it is killed.
    site.emulator.inject(Fault(method="POST", nth=4, times=1000, delay=30, drop="before"))
    before = set(site.stored())
    command = ["python", "manage.py", "appwrite_adopt", "--ids", "current", "--move"]
    process = subprocess.Popen(
        command, cwd=site.folder, env=site.variables, stdout=subprocess.DEVNULL
    )
    while sum(each.method == "POST" for each in site.emulator.traffic.exchanges) < 3:
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"it ended with {process.wait(0.1)} before it was killed")
    process.kill()
    assert process.wait() == -signal.SIGKILL
    site.emulator.clear_faults()
    assert before < set(site.stored())
