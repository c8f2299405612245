#!/usr/bin/env python3
"""A front end for a node behind a pipe: it carries messages between machines, and lines between clients and the node.

    python3 front.py SERVER PROTOCOL CLUSTER_FILE ID

It starts `SERVER PROTOCOL --config CLUSTER_FILE --id ID --pipe`, listens on the member's `peer` and `client` addresses, and needs Python 3.11
and nothing else. Between fronts a frame is the pipe's own, with the sender's id as its number. What is lost is lost: the node has to live with
that. A member's messages are a contract's frame with a checksum, so the node refuses what a carrier has changed.

Clients speak lines of text, as `nc` does, or frames, as `seatrial client` and `ServiceClient` do: those greet first, and ask for what the
protocol has or for the status. TLS is not spoken here. A cluster has members of one kind: those of `seatrial-server` without `--pipe` greet each
other, and would refuse a front.
"""

import asyncio
import itertools
import signal
import sys
import tomllib
import zlib

MESSAGE, LINE, REQUEST, REFUSED, STATUS = 1, 2, 3, 4, 5

# What clients in frames ask and are told, and the version of their greeting.
ASK_REQUEST, ASK_STATUS = 1, 2
TOLD_ANSWER, TOLD_STATUS, TOLD_REFUSED = 1, 2, 3
GREETING = (1).to_bytes(4, "little")
LIMIT = 80 << 20


def frame(kind: int, number: int, content: bytes) -> bytes:
    """A frame of the pipe: a varint length, a kind, a number, the content."""
    return varint(9 + len(content)) + bytes([kind]) + number.to_bytes(8, "little") + content


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


def seal(content: bytes) -> bytes:
    """The contract's frame: a mark and a version, a length, a checksum, the content."""
    length = len(content).to_bytes(4, "little")
    return b"SFr\x01" + length + zlib.crc32(length + content).to_bytes(4, "little") + content


async def unseal(reader: asyncio.StreamReader, begun: bytes = b"") -> bytes:
    """The content of the next frame, which has begun so. Raises ValueError where it is none."""
    header = begun + await reader.readexactly(12 - len(begun))
    length = int.from_bytes(header[4:8], "little")
    if header[:4] != b"SFr\x01" or length > LIMIT:
        raise ValueError("no frame")
    content = await reader.readexactly(length)
    if zlib.crc32(header[4:8] + content) != int.from_bytes(header[8:], "little"):
        raise ValueError("a frame that was changed")
    return content


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def text(content: str) -> bytes:
    """A text in postcard's form."""
    return varint(len(content.encode())) + content.encode()


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

    def __init__(self, me: int, cluster: str, protocol: str, members: dict[int, dict]) -> None:
        self.me, self.members = me, members
        self.cluster, self.protocol = cluster, protocol
        others = (member for member in members if member != me)
        self.peers = {member: Peer(address(members[member]["peer"])) for member in others}
        self.numbers = itertools.count(1)
        self.waiting: dict[int, asyncio.Future[tuple[int, bytes]]] = {}
        self.node: asyncio.subprocess.Process | None = None

    async def ask(self, kind: int, content: bytes) -> tuple[int, bytes]:
        """What the node answers to this: of which kind, and what."""
        number = next(self.numbers)
        answer = self.waiting[number] = asyncio.get_running_loop().create_future()
        self.tell(kind, number, content)
        return await answer

    def tell(self, kind: int, number: int, content: bytes) -> None:
        self.node.stdin.write(frame(kind, number, content))

    async def hear(self) -> None:
        """What the node says, until it ends."""
        while True:
            try:
                kind, number, content = await read_frame(self.node.stdout)
            except asyncio.IncompleteReadError:
                return
            if kind == MESSAGE and number in self.peers:
                self.peers[number].send(frame(MESSAGE, self.me, content))
            elif kind in (LINE, REQUEST, REFUSED, STATUS):
                answer = self.waiting.pop(number, None)
                if answer is not None and not answer.done():
                    answer.set_result((kind, content))

    async def member(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Another front's connection."""
        try:
            while True:
                kind, sender, content = await read_frame(reader)
                if kind != MESSAGE or sender not in self.peers:
                    break
                self.tell(MESSAGE, sender, content)
                await self.node.stdin.drain()
        except ValueError as error:
            say(f"a member's connection is ended: {error}")
        except (asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            pass  # it has gone, or this front stops
        finally:
            writer.close()

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client: its lines, one after the other, or its frames. No line begins as a frame does: commands are written small."""
        try:
            begun = await reader.read(1)
            if begun == b"S":
                await self.frames(reader, writer)
                return
            line = begun if begun == b"\n" else begun + await reader.readline()
            while line.endswith(b"\n"):
                _, answer = await self.ask(LINE, line.rstrip(b"\r\n"))
                writer.write(answer + b"\n")
                await writer.drain()
                line = await reader.readline()
        except ValueError:
            say("a client's connection is ended: its line does not end")
            writer.write(b"error: a line has at most 65536 bytes\n")
        except (asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            pass  # it has gone, or this front stops
        finally:
            writer.close()

    async def frames(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A client's greeting, then what it asks, with many requests under way."""
        try:
            refusal = self.refusal(await unseal(reader, b"S"))
        except ValueError as error:
            say(f"a client is refused: {error}")
            refusal = b"\x04" + text(str(error))
        if refusal is not None:
            writer.write(seal(GREETING + b"\x01" + refusal))
            return
        writer.write(seal(GREETING + b"\x00" + varint(self.me)))
        asked = set()
        try:
            while True:
                task = asyncio.create_task(self.answer(await unseal(reader), writer))
                asked.add(task)
                task.add_done_callback(asked.discard)
        except ValueError as error:
            say(f"a client's connection is ended: {error}")
        finally:
            for task in asked:
                task.cancel()

    def refusal(self, hello: bytes) -> bytes | None:
        """Why somebody who greets so is refused, if he is: in postcard's form."""
        if hello[:4] != GREETING:
            return b"\x04" + text("it is of another version")
        client = hello[4:]
        if not client.startswith(text(self.cluster)):
            return b"\x00" + text(self.cluster)
        rest = client[len(text(self.cluster)) :]
        if rest == text(self.protocol) + b"\x01" or rest.endswith(b"\x02"):
            return None  # a client of this protocol, or one who only asks for the status
        return b"\x01" + text(self.protocol) if rest.endswith(b"\x01") else b"\x03"

    async def answer(self, content: bytes, writer: asyncio.StreamWriter) -> None:
        """Asks the node what a client in frames asks, and tells it the answer."""
        if len(content) < 9 or content[0] not in (ASK_REQUEST, ASK_STATUS):
            writer.close()
            return
        kind, number, body = content[0], content[1:9], content[9:]
        heard, answer = await self.ask(REQUEST if kind == ASK_REQUEST else STATUS, body)
        told = {REQUEST: TOLD_ANSWER, STATUS: TOLD_STATUS}.get(heard, TOLD_REFUSED)
        writer.write(seal(bytes([told]) + number + answer))
        await writer.drain()

    async def run(self, command: list[str]) -> None:
        pipe = asyncio.subprocess.PIPE
        self.node = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        mine = self.members[self.me]
        await asyncio.start_server(self.member, *address(mine["peer"]))
        await asyncio.start_server(self.client, *address(mine["client"]))
        tasks = [asyncio.create_task(peer.keep()) for peer in self.peers.values()]
        tasks.append(asyncio.create_task(self.hear()))
        stop = asyncio.Event()
        for asked in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(asked, stop.set)
        ended = [asyncio.create_task(self.node.wait()), asyncio.create_task(stop.wait())]
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        self.node.stdin.close()  # the node ends with its input
        await self.node.wait()
        # All that is left waits for the node, or for who speaks to it.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def say(what: str) -> None:
    """Tells the people who run this, beside what the node tells them."""
    print(f"front: {what}", file=sys.stderr, flush=True)


def address(text: str) -> tuple[str, int]:
    host, port = text.rsplit(":", 1)
    return host, int(port)


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    _, server, protocol, file, me = sys.argv
    with open(file, "rb") as opened:
        cluster = tomllib.load(opened)
    members = {member["id"]: member for member in cluster["member"]}
    command = [server, protocol, "--config", file, "--id", me, "--pipe"]
    front = Front(int(me), cluster["cluster"], protocol, members)
    asyncio.run(front.run(command))
    return front.node.returncode


if __name__ == "__main__":
    sys.exit(main())
