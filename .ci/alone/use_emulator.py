"""The extra ``emulator`` alone: a picture goes up by the standard library, a preview comes down."""

import io
import json
import os
import sys
from importlib.util import find_spec
from urllib.request import Request, urlopen

from PIL import Image

assert not any(map(find_spec, ("appwrite", "requests", "tenacity", "hypothesis", "pytest")))

(ENDPOINT,) = sys.argv[1:]
HEADERS = {
    "X-Appwrite-Project": os.environ["APPWRITE_PROJECT_ID"],
    "X-Appwrite-Key": os.environ["APPWRITE_API_KEY"],
}
BOUNDARY = "------------------------0123456789abcdef"


def ask(path, body=None, content_type="application/json"):
    """Return what a request is answered."""
    headers = {**HEADERS, "Content-Type": content_type}
    with urlopen(Request(ENDPOINT + path, body, headers), timeout=30) as answer:  # noqa: S310 - http
        return answer.read()


drawn = io.BytesIO()
Image.new("RGB", (64, 32), "teal").save(drawn, "PNG")
picture = drawn.getvalue()

ask("/storage/buckets", json.dumps({"bucketId": "photos", "name": "photos"}).encode())
form = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="fileId"\r\n\r\nteal\r\n'
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="teal.png"\r\n'
    "Content-Type: image/png\r\n\r\n"
).encode() + picture
told = json.loads(
    ask(
        "/storage/buckets/photos/files",
        form + f"\r\n--{BOUNDARY}--\r\n".encode(),
        f"multipart/form-data; boundary={BOUNDARY}",
    )
)
assert told["sizeOriginal"] == len(picture), told
assert ask("/storage/buckets/photos/files/teal/view") == picture

preview = ask("/storage/buckets/photos/files/teal/preview?width=16&output=png")
assert Image.open(io.BytesIO(preview)).size == (16, 8)
