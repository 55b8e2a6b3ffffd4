"""A real registry for tests: CNCF distribution as a process, in memory; and a way to fill any registry."""

import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from bot.demo.charts import MANIFEST_TYPE, PackedChart, SampleChart, digest_of, pack

PROGRAM = "docker-registry"
INSTALL = "apt-get install -y --no-install-recommends docker-registry"

_CONFIGURATION = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage:
  inmemory: {{}}
  delete: {{enabled: true}}
  maintenance: {{uploadpurging: {{enabled: false}}}}
http: {{addr: "127.0.0.1:{port}", secret: loopback-only}}
{auth}"""


def require_docker_registry() -> str:
    """The program's path. Absent: the test is skipped loudly, and fails where CI=true."""
    if found := shutil.which(PROGRAM):
        return found
    message = f"{PROGRAM} is not on PATH: {INSTALL}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def docker_registry(auth: str = "") -> Iterator[str]:
    """Run it for the length of a `with` block; gives `host:port`. `auth` is a piece of its configuration."""
    program = require_docker_registry()
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "config.yml"
        configuration.write_text(_CONFIGURATION.format(port=port, auth=auth))
        process = subprocess.Popen(
            [program, "serve", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(port, process)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


class Pusher:
    """Pushes sample charts by plain HTTP over one connection, in the steps of the specification."""

    def __init__(self, netloc: str) -> None:
        self._connection = http.client.HTTPConnection(netloc, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def push(self, repository: str, chart: SampleChart) -> str:
        """Push one chart version; the digest of its manifest."""
        return self.push_packed(repository, pack(chart))

    def push_packed(self, repository: str, packed: PackedChart, *, tag: str = "") -> str:
        """Push blobs and manifest as they are, under the chart's own tag or another one."""
        for blob in (packed.config, packed.layer):
            self._push_blob(repository, blob)
        where = f"/v2/{repository}/manifests/{tag or packed.tag}"
        self._send("PUT", where, 201, packed.manifest, MANIFEST_TYPE)
        return digest_of(packed.manifest)

    def delete(self, repository: str, digest: str) -> None:
        """Delete a manifest, and with it every tag that points at it."""
        self._send("DELETE", f"/v2/{repository}/manifests/{digest}", 202)

    def _push_blob(self, repository: str, blob: bytes) -> None:
        location = self._send("POST", f"/v2/{repository}/blobs/uploads/", 202)
        path = location[location.index("/v2/") :]
        joint = "&" if "?" in path else "?"
        self._send("PUT", f"{path}{joint}digest={digest_of(blob)}", 201, blob, "application/octet-stream")

    def _send(self, method: str, path: str, status: int, body: bytes = b"", media_type: str = "") -> str:
        headers = {"Content-Type": media_type} if media_type else {}
        self._connection.request(method, path, body=body, headers=headers)
        response = self._connection.getresponse()
        said = response.read()
        assert response.status == status, (method, path, response.status, said[:500])
        return response.headers.get("Location", "")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(500):
        assert process.poll() is None, "docker-registry has ended at once"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("docker-registry does not listen after ten seconds")
