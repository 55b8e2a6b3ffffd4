"""Runs one program and says what it took; a process of its own, and a small one.

    python -I -S launcher.py <file for its output> <program> <arguments>

Prints exit code, seconds on the wall, seconds of processor, and kilobytes at the peak. Linux counts the size of the
process that forks into the peak of its child, so whoever measures must be smaller than what is measured.
"""

import os
import sys
import time


def main(output: str, *command: str) -> None:
    started = time.perf_counter()
    process = os.fork()
    if not process:
        told = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(told, 1)
        os.dup2(told, 2)
        os.execv(command[0], command)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    sys.stdout.write(f"{code} {wall} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
