"""How requests travel: in time, over kept connections, and with a name for what came instead."""

import contextlib
import datetime as dt
import socket
import threading
from email.utils import format_datetime

import pytest
import requests

from cloud_storages.adapters.appwrite import AppwriteStore, Connection
from cloud_storages.adapters.appwrite.deadlines import SLOWEST, Deadline
from cloud_storages.adapters.appwrite.forms import Form, Stopped
from cloud_storages.domain.errors import FileMissing, Misconfigured, Unavailable
from cloud_storages.domain.values import Location
from cloud_storages.emulator import Emulator, Fault

from .stores import BIG, KEY, SMALL, THERE, UPLOADS, VIEW, store_on

PAGE = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json"}


class Clock:
    """A time that passes only while somebody waits."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


def timed(server, clock, **told):
    connection = Connection(server.endpoint, "tests", KEY, server.endpoint, **told)
    return AppwriteStore(connection, sleep=clock.sleep, clock=clock)


def test_a_deadline_leaves_time_for_what_has_to_be_moved():
    clock = Clock()
    deadline = Deadline(10, 3 * SLOWEST, clock)

    clock.sleep(12.5)
    assert deadline.left == pytest.approx(0.5)
    assert not deadline.has_passed

    clock.sleep(0.5)
    assert deadline.has_passed


def test_no_request_is_made_that_would_begin_after_the_deadline(server, store, clock):
    store.create(THERE, "a.bin", SMALL)
    server.traffic.clear()
    server.inject(Fault(times=99, status=503))

    with pytest.raises(Unavailable):
        timed(server, clock, deadline=2.0, retries=1000).stat(THERE)

    assert clock.now < 1002
    assert 3 <= len(server.traffic.exchanges) < 20


def test_a_server_that_asks_for_more_time_than_there_is_is_not_waited_for(server, store, clock):
    server.inject(Fault(path=UPLOADS, status=429, headers={"Retry-After": "20"}))

    with pytest.raises(Unavailable):
        timed(server, clock, deadline=10.0).find("media", ["a.bin"])

    assert clock.now == 1000
    assert store.find("media", ["a.bin"]) == {}


def test_a_busy_server_may_name_the_moment_at_which_to_come_back(server, store, pauses):
    now = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
    told = {
        "Date": format_datetime(now, usegmt=True),
        "Retry-After": format_datetime(now + dt.timedelta(seconds=7), usegmt=True),
    }
    server.inject(Fault(path=UPLOADS, status=429, headers=told))

    store.create(THERE, "a.bin", SMALL)

    assert len(pauses) == 1
    assert 7 <= pauses[0] < 8


def test_an_answer_that_trickles_in_for_ever_is_given_up():
    """Each byte is a sign of life, but they never make an answer in time."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def trickle():
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
        )
        with listener, listener.accept()[0] as client:
            client.recv(65536)
            client.sendall(head)
            with contextlib.suppress(OSError):  # the client has hung up
                while not ended.wait(0.01):
                    client.sendall(b" ")

    thread = threading.Thread(target=trickle)
    thread.start()
    endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    store = AppwriteStore(
        Connection(endpoint, "tests", KEY, endpoint, timeout=30, deadline=0.3, retries=0)
    )
    try:
        with pytest.raises(Unavailable, match="Timeout"):
            store.stat(THERE)
        thread.join(60)
        assert not thread.is_alive()
    finally:
        ended.set()
        thread.join()


def test_an_answer_that_is_cut_within_its_head_is_worth_another_try():
    """HTTP takes the end of a connection for the end of a head."""
    listener = socket.create_server(("127.0.0.1", 0))

    def cut():
        with listener, listener.accept()[0] as client:
            client.recv(65536)
            client.sendall(b"HTTP/1.1 200 OK\r\nServer: Appwr")

    thread = threading.Thread(target=cut)
    thread.start()
    endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    cutting = AppwriteStore(Connection(endpoint, "tests", KEY, endpoint, retries=0))

    with pytest.raises(Unavailable) as caught:
        cutting.stat(THERE)

    thread.join()
    assert caught.value.temporary


def test_a_kept_connection_that_is_dead_costs_neither_a_retry_nor_a_pause(server, store):
    pauses = []
    hasty = store_on(server, pauses, retries=0)
    hasty.create(THERE, "a.bin", SMALL)
    server.inject(Fault(path="/a.bin$", drop="before"))

    assert hasty.stat(THERE).size == len(SMALL.data)

    assert not any(pauses)
    assert store.stat(THERE) == hasty.stat(THERE)


def test_a_store_in_haste_shares_the_connections_of_the_patient_one(server, store):
    store.create(THERE, "a.bin", SMALL)
    hasty = store.in_haste(1.0)
    server.traffic.clear()

    assert hasty.stat(THERE) == store.stat(THERE)

    assert server.traffic.connections == 0


def test_passwords_for_other_things_are_not_sent(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    seen = []
    listener = socket.create_server(("127.0.0.1", 0))

    def note():
        with listener, listener.accept()[0] as client:
            seen.append(client.recv(65536))

    thread = threading.Thread(target=note)
    thread.start()
    endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    store = AppwriteStore(Connection(endpoint, "tests", KEY, endpoint, retries=0))

    with pytest.raises(Unavailable):
        store.stat(THERE)

    thread.join()
    assert b"x-appwrite-key:" in seen[0].lower()
    assert b"authorization:" not in seen[0].lower()


@pytest.mark.parametrize(
    ("headers", "body", "named"),
    [
        (PAGE, b"\n<!doctype html><title>Maintenance", "a web page"),
        (PAGE, b"", "nothing"),
        ({"Content-Type": "application/pdf"}, b"%PDF", "something that is not JSON"),
    ],
)
def test_what_came_instead_of_an_answer_is_named(server, store, headers, body, named):
    store.create(THERE, "a.bin", SMALL)
    acts = [
        lambda: store.stat(THERE),
        lambda: store.find("media", ["a.bin"]),
        lambda: list(store.files("media")),
        lambda: list(store.buckets()),
        lambda: store.create(Location("media", "b.bin"), "b.bin", SMALL),
        lambda: store.create(Location("media", "b.bin"), "b.bin", BIG),
        lambda: store.create_bucket("more", "more", public=True),
        lambda: store.delete(THERE),
    ]
    for act in acts:
        server.inject(Fault(status=200, headers=headers, body=body))

        with pytest.raises(Misconfigured, match=f"{named}.*APPWRITE_API_ENDPOINT"):
            act()

        server.clear_faults()
    assert {info.location.file_id for info in store.files("media")} == {"a.bin"}


@pytest.mark.parametrize(("body", "named"), [(b'{"$id": "a', "broken JSON"), (b"", "nothing")])
def test_json_that_is_not_all_there_is_asked_for_again_and_named(server, store, body, named):
    store.create(THERE, "a.bin", SMALL)
    server.inject(Fault(path="/a.bin$", status=200, headers=JSON, body=body))

    assert store.stat(THERE).size == len(SMALL.data)

    server.inject(Fault(path="/a.bin$", times=99, status=200, headers=JSON, body=body))
    with pytest.raises(Unavailable, match=named):
        store.stat(THERE)


@pytest.mark.parametrize("status", [502, 504, 520, 522, 530])
def test_a_gateway_that_fails_is_asked_again(server, store, status):
    store.create(THERE, "a.bin", SMALL)
    server.inject(Fault(path="/a.bin$", status=status, headers=PAGE, body=b"<h1>Bad gateway"))

    assert store.stat(THERE).size == len(SMALL.data)


@pytest.mark.parametrize(
    ("status", "kind"), [(501, ""), (500, "general_protocol_unsupported"), (409, ""), (410, "")]
)
def test_a_refusal_for_good_is_not_asked_again(server, store, status, kind):
    body = f'{{"type":"{kind}","message":"no","code":{status}}}'.encode()
    server.inject(Fault(path="/a.bin$", times=9, status=status, headers=JSON, body=body))

    with pytest.raises(Exception, match="no") as caught:
        store.stat(THERE)

    assert not isinstance(caught.value, FileMissing)
    assert len(server.traffic.exchanges) == 1


def test_a_large_page_of_a_proxy_does_not_fill_the_memory(server, store):
    server.inject(Fault(path="/a.bin$", status=400, headers=PAGE, body=b"<p>" * 20_000_000))

    with pytest.raises(Exception, match="400") as caught:
        store.stat(THERE)

    assert len(str(caught.value)) < 500


def test_a_form_can_be_sent_again_and_says_how_long_it_is(clock):
    for data in (b"", b"short", bytes(200_000)):
        form = Form([("fileId", "a.bin")], "a%20b.bin", data)
        body = form.within(Deadline(1, 0, clock))

        first, second = b"".join(body), b"".join(body)

        assert first == second
        assert len(first) == len(form) == len(body)
        assert first.count(data) >= 1
        assert b'name="fileId"\r\n\r\na.bin\r\n' in first
        assert b'name="file"; filename="a%20b.bin"\r\n\r\n' in first


def test_a_large_form_is_sent_in_pieces_that_a_slow_line_can_take_in_time():
    pieces = list(Form([("fileId", "a")], "a", bytes(1_000_000)).pieces())

    assert max(map(len, pieces)) <= 64 * 1024


def test_a_form_that_nobody_wants_any_more_breaks_off():
    wanted = iter([False, False, True])
    form = Form([("fileId", "a")], "a", bytes(1_000_000), stopped=lambda: next(wanted))

    with pytest.raises(Stopped):
        list(form.pieces())


def test_a_form_that_is_taken_too_slowly_breaks_off(clock):
    form = Form([("fileId", "a")], "a", bytes(1_000_000))
    sent = []

    def send():
        for piece in form.within(Deadline(10, 0, clock)):
            sent.append(len(piece))
            clock.sleep(3)

    with pytest.raises(requests.Timeout):
        send()

    assert len(sent) == 4


def test_a_download_that_needs_many_pieces_keeps_its_connection(server, store):
    store.create(THERE, "a.bin", BIG)
    server.traffic.clear()

    total = len(BIG.data)
    for offset in range(0, total, 1_000_000):
        size = min(1_000_000, total - offset)
        assert store.read(THERE, offset, size, total).data == BIG.data[offset : offset + size]

    assert all(each.path.endswith(VIEW[:-1]) for each in server.traffic.exchanges)
    assert server.traffic.connections == 0


def test_threads_keep_a_connection_each():
    with Emulator(project="tests", key=KEY) as server:
        store = store_on(server, [])
        store.create_bucket("media", "media", public=True)
        store.create(THERE, "a.bin", SMALL)
        ready = threading.Barrier(6)

        def work():
            ready.wait(60)
            for _ in range(30):
                assert store.stat(THERE).size == len(SMALL.data)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(server.traffic.exchanges) >= 180
        assert server.traffic.connections <= 6
