"""
``python -m benchmarks.serve.proxies``: the proxies every request of a run goes through.

Reads a command per line, answers each with a line of JSON:

- ``{"open": TARGET, "round_trip": SECONDS, "connection_cost": SECONDS}``: the new proxy's address
- ``{"clear": ADDRESS}``: null; that proxy forgets what it counted
- ``{"traffic": ADDRESS}``: what it counted since
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

from cloud_storages.emulator import Proxy


def main() -> None:
    """Obey until the standard input ends."""
    proxies: dict[str, Proxy] = {}
    with contextlib.ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
        for line in sys.stdin:
            told = json.loads(line)
            if "open" in told:
                answer: Any = _open(stack, proxies, told)
            elif "clear" in told:
                proxies[told["clear"]].traffic.clear()
                answer = None
            else:
                answer = _traffic(proxies[told["traffic"]])
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def _open(stack: contextlib.ExitStack, proxies: dict[str, Proxy], told: dict[str, Any]) -> str:
    proxy = Proxy(
        told["open"], round_trip=told["round_trip"], connection_cost=told["connection_cost"]
    )
    stack.enter_context(proxy)
    proxies[proxy.endpoint] = proxy
    return proxy.endpoint


def _traffic(proxy: Proxy) -> dict[str, int]:
    traffic = proxy.traffic
    return {
        "requests": len(traffic.exchanges),
        "connections": traffic.connections,
        "sent": traffic.received_bytes,
        "received": traffic.sent_bytes,
    }


if __name__ == "__main__":
    main()
