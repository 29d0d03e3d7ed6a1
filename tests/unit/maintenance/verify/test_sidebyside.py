"""Threads that work for the length of a run."""

import threading

import pytest
from django.db import connections

from cloud_storages.maintenance.inventory.sidebyside import Workers


def test_each_thing_is_done_by_one_of_a_few_threads_however_often_they_are_given_some():
    threads = set()

    def work(number):
        threads.add(threading.get_ident())
        return number

    with Workers(3) as workers:
        done = [sorted(workers.side_by_side(work, range(50))) for _ in range(4)]

    assert done == [list(range(50))] * 4
    assert len(threads) <= 3


def test_every_thread_closes_its_connections(tenant):
    together, opened = threading.Barrier(3, timeout=30), []

    def work(_):
        connections[tenant].ensure_connection()
        opened.append(connections[tenant])
        together.wait()

    with Workers(3) as workers:
        list(workers.side_by_side(work, range(3)))
        assert len({id(each) for each in opened}) == 3

    assert [each.connection for each in opened] == [None] * 3


def test_what_fails_is_raised_and_what_was_not_begun_is_not_done():
    begun = []

    def work(number):
        begun.append(number)
        raise ValueError(number)

    with Workers(2) as workers, pytest.raises(ValueError, match=r"^[0-7]$"):
        list(workers.side_by_side(work, range(1000)))

    assert len(begun) < 20
