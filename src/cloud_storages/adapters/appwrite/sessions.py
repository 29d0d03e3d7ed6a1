"""One session for each process: connections are reused, and never shared across a fork."""

from __future__ import annotations

import http.cookiejar
import os

import requests
from requests.adapters import HTTPAdapter

__all__ = ["Sessions"]


class Sessions:
    """
    Makes a process's session when it is first asked for.

    Args:
        endpoint: what the session is for; proxies and certificates that the environment names
            are looked up once, and passwords in a ``.netrc`` are never sent.
        pool_size: connections kept open for reuse.

    """

    def __init__(self, endpoint: str, pool_size: int) -> None:
        self._endpoint = endpoint
        self._pool_size = pool_size
        self._by_process: dict[int, requests.Session] = {}

    def session(self) -> requests.Session:
        """Return this process's session; any of its threads may use it."""
        process = os.getpid()
        found = self._by_process.get(process)
        # No lock is taken, since a fork could leave it locked for ever.
        return found or self._by_process.setdefault(process, self._made())

    def _made(self) -> requests.Session:
        session = requests.Session()
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=self._pool_size, max_retries=0)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        # Otherwise requests reads the environment, and two files, before every request.
        told = session.merge_environment_settings(self._endpoint, {}, None, None, None)
        session.proxies.update(told["proxies"])
        session.verify = told["verify"]
        session.trust_env = False
        return session
