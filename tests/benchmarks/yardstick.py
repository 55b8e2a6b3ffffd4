"""The yardstick: the least that a program in Python does to list the same tags and read the same files.

    python -I yardstick.py <folder> <host:port> <file with a repository a line>

32 keep-alive connections of `http.client`, nothing else. It imports nothing of ours, so that it is measured bare.
"""

import http.client
import json
import os
import sys
import threading
from collections.abc import Iterator

WORKERS = 32


def main(folder: str, netloc: str, listed: str) -> None:
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(parent, name), "rb") as file:  # noqa: PTH118, PTH123 - as bare as it gets
                size += len(file.read())
    with open(listed, encoding="utf-8") as file:  # noqa: PTH123 - as above
        repositories = file.read().split()
    waiting = iter(repositories)
    tags: dict[str, list[str]] = {}
    workers = [threading.Thread(target=_work, args=(netloc, waiting, tags)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(tags) == len(repositories)
    sys.stdout.write(f"{size} bytes, {sum(map(len, tags.values()))} tags\n")


def _work(netloc: str, waiting: Iterator[str], tags: dict[str, list[str]]) -> None:
    connection = http.client.HTTPConnection(netloc)
    for repository in waiting:
        connection.request("GET", f"/v2/{repository}/tags/list?n=1000")
        tags[repository] = json.loads(connection.getresponse().read())["tags"]
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
