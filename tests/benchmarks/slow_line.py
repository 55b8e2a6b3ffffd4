"""A line with a delay, as a process of its own so that it takes no time from those who are measured.

    python -I slow_line.py <port to pass on to> <milliseconds of a round trip> <file for the requests>

Prints the port it listens on. Every answer arrives late; the head of every request becomes a line of the file.
"""

import asyncio
import sys
from pathlib import Path


async def main(target: int, delay: float, log: Path) -> None:
    kept: set[asyncio.Task[None]] = set()  # asyncio itself keeps no task alive
    with log.open("w", encoding="ascii", buffering=1) as requests:

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection("127.0.0.1", target)
            late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
            for answer in (_listen(there, late, delay), _deliver(writer, late)):
                task = asyncio.create_task(answer)
                kept.add(task)
                task.add_done_callback(kept.discard)
            while data := await reader.read(65536):
                for head in data.decode("latin-1").split("\r\n\r\n")[:-1]:
                    requests.write(head.partition("\r\n")[0] + "\n")
                back.write(data)
            back.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await server.serve_forever()


async def _listen(reader: asyncio.StreamReader, late: "asyncio.Queue[tuple[float, bytes]]", delay: float) -> None:
    while True:
        data = await reader.read(65536)
        late.put_nowait((asyncio.get_running_loop().time() + delay, data))
        if not data:
            return


async def _deliver(writer: asyncio.StreamWriter, late: "asyncio.Queue[tuple[float, bytes]]") -> None:
    while True:
        due, data = await late.get()
        await asyncio.sleep(due - asyncio.get_running_loop().time())
        if not data:
            writer.close()
            return
        writer.write(data)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]) / 1000, Path(sys.argv[3])))
