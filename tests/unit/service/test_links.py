"""Tokens and versions: made once, kept where all processes find them, never stale for long."""

import contextvars
import datetime as dt
import logging
import secrets

import attrs
import pytest

from cloud_storages.adapters.memory import MemoryStore
from cloud_storages.domain.errors import AccessDenied, Misconfigured, Rejected, Unavailable
from cloud_storages.domain.identifiers import identifier
from cloud_storages.domain.layouts import BucketPlan, LastDirectory
from cloud_storages.domain.showing import Preview, Showing
from cloud_storages.domain.values import OnConflict
from cloud_storages.service import Buckets, Recent, StorageService, Tokens, Versions

from .stores import Recorded, content, text

DAY = 86_400
START = dt.datetime(2026, 11, 24, 12, tzinfo=dt.timezone.utc)
NAMES = [f"docs/{number}.png" for number in range(50)]


@attrs.define
class Time:
    """One clock for everything."""

    seconds: float = 0.0

    def now(self):
        return START + dt.timedelta(seconds=self.seconds)

    def clock(self):
        return self.seconds


@attrs.define
class DictShelf:
    """A shelf that counts how often somebody looks or lays something there."""

    time: Time
    looks: list = attrs.field(factory=list)
    _values: dict = attrs.field(factory=dict, repr=False)

    def get_many(self, keys):
        self.looks.append("get_many")
        found = {key: self._values[key] for key in keys if key in self._values}
        return {key: it for key, (until, it) in found.items() if self.time.seconds < until}

    def set_many(self, values, seconds):
        self.looks.append("set_many")
        assert seconds > 0
        for key, value in values.items():
            self._values[key] = (self.time.seconds + seconds, value)

    def __len__(self):
        return len(self._values)

    @property
    def keys(self):
        return list(self._values)


@attrs.define
class Site:
    """A store, and services over it as several processes of a site have them."""

    time: Time = attrs.field(factory=Time)
    public: bool = False
    memory: MemoryStore = attrs.field(init=False)
    store: Recorded = attrs.field(init=False)
    shelf: DictShelf = attrs.field(init=False)

    def __attrs_post_init__(self):
        self.memory = MemoryStore(self.time.now)
        self.store = Recorded(self.memory)
        self.shelf = DictShelf(self.time)

    def process(self, *, shelf=None, workers=4):
        told = {"scope": "here", "now": self.time.now, "clock": self.time.clock}
        told["stamp"] = lambda: secrets.token_hex(8)
        shelf = self.shelf if shelf is None else shelf
        recent = Recent(self.time.clock, 10.0)
        links = (
            Versions(self.store, shelf, recent, **told)
            if self.public
            else Tokens(self.store, shelf, lifetime=DAY, workers=workers, patience=5.0, **told)
        )
        plan = BucketPlan("main", {"docs": "docs"}, identifier)
        buckets = Buckets(self.store, plan, create=True, public=self.public)
        return StorageService(
            self.store,
            LastDirectory(identifier),
            buckets,
            OnConflict.OVERWRITE,
            recent=recent,
            links=links,
        )

    def spent(self):
        calls, self.store.calls = self.store.calls, []
        self.shelf.looks.clear()
        return calls


@pytest.fixture
def private():
    site = Site()
    service = site.process()
    for name in NAMES:
        service.save(name, content(name.encode()))
    site.spent()
    return site


@pytest.fixture
def public():
    site = Site(public=True)
    site.process().save("docs/a.png", content(b"old"))
    site.spent()
    return site


def urls(service, names, lifetime=None):
    return {name: it.url() for name, it in service.addresses(names, lifetime).items()}


def versions(found):
    """Return the versions that some URLs carry; they hold the contents, too."""
    heads = (url.partition(",")[0] for url in found.values())
    return [head.partition(";v=")[2].partition(";")[0] for head in heads]


class TestTokens:
    def test_a_page_of_files_costs_a_token_each_once_and_nothing_more_until_half_a_day_is_over(
        self, private
    ):
        cold = urls(private.process(), NAMES)
        assert private.shelf.looks == ["get_many", *["get_many", "set_many"] * 2]
        assert private.spent() == ["link"] * 50

        private.time.seconds += DAY / 2 - 1
        warm = urls(private.process(), NAMES)
        assert private.shelf.looks == ["get_many"]
        assert private.spent() == []
        assert warm == cold
        assert {name: private.memory.visit(url) for name, url in warm.items()} == {
            name: name.encode() for name in NAMES
        }

    def test_tokens_are_made_in_the_context_of_the_page_that_wants_them(self, private):
        page = contextvars.ContextVar("page", default="none")
        page.set("gallery")
        seen = []
        link = private.memory.link

        def linking(*args):
            seen.append(page.get())
            return link(*args)

        private.memory.link = linking
        urls(private.process(), NAMES)

        assert seen == ["gallery"] * 50

    def test_only_the_missing_tokens_are_made(self, private):
        urls(private.process(), NAMES[:30])
        private.spent()

        urls(private.process(), NAMES)

        assert private.spent() == ["link"] * 20

    def test_a_url_is_good_for_at_least_half_the_lifetime_and_at_most_all_of_it(self, private):
        (first,) = urls(private.process(), NAMES[:1]).values()
        private.time.seconds += DAY / 2 - 1
        (again,) = urls(private.process(), NAMES[:1]).values()
        assert again == first

        private.time.seconds += DAY / 2
        assert private.memory.visit(first)
        private.time.seconds += 2
        assert private.memory.visit(first) is None

    def test_a_token_is_renewed_in_the_second_half_of_its_lifetime(self, private):
        (first,) = urls(private.process(), NAMES[:1]).values()
        private.time.seconds += DAY / 2 + 1
        private.spent()

        (second,) = urls(private.process(), NAMES[:1]).values()

        assert private.spent() == ["link"]
        assert second != first
        private.time.seconds += DAY / 2
        assert private.memory.visit(second)

    def test_links_of_several_lifetimes_stand_side_by_side(self, private):
        lifetimes = [None, 60, 3600, private.time.now() + dt.timedelta(hours=2)]
        first = [urls(private.process(), NAMES[:1], each) for each in lifetimes]
        private.spent()

        assert [urls(private.process(), NAMES[:1], each) for each in lifetimes] == first
        assert private.spent() == []
        assert len({url for each in first for url in each.values()}) == 4

    def test_a_link_until_a_moment_is_handed_out_until_then(self, private):
        until = private.time.now() + dt.timedelta(hours=2)
        (url,) = urls(private.process(), NAMES[:1], until).values()
        private.time.seconds += 7100
        assert urls(private.process(), NAMES[:1], until) == {NAMES[0]: url}
        assert private.memory.visit(url)

        private.time.seconds += 101
        assert private.memory.visit(url) is None
        with pytest.raises(Rejected):
            urls(private.process(), NAMES[:1], until)

    def test_however_many_lifetimes_are_asked_for_the_shelf_stays_small(self, private):
        service = private.process()
        for seconds in range(60, 160):
            urls(service, NAMES[:1], seconds)

        kept = private.shelf.get_many(private.shelf.keys).values()
        assert max(len(links) for _, links in kept) <= 10

    @pytest.mark.parametrize("away", [3600, 7 * DAY])
    def test_links_until_many_moments_leave_the_usual_one_as_it_is(self, private, away):
        service = private.process()
        usual = urls(service, NAMES[:1])
        for seconds in range(20):
            until = private.time.now() + dt.timedelta(seconds=away + seconds)
            (url,) = urls(service, NAMES[:1], until).values()
            assert urls(service, NAMES[:1], until) == {NAMES[0]: url}

        assert urls(service, NAMES[:1]) == usual

    def test_a_link_that_ends_first_is_kept_when_it_is_made_last(self, private):
        service = private.process()
        for days in range(1, 20):
            urls(service, NAMES[:1], days * DAY)

        assert urls(service, NAMES[:1], 60) == urls(service, NAMES[:1], 60)

    def test_all_sights_of_one_file_share_a_token(self, private):
        address = private.process().addresses(NAMES[:1])[NAMES[0]]

        shown = [address.url(), address.url(Showing(download=True))]
        shown += [address.url(Showing(preview=Preview(width=width))) for width in (320, 640)]

        assert private.spent() == ["link"]
        assert [private.memory.visit(url) for url in shown] == [NAMES[0].encode()] * 4

    def test_a_deleted_files_url_shows_nothing_and_what_takes_its_place_has_another(self, private):
        service = private.process()
        (old,) = urls(service, NAMES[:1]).values()
        service.delete(NAMES[0])
        assert private.memory.visit(old) is None

        service.save(NAMES[0], content(b"new"))
        (new,) = urls(private.process(), NAMES[:1]).values()

        assert private.memory.visit(old) is None
        assert private.memory.visit(new) == b"new"

    def test_a_replaced_file_has_a_new_url_at_once_in_every_process_that_shares_the_shelf(
        self, private
    ):
        one, other = private.process(), private.process()
        old = urls(one, NAMES[:1])
        assert urls(other, NAMES[:1]) == old

        one.save(NAMES[0], content(b"new"))

        (new,) = urls(other, NAMES[:1]).values()
        assert private.memory.visit(new) == b"new"
        assert private.memory.visit(old[NAMES[0]]) is None

    def test_a_process_with_a_shelf_of_its_own_is_wrong_for_half_the_lifetime_at_most(
        self, private
    ):
        apart = private.process(shelf=DictShelf(private.time))
        urls(apart, NAMES[:1])
        private.process().save(NAMES[0], content(b"new"))

        (stale,) = urls(apart, NAMES[:1]).values()
        assert private.memory.visit(stale) is None
        private.time.seconds += DAY / 2
        (right,) = urls(apart, NAMES[:1]).values()
        assert private.memory.visit(right) == b"new"

    def test_a_link_that_a_page_asks_for_while_its_file_is_deleted_is_not_kept(self, private):
        service, page = private.process(), private.process()
        delete = private.memory.delete

        def deleting(location):
            assert all("token" in url for url in urls(page, NAMES[:1]).values())
            delete(location)

        private.memory.delete = deleting
        service.delete(NAMES[0])

        assert not any("token" in url for url in urls(page, NAMES[:1]).values())

    def test_a_link_made_while_its_file_is_replaced_is_shown_to_no_other_page(self, private):
        writer = private.process()
        link = private.memory.link

        def linking(location, expires):
            token = link(location, expires)
            if location.file_id == "0.png":
                writer.save(NAMES[0], content(b"new"))
            return token

        private.memory.link = linking
        urls(private.process(), NAMES)
        private.memory.link = link
        private.spent()

        found = urls(private.process(), NAMES)

        assert private.spent() == ["link"]
        assert private.memory.visit(found[NAMES[0]]) == b"new"

    def test_links_of_several_lifetimes_made_at_the_same_moment_are_all_kept(self, private):
        first, second = private.process(), private.process()
        link = private.memory.link

        def linking(*args):
            private.memory.link = link
            urls(second, NAMES[:1], 60)
            return link(*args)

        private.memory.link = linking
        urls(first, NAMES[:1])
        private.spent()

        urls(private.process(), NAMES[:1])
        urls(private.process(), NAMES[:1], 60)
        assert private.spent() == []

    def test_a_short_link_that_is_over_when_the_page_is_done_does_no_harm(self, private):
        link = private.memory.link

        def linking(*args):
            token = link(*args)
            private.time.seconds += 4
            return token

        private.memory.link = linking

        (url,) = urls(private.process(), NAMES[:1], 2).values()

        assert private.memory.visit(url) is None

    def test_a_slow_server_holds_a_page_up_for_some_seconds_only_and_the_next_goes_on(
        self, private, caplog
    ):
        link = private.memory.link

        def linking(*args):
            private.time.seconds += 1
            return link(*args)

        private.memory.link = linking

        with caplog.at_level(logging.WARNING, "cloud_storages"):
            first = urls(private.process(workers=1), NAMES)
        assert [record.message for record in caplog.records] == [
            "45 URLs are without tokens for now: the server is slow"
        ]
        assert [name for name in NAMES if "token" in first[name]] == NAMES[:5]

        service = private.process(workers=1)
        second = urls(service, NAMES)
        assert [second[name] for name in NAMES[:5]] == [first[name] for name in NAMES[:5]]
        assert [name for name in NAMES if "token" in second[name]] == NAMES[:10]
        assert "token" in urls(service, NAMES[10:11])[NAMES[10]]

    @pytest.mark.parametrize("error", [SystemExit, AccessDenied])
    def test_a_page_that_is_ended_half_way_leaves_its_tokens_to_the_next(self, private, error):
        private.store._fails_at, private.store._error = 41, error
        with pytest.raises(error):
            urls(private.process(workers=4), NAMES)
        private.store.recover()
        private.spent()

        urls(private.process(), NAMES)

        assert len(private.spent()) <= 18

    def test_a_missing_file_has_a_plain_url_and_is_not_asked_for_again_at_once(self, private):
        service = private.process()

        (url,) = urls(service, ["docs/missing.png"]).values()
        assert "token" not in url
        assert urls(service, ["docs/missing.png"]) == {"docs/missing.png": url}
        assert private.spent() == ["link"]

        service.save("docs/missing.png", content(b"there now"))
        (url,) = urls(service, ["docs/missing.png"]).values()
        assert private.memory.visit(url) == b"there now"

    def test_a_file_that_another_program_brings_is_seen_within_half_a_minute(self, private):
        service = private.process()
        urls(service, ["docs/later.png"])
        private.process(shelf=DictShelf(private.time)).save("docs/later.png", content(b"late"))

        private.time.seconds += 30

        (url,) = urls(service, ["docs/later.png"]).values()
        assert private.memory.visit(url) == b"late"

    def test_a_page_renders_while_the_server_is_down_and_asks_a_few_times_only(
        self, private, caplog
    ):
        private.store._fails_at = 1
        service = private.process(workers=4)

        with caplog.at_level(logging.WARNING, "cloud_storages"):
            plain = urls(service, NAMES)
            assert urls(service, NAMES) == plain

        assert not any("token" in url for url in plain.values())
        assert 1 <= len(private.spent()) <= 4
        assert [record.message for record in caplog.records] == [
            "URLs are without tokens for now: the server is gone"
        ]

        private.store.recover()
        private.time.seconds += 10
        assert all("token" in url for url in urls(service, NAMES).values())

    def test_an_outage_during_renewal_leaves_the_links_that_are_still_good(self, private):
        first = urls(private.process(), NAMES[:2])
        private.time.seconds += DAY / 2 + 1
        private.store._fails_at = 1
        private.spent()

        again = urls(private.process(), NAMES[:3])

        assert {name: again[name] for name in NAMES[:2]} == first
        assert "token" not in again[NAMES[2]]

    def test_a_version_outlives_tokens_but_not_the_content(self, private):
        def version():
            return private.process().addresses(NAMES[:1])[NAMES[0]].mark.version

        first = version()
        private.time.seconds += DAY / 2 + 1
        assert version() == first
        assert urls(private.process(), NAMES[:1], 60)
        assert version() == first

        private.process().save(NAMES[0], content(b"new"))

        assert int(first, 16) != int(version(), 16)

    @pytest.mark.parametrize("error", [AccessDenied, Misconfigured])
    @pytest.mark.parametrize("count", [1, 50])
    def test_what_stays_wrong_until_it_is_set_right_is_raised_after_few_requests(
        self, private, error, count
    ):
        private.store._fails_at, private.store._error = 1, error

        with pytest.raises(error):
            urls(private.process(workers=4), NAMES[:count])

        assert len(private.spent()) <= 4

    def test_an_address_and_a_service_show_no_token(self, private):
        service = private.process()
        address = service.addresses(NAMES[:1])[NAMES[0]]
        secret = str.__str__(address.mark.token)

        assert len(secret) > 20
        assert secret in address.url()
        assert secret not in f"{address!r} {service!r} {vars(service)!r} {vars(service._links)!r}"

    def test_keys_on_the_shelf_tell_nothing_of_the_files(self, private):
        urls(private.process(), NAMES)

        assert len(set(private.shelf.keys)) == 50
        assert not any("docs" in key or "here" in key for key in private.shelf.keys)
        assert {len(key) for key in private.shelf.keys} == {len("cloud_storages:") + 40}


class TestVersions:
    def test_the_url_of_what_was_stored_here_has_a_version_without_a_request(self, public):
        service = public.process()
        service.save("docs/b.png", content(b"new"))
        public.spent()

        (url,) = urls(service, ["docs/b.png"]).values()

        # The first eight digits of the content's MD5.
        assert ";v=22af645d" in url
        assert public.spent() == []

    def test_the_version_changes_with_the_content_and_with_nothing_else(self, public):
        service = public.process()
        first = urls(service, ["docs/a.png"])
        service.save("docs/a.png", content(b"new"))
        second = urls(service, ["docs/a.png"])
        service.save("docs/a.png", content(b"new"))

        assert versions(first) != versions(second)
        assert urls(service, ["docs/a.png"]) == second
        assert urls(public.process(), ["docs/a.png"]) == second

    def test_what_another_process_replaced_has_its_new_version_at_once(self, public):
        one, other = public.process(), public.process()
        old = urls(other, ["docs/a.png"])

        one.save("docs/a.png", content(b"new"))

        assert versions(urls(other, ["docs/a.png"])) != versions(old)

    def test_a_version_found_while_the_file_is_replaced_is_shown_to_no_other_page(self, public):
        public.time.seconds += 7200
        page, writer = public.process(), public.process()
        find = public.memory.find

        def finding(*args):
            public.memory.find = find
            found = find(*args)
            writer.save("docs/a.png", content(b"new"))
            return found

        public.memory.find = finding
        urls(page, ["docs/a.png"])

        assert versions(urls(public.process(), ["docs/a.png"])) == ["22af645d"]

    def test_a_version_found_while_the_file_is_deleted_is_shown_to_no_other_page(self, public):
        public.time.seconds += 7200
        page, writer = public.process(), public.process()
        find = public.memory.find

        def finding(*args):
            public.memory.find = find
            found = find(*args)
            writer.delete("docs/a.png")
            return found

        public.memory.find = finding
        urls(page, ["docs/a.png"])

        assert ";v=" not in urls(public.process(), ["docs/a.png"])["docs/a.png"]

    def test_what_another_program_replaced_has_its_new_version_within_the_hour(self, public):
        service = public.process()
        old = urls(service, ["docs/a.png"])
        public.process(shelf=DictShelf(public.time)).save("docs/a.png", content(b"new"))

        public.time.seconds += 11
        assert versions(urls(service, ["docs/a.png"])) == versions(old)
        public.time.seconds += 3600
        assert versions(urls(service, ["docs/a.png"])) == ["22af645d"]

    def test_unknown_versions_of_many_files_are_asked_for_with_one_request_per_hundred(
        self, public
    ):
        names = [f"docs/{number}.png" for number in range(150)]
        service = public.process(shelf=DictShelf(public.time))
        for name in names:
            service.save(name, content(name.encode()))
        public.spent()

        found = urls(public.process(), names)

        assert public.shelf.looks == ["get_many", *["get_many", "set_many"] * 2]
        assert public.spent() == ["find", "find"]
        assert all(";v=" in url for url in found.values())
        assert urls(public.process(), names) == found
        assert public.spent() == []

    def test_a_missing_file_has_no_version_and_is_not_asked_for_again_at_once(self, public):
        service = public.process()

        for _ in range(5):
            (url,) = urls(service, ["docs/missing.png"]).values()

        assert ";v=" not in url
        assert public.spent() == ["find"]

    def test_without_an_answer_the_page_renders_with_versions_that_pass(self, public):
        public.store._fails_at = 1
        public.time.seconds += 7200
        service = public.process()

        for name in ("docs/a.png", "docs/b.png", "docs/c.png"):
            (passing,) = versions(urls(service, [name]))
            assert len(bytes.fromhex(passing)) == 4
        assert public.spent() == ["find"]

        public.store.recover()
        public.time.seconds += 10
        # The first eight digits of the content's MD5.
        assert versions(urls(service, ["docs/a.png"])) == ["149603e6"]

    def test_a_version_that_passes_is_the_same_for_an_hour_and_never_again(self, public):
        public.store._fails_at = 1
        public.time.seconds += 7200
        found = []
        for _ in range(48):
            found += versions(urls(public.process(), ["docs/a.png"]))
            public.time.seconds += 1800

        assert found[::2] == found[1::2]
        assert len({each[:6] for each in found}) == 24

    def test_a_key_that_may_not_look_leaves_pages_with_versions_that_pass(self, public):
        public.store._fails_at, public.store._error = 1, AccessDenied
        public.time.seconds += 7200

        (passing,) = versions(urls(public.process(), ["docs/a.png"]))

        assert len(bytes.fromhex(passing)) == 4

    def test_a_deleted_files_url_loses_its_version(self, public):
        service = public.process()
        assert ";v=" in urls(service, ["docs/a.png"])["docs/a.png"]

        service.delete("docs/a.png")

        assert ";v=" not in urls(public.process(), ["docs/a.png"])["docs/a.png"]


def test_finishing_an_interrupted_replacement_makes_old_links_forgotten(private):
    service = private.process()
    urls(service, NAMES[:1])
    private.spent()
    # look, stage, delete; the process ends before it stores the new content in its place
    private.store._fails_at, private.store._error = 4, Unavailable
    with pytest.raises(Unavailable):
        service.save(NAMES[0], content(b"new"))
    private.store.recover()
    other = private.process()
    assert "token" not in urls(other, NAMES[:1])[NAMES[0]]

    assert text(other, NAMES[0]) == b"new"

    (url,) = urls(other, NAMES[:1]).values()
    assert private.memory.visit(url) == b"new"
