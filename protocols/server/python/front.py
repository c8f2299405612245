#!/usr/bin/env python3
"""A front end for a node behind a pipe: it carries messages between machines, and lines between clients and the node.

    python3 front.py SERVER PROTOCOL CLUSTER_FILE ID

It starts `SERVER PROTOCOL --config CLUSTER_FILE --id ID --pipe`, listens on the member's `peer` and `client` addresses, and needs Python 3.11
and nothing else. Between fronts a frame is the pipe's own, with the sender's id as its number. What is lost is lost: the node has to live with
that. A member's messages are a contract's frame with a checksum, so the node refuses what a carrier has changed.

What it serves is lines of text, as `nc` speaks them. `seatrial client` and the Rust clients speak frames with a greeting, which this front
does not carry: they are told so and give up at once. A cluster has members of one kind: those of `seatrial-server` without `--pipe` greet each
other and would refuse a front.
"""

import asyncio
import itertools
import signal
import sys
import tomllib

MESSAGE, LINE, REQUEST, REFUSED = 1, 2, 3, 4
LIMIT = 80 << 20


def frame(kind: int, number: int, content: bytes) -> bytes:
    """A frame of the pipe: a varint length, a kind, a number, the content."""
    length, prefix = 9 + len(content), bytearray()
    while length >= 0x80:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + bytes([kind]) + number.to_bytes(8, "little") + content


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    """The next frame. Raises IncompleteReadError at the end, ValueError where it is none."""
    length = 0
    for place in range(5):
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    if not 9 <= length <= LIMIT:
        raise ValueError(f"a frame of {length} bytes")
    whole = await reader.readexactly(length)
    return whole[0], int.from_bytes(whole[1:9], "little"), whole[9:]


class Peer:
    """The connection to one other member, made again when it ends. Messages are dropped while there is none."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.writer: asyncio.StreamWriter | None = None

    def send(self, data: bytes) -> None:
        if self.writer is not None and self.writer.transport.get_write_buffer_size() < 16 << 20:
            self.writer.write(data)

    async def keep(self) -> None:
        while True:
            try:
                reader, self.writer = await asyncio.open_connection(*self.address)
                await reader.read(1)  # it says nothing, and ends when the other side does
            except OSError:
                pass
            if self.writer is not None:
                self.writer.close()
                self.writer = None
            await asyncio.sleep(0.1)


class Front:
    """One member: its node behind a pipe, its peers, its clients."""

    def __init__(self, me: int, members: dict[int, dict]) -> None:
        self.me, self.members = me, members
        others = (member for member in members if member != me)
        self.peers = {member: Peer(address(members[member]["peer"])) for member in others}
        self.numbers = itertools.count(1)
        self.waiting: dict[int, asyncio.Future[bytes]] = {}
        self.node: asyncio.subprocess.Process | None = None

    def tell(self, kind: int, number: int, content: bytes) -> None:
        self.node.stdin.write(frame(kind, number, content))

    async def hear(self) -> None:
        """What the node says, until it ends."""
        while True:
            kind, number, content = await read_frame(self.node.stdout)
            if kind == MESSAGE and number in self.peers:
                self.peers[number].send(frame(MESSAGE, self.me, content))
            elif kind in (LINE, REFUSED):
                answer = self.waiting.pop(number, None)
                if answer is not None and not answer.done():
                    answer.set_result(content)

    async def member(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Another front's connection."""
        try:
            while True:
                kind, sender, content = await read_frame(reader)
                if kind != MESSAGE or sender not in self.peers:
                    break
                self.tell(MESSAGE, sender, content)
                await self.node.stdin.drain()
        except (asyncio.IncompleteReadError, ValueError, OSError):
            pass
        writer.close()

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client's lines, one after the other."""
        try:
            while (line := await self.line(reader, writer)).endswith(b"\n"):
                number = next(self.numbers)
                answer = self.waiting[number] = asyncio.get_running_loop().create_future()
                self.tell(LINE, number, line.rstrip(b"\r\n"))
                writer.write(await answer + b"\n")
                await writer.drain()
        except (ValueError, OSError):
            pass
        writer.close()

    async def line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """The next line; nothing where the client is none that speaks lines."""
        first = await reader.read(1)
        if first != b"S":
            return first if first == b"\n" else first + await reader.readline()
        writer.write(b"error: this front serves lines of text only, and no frames\n")
        return b""

    async def run(self, command: list[str]) -> None:
        pipe = asyncio.subprocess.PIPE
        self.node = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        mine = self.members[self.me]
        await asyncio.start_server(self.member, *address(mine["peer"]))
        await asyncio.start_server(self.client, *address(mine["client"]))
        tasks = [asyncio.create_task(peer.keep()) for peer in self.peers.values()]
        tasks.append(asyncio.create_task(self.hear()))
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        ended = [asyncio.create_task(self.node.wait()), asyncio.create_task(stop.wait())]
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        self.node.stdin.close()  # the node ends with its input
        await self.node.wait()
        for task in tasks + ended:
            task.cancel()


def address(text: str) -> tuple[str, int]:
    host, port = text.rsplit(":", 1)
    return host, int(port)


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    _, server, protocol, file, me = sys.argv
    with open(file, "rb") as opened:
        members = {member["id"]: member for member in tomllib.load(opened)["member"]}
    command = [server, protocol, "--config", file, "--id", me, "--pipe"]
    front = Front(int(me), members)
    asyncio.run(front.run(command))
    return front.node.returncode


if __name__ == "__main__":
    sys.exit(main())
