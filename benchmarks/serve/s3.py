"""
``python -m benchmarks.serve.s3``: moto, which emulates S3, on a server that keeps connections.

Moto's own server closes the connection after every answer, which S3 does not; counted that way,
every rival of this package would look slow.
"""

from __future__ import annotations

import threading

from cheroot.wsgi import Server
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from benchmarks.serve.lifetime import announce, wait

_THREADS = 16
_IDLE_SECONDS = 60


def main() -> None:
    """Serve until the standard input ends."""
    application = DomainDispatcherApplication(create_backend_app)
    server = Server(("127.0.0.1", 0), application, numthreads=_THREADS, max=_THREADS)
    server.timeout = _IDLE_SECONDS
    server.shutdown_timeout = 1
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    announce(f"http://127.0.0.1:{server.bind_addr[1]}")
    wait()
    server.stop()
    thread.join()


if __name__ == "__main__":
    main()
