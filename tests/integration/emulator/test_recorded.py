"""The emulator answers what a real Appwrite 1.9.6 answered (MariaDB, local device)."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloud_storages.emulator import Emulator

from .wire import Answer, Client, queries

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = Path(__file__).parent / "recorded"
PROJECT, KEY, READ_KEY = "demo", "everything", "reading"
COMPARED = (
    "content-type",
    "content-range",
    "accept-ranges",
    "content-disposition",
    "cache-control",
    "retry-after",
    "content-security-policy",
    "x-content-type-options",
)
PATTERNS = {
    "<datetime>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00",
    "<generated>": r"[0-9a-f]{20}",
    "<path>": r"/storage/uploads/\S+",
    "<str>": r"(?s).*",
}


def scenarios() -> Iterator[Any]:
    for topic in sorted(RECORDED.glob("*.jsonl")):
        for line in topic.read_text("utf-8").splitlines():
            recorded = json.loads(line)
            name = f"{topic.stem}: {recorded['scenario']}"
            yield pytest.param(recorded["steps"], id=name)


def content(spec: Any) -> bytes:
    if isinstance(spec, str):
        return spec.encode()
    if "base64" in spec:
        return base64.b64decode(spec["base64"])
    whole = random.Random(spec["seed"]).randbytes(spec["random"])
    return whole[spec.get("from", 0) : spec.get("to")]


def filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], found[0]), value)
    if isinstance(value, dict):
        return {name: filled(each, names) for name, each in value.items()}
    return [filled(each, names) for each in value] if isinstance(value, list) else value


def differences(recorded: Any, got: Any, where: str = "") -> Iterator[str]:
    if isinstance(recorded, dict) and isinstance(got, dict):
        for name in recorded.keys() | got.keys():
            yield from differences(
                recorded.get(name, "<absent>"), got.get(name, "<absent>"), f"{where}.{name}"
            )
    elif isinstance(recorded, list) and isinstance(got, list) and len(recorded) == len(got):
        for index, (one, other) in enumerate(zip(recorded, got, strict=True)):
            yield from differences(one, other, f"{where}[{index}]")
    elif not fits(recorded, got):
        yield f"{where}: recorded {recorded!r}, got {got!r}"


def fits(recorded: Any, got: Any) -> bool:
    if recorded == "<int>":
        return type(got) is int
    if isinstance(recorded, str) and isinstance(got, str):
        pieces = re.split("(<[a-z]+>)", recorded)
        pattern = "".join(PATTERNS.get(piece, re.escape(piece)) for piece in pieces)
        return re.fullmatch(pattern, got) is not None
    return type(recorded) is type(got) and bool(recorded == got)


@pytest.fixture(scope="module", params=["in memory", "on disk"])
def emulator(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emulator]:
    data = tmp_path_factory.mktemp("data") if request.param == "on disk" else None
    with Emulator(
        project=PROJECT, key=KEY, read_key=READ_KEY, storage_limit=500_000_000, data=data
    ) as running:
        yield running


def ask(client: Client, step: dict[str, Any]) -> Answer:
    keys = {"full": KEY, "read": READ_KEY, "none": None}
    who = step.get("as", "full")
    headers = {"X-Appwrite-Key": keys.get(who, who), "X-Appwrite-Response-Format": "1.9.0"}
    headers.update(step.get("headers", {}))
    file = step.get("file")
    return client.send(
        step["method"],
        step["path"],
        json_body=step.get("json"),
        fields=step.get("fields"),
        file=(file[0], content(file[1])) if file else None,
        headers=headers,
        query=[*queries(*step.get("queries", [])), *step.get("parameters", {}).items()],
    )


def seen(answer: Answer, recorded: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "status": answer.status,
        "headers": {n: answer.header(n) for n in COMPARED if answer.header(n) is not None},
    }
    if "json" in recorded:
        found["json"] = answer.json
    if "length" in recorded:
        found["length"] = len(answer.body)
        found["md5"] = hashlib.md5(answer.body).hexdigest()
    return found


@pytest.mark.parametrize("steps", list(scenarios()))
def test_answers_as_recorded(emulator: Emulator, steps: list[Any]) -> None:
    tag = uuid.uuid4().hex[:6]
    names = {"b": f"b{tag}", "B2": f"c{tag}", "tag": tag}
    with Client(emulator.endpoint, PROJECT) as client:
        for step, recorded in steps:
            answer = ask(client, filled(step, names))
            for name, member in step.get("remember", {}).items():
                names[name] = answer.json[member]
            found = differences(filled(recorded, names), seen(answer, recorded))
            assert not list(found), f"{step['method']} {step['path']}"
