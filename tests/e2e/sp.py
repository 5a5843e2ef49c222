# SPDX-License-Identifier: Apache-2.0
"""docs/protocol.md by hand: a REQ socket of Scalability Protocols over plain sockets."""
import socket
import struct

GREETING = bytes.fromhex("00 53 50 00 00 30 00 00")
PEER = bytes.fromhex("00 53 50 00 00 31 00 00")


class Closed(Exception):
    """The service closed the connection."""


class Req:
    def __init__(self, url, timeout_s=30):
        scheme, _, address = url.partition("://")
        if scheme == "ipc":
            self.prefix = b"\x01"
            self.socket = socket.socket(socket.AF_UNIX)
        else:
            self.prefix = b""
            self.socket = socket.socket(socket.AF_INET)
        self.socket.settimeout(timeout_s)
        if scheme == "ipc":
            self.socket.connect(address)
        else:
            host, _, port = address.rpartition(":")
            self.socket.connect((host, int(port)))
        self.socket.sendall(GREETING)
        assert self.exactly(8) == PEER
        self.number = 0x80000000

    def close(self):
        self.socket.close()

    def exactly(self, n):
        data = b""
        while len(data) < n:
            try:
                more = self.socket.recv(n - len(data))
            except ConnectionError as e:
                raise Closed from e
            if not more:
                raise Closed
            data += more
        return data

    def frame(self, message):
        """In front of `message`, what the transport wants, and `message`."""
        return self.prefix + struct.pack(">Q", len(message)) + message

    def send(self, body):
        """@return the number that the reply will bear"""
        self.number += 1
        header = struct.pack(">I", self.number)
        try:
            self.socket.sendall(self.frame(header + body))
        except ConnectionError as e:
            raise Closed from e
        return header

    def receive(self):
        """@return number, body"""
        assert self.exactly(len(self.prefix)) == self.prefix
        (length,) = struct.unpack(">Q", self.exactly(8))
        message = self.exactly(length)
        return message[:4], message[4:]

    def ask(self, body):
        header = self.send(body)
        number, reply = self.receive()
        assert number == header
        return reply
