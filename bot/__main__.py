"""`python -m bot`."""

import gc
import os
import sys

_RARELY = 1_000_000
"""New objects between two searches for garbage: nearly all that a run makes lives to its end."""
_TURN_SECONDS = 0.0005
"""How long we may compute before a thread with an answer of a registry gets its turn; Python's own 5 ms are an age."""


def main() -> int:
    """Run the command line; the exit code is one of `bot.errors.ExitCode`."""
    gc.set_threshold(_RARELY)
    sys.setswitchinterval(_TURN_SECONDS)
    # Imported here, so that importing this module costs nothing.
    from bot.cli.main import main as run  # noqa: PLC0415 - see above

    return run(sys.argv[1:])


if __name__ == "__main__":
    # Everything is flushed and closed by now; taking the interpreter apart in good order would take a tenth of a run.
    os._exit(main())
