"""
An emulator of Appwrite Storage that answers on the wire as a server would.

In a program::

    with Emulator(project="demo", key="secret") as emulator:
        ...  # talk to emulator.endpoint

or on its own, ``python -m cloud_storages.emulator --project demo --key SECRET``. It stands in for
Appwrite 1.9.6 with MariaDB and a local storage device, or for another release: buckets, files with
chunked uploads, ranges and previews, permissions, file tokens, queries, health. It shares no code
with the rest of this package, so that it shares no mistake with what it checks, and it needs the
extra ``emulator``.

`NOT_ENFORCED` says what it does not do.

A `Proxy` before an emulator, or before any other HTTP server, adds latency, counts what moves, and
disturbs it as an emulator does: `Fault` says how.
"""

try:
    from cloud_storages.emulator.running import Emulator
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"{error.name} is missing: install django-cloud-storages[emulator]", name=error.name
    ) from error
from cloud_storages.emulator.faults import Fault
from cloud_storages.emulator.proxy import Proxy
from cloud_storages.emulator.traffic import Exchange, Traffic, WireTraffic

NOT_ENFORCED = """\
what it does not do:
  - rate limits: the X-RateLimit headers are there, the limits are not
  - users, sessions, teams and JWTs: a caller is an API key or a guest; one project
  - TLS, and checking of origins beyond a comparison of host names
  - encryption at rest: sizes are those of encrypted files, the bytes on disk are plain
  - antivirus, unless switched on, and then for the EICAR test content only
  - zstd compression: frames are valid, their content is stored as it is
  - the exact bytes of previews, of the HTML error page and of placeholders; HEIC is not rendered
  - formats: the MIME types of what web sites store; rarer ones are application/octet-stream
  - full-text relevance, regular expressions as MariaDB has them, MongoDB's and PostgreSQL's
    matching of text
  - hourly statistics (totalSize is 0), events, functions, webhooks, usage, the console
  - what a server does under load: short whole-file answers above 20 MB, workers that die, kept
    connections that close, races of simultaneous creators, uploads that wait too long for their
    turn; a test injects such faults instead
Scope errors name the application user of the installation the recorded exchanges come from.
"""

__all__ = [
    "NOT_ENFORCED",
    "Emulator",
    "Exchange",
    "Fault",
    "Proxy",
    "Traffic",
    "WireTraffic",
]
