"""A clock that goes on when it is told to."""

import datetime as dt

import attrs


@attrs.define
class Clock:
    """The server's clock, years behind this machine's."""

    now: dt.datetime = dt.datetime(2011, 5, 5, 12, 0, tzinfo=dt.timezone.utc)

    def __call__(self):
        return self.now

    def let_pass(self, **time):
        self.now += dt.timedelta(**time)
