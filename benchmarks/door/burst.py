"""A burst of objections over loopback: many connections, each of which sends one request after the other."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CREATED = 201


@dataclass
class Burst:
    """What came of a burst: the receipts, as they were given, and how long each request took."""

    receipts: list[bytes] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """Of each request that was acknowledged, from its first byte to the last of its answer."""
    unanswered: int = 0
    """Requests whose connection broke: nothing was promised of them."""
    refused: int = 0
    wall: float = 0.0


def send_burst(url: str, numbers: range, connections: int, amid: Callable[[], None] = lambda: None) -> Burst:
    """Object for each number in a name of its own; returns when all are answered, or the door is gone.

    ``amid`` is called once, when half of the receipts have come.
    """
    return asyncio.run(_send(url, numbers, connections, amid))


async def _send(url: str, numbers: range, connections: int, amid: Callable[[], None]) -> Burst:
    burst, todo, start = Burst(), iter(numbers), time.perf_counter()

    async def converse() -> None:
        async for receipt in _conversation(url, todo, burst):
            burst.receipts.append(receipt)
            if len(burst.receipts) == len(numbers) // 2:
                amid()

    await asyncio.gather(*(converse() for _ in range(connections)))
    burst.wall = time.perf_counter() - start
    return burst


async def _conversation(url: str, todo: Iterator[int], burst: Burst) -> AsyncIterator[bytes]:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        for number in todo:
            body = json.dumps({"type": "handle", "value": f"@burst-{number}"}).encode()
            head = (
                f"POST /api/v1/objections HTTP/1.1\r\nHost: {address.netloc}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            asked = time.perf_counter()
            writer.write(head.encode() + body)
            status, answer = await _answer(reader)
            if status == CREATED:
                burst.seconds.append(time.perf_counter() - asked)
                yield answer
            else:
                burst.refused += 1
    except (asyncio.IncompleteReadError, ConnectionError):
        burst.unanswered += 1
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = next(line for line in lines if line.lower().startswith(b"content-length:"))
    return int(lines[0].split()[1]), await reader.readexactly(int(length.partition(b":")[2]))
