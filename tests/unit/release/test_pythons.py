"""A machine that lacks a Python leaves out what needs it, and says so."""

import pytest


@pytest.fixture
def _no_pythons(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.usefixtures("_no_pythons")
@pytest.mark.parametrize("command", ["matrix", "applications"])
def test_a_missing_python_is_told_and_no_failure(release, command, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", [command])

    assert release(command).main() == 0
    assert "skipped, there is no Python 3.14 or 3.13 or 3.12 on this machine" in (
        capsys.readouterr().out
    )


def test_of_several_pythons_the_first_that_is_there_is_taken(release, monkeypatch, tmp_path):
    for version in ("3.12", "3.13"):
        python = tmp_path / f"python{version}"
        python.write_text(f"#!/bin/sh\necho Python {version}.1\n")
        python.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))

    assert release("environments").found("this", ("3.14", "3.13", "3.12")).endswith("python3.13")
