"""Signs commits with a key of the team's, as Git does: through gpg or ssh-keygen, with a home of our own.

The key is on disk while one commit is made, in a folder that only we can enter, and never in an argument. It has no
passphrase: nobody could type one. https://git-scm.com/docs/git-commit-tree#Documentation/git-commit-tree.txt--Skey-id
"""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path

from msgspec import Struct

from bot.errors import RepositoryFailed, UsageError
from bot.model.secret import Secret
from bot.repository import surroundings
from bot.repository.runner import GitRunner

VARIABLE = "FLUX_CHART_BOT_SIGNING_KEY"
MEND = (
    f"Give {VARIABLE} a private key without a passphrase, whose public half the account of the token has; the runner"
    " needs gpg or ssh-keygen, and Git 2.34 for SSH"
)

_BEGIN = re.compile(r"-----BEGIN (?P<kind>PGP PRIVATE KEY BLOCK|(?:[A-Z]+ )?PRIVATE KEY)-----\n")
_FINGERPRINT = re.compile(r"^fpr:{9}([0-9A-F]{40,64}):", re.MULTILINE)
_LONGEST_HOME = 107 - len("/S.gpg-agent.browser")
"""Characters of a home of gpg: what its agent listens on has an address of at most 107."""
_NO_QUESTIONS = "batch\nno-tty\npinentry-mode loopback\n"


class KeyKind(Enum):
    """What signs: https://git-scm.com/docs/git-config#Documentation/git-config.txt-gpgformat."""

    OPENPGP = auto()
    SSH = auto()


class SigningKey(Struct, frozen=True):
    """A private key, in the armour that gpg and ssh-keygen write."""

    kind: KeyKind
    armour: Secret

    @classmethod
    def parse(cls, given: Secret) -> "SigningKey":
        """Tell what kind of key it is; line ends and blanks around it do not matter.

        Raises:
            UsageError: It is none.
        """
        text = given.reveal().strip().replace("\r\n", "\n") + "\n"
        found = _BEGIN.match(text)
        if found is None:
            raise UsageError(f"{VARIABLE} holds no private key", f"{MEND}. It begins with -----BEGIN")
        kind = KeyKind.OPENPGP if found["kind"].startswith("PGP") else KeyKind.SSH
        return cls(kind, Secret(text))


class Signer:
    """Makes the surroundings in which `git commit-tree -S` signs; `folder` is ours alone."""

    def __init__(self, key: SigningKey, runner: GitRunner, folder: Path) -> None:
        self._key = key
        self._runner = runner
        self._folder = folder

    @contextlib.contextmanager
    def ready(self) -> Iterator[dict[str, str]]:
        """Variables for one command that signs; the key is gone when the block is left.

        Raises:
            RepositoryFailed: gpg cannot be run, or does not take the key.
        """
        with tempfile.TemporaryDirectory(dir=self._folder, prefix="key-") as place:
            if self._key.kind is KeyKind.SSH:
                file = Path(place) / "key"
                _write(file, self._key.armour.reveal())
                yield surroundings.configured(("gpg.format", "ssh"), ("user.signingKey", str(file)))
                return
            home = {"GNUPGHOME": place}
            try:
                fingerprint = self._imported(Path(place), home)
                yield home | surroundings.configured(("gpg.format", "openpgp"), ("user.signingKey", fingerprint))
            finally:
                # It was started for this home, has the key in memory, and would stay.
                self._runner.attempt("end gpg-agent", "--kill", "all", variables=home, program="gpgconf")

    def _imported(self, place: Path, home: dict[str, str]) -> str:
        if len(str(place)) > _LONGEST_HOME:
            raise RepositoryFailed(f"the path of {place} is too long for gpg", "Set TMPDIR to a shorter one")
        (place / "gpg.conf").write_text(_NO_QUESTIONS)
        key = self._key.armour.reveal().encode()
        self._gpg("--import", stdin=key, home=home)
        listed = self._gpg("--with-colons", "--list-secret-keys", stdin=b"", home=home)
        found = _FINGERPRINT.search(listed)
        if found is None:
            raise RepositoryFailed("gpg found no private key in the signing key", MEND)
        return found[1]

    def _gpg(self, *arguments: str, stdin: bytes, home: dict[str, str]) -> str:
        done = self._runner.attempt("run gpg", *arguments, stdin=stdin, variables=home, program="gpg")
        if done.status:
            raise RepositoryFailed("gpg does not take the signing key", MEND)
        return done.output.decode(errors="replace")


def _write(file: Path, text: str) -> None:
    """A file that is never readable for others, not even while it is made."""
    file.touch(mode=0o600)
    file.write_text(text)
