"""Stands between a client and a server of this machine: with TLS, as a proxy, or as a line that breaks."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Forwarder:
    """Passes bytes on to a port of this machine.

    Attributes:
        port: Where it listens.
        asked: Targets of CONNECT, where it is a proxy.
    """

    def __init__(
        self, target: int, *, tls: ssl.SSLContext | None = None, proxy: bool = False, most: int | None = None
    ) -> None:
        """Starts listening.

        Args:
            target: Port to pass on to.
            tls: Speak TLS to the client.
            proxy: Wait for a CONNECT first.
            most: Break each connection after so many bytes of answer.
        """
        self._target, self._tls, self._proxy, self._most = target, tls, proxy, most
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.asked: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Stops listening."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            if self._proxy:
                self._connect(client)
            side = self._tls.wrap_socket(client, server_side=True) if self._tls else client
            with side, socket.create_connection(("127.0.0.1", self._target)) as server:
                threading.Thread(target=_pump, args=[side, server, None], daemon=True).start()
                _pump(server, side, self._most)

    def _connect(self, client: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        self.asked.append(head.split()[1].decode())
        client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")


def _pump(source: socket.socket, target: socket.socket, most: int | None) -> None:
    passed = 0
    with contextlib.suppress(OSError):
        while data := source.recv(65536 if most is None else max(1, min(65536, most - passed))):
            target.sendall(data)
            passed += len(data)
            if most is not None and passed >= most:
                break
        target.shutdown(socket.SHUT_WR if most is None else socket.SHUT_RDWR)


@contextlib.contextmanager
def forwarding(
    target: int, *, tls: ssl.SSLContext | None = None, proxy: bool = False, most: int | None = None
) -> Iterator[Forwarder]:
    """A forwarder that stops with the block."""
    forwarder = Forwarder(target, tls=tls, proxy=proxy, most=most)
    try:
        yield forwarder
    finally:
        forwarder.stop()


def certificate(folder: Path, *names: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate that signed itself for these names and 127.0.0.1: its file, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    now = dt.datetime.now(dt.UTC)
    every = [*(x509.DNSName(name) for name in names), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(every), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority, private = folder / "authority.pem", folder / "key.pem"
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority, private)
    return authority, context
