"""`python -m bot`."""

import sys


def main() -> int:
    """Run the command line; the exit code is one of `bot.errors.ExitCode`."""
    # Imported here, so that importing this module costs nothing.
    from bot.cli.main import main as run  # noqa: PLC0415 - see above

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
