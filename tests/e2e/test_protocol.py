# SPDX-License-Identifier: Apache-2.0
"""docs/protocol.md holds: its layout, its example, its rules, against the real service."""
import glob
import os
import re
import socket
import struct
import sys
import unittest
import uuid

try:
    from google.protobuf import text_format
    from test_json import FACTORY, FILE, POOL
except (ImportError, SystemExit) as e:
    print(f"SKIPPED: {e} (Debian: python3-protobuf)")
    sys.exit(77)

from cli import OTHER, RECORD, SELFIE
from service import Service
from sp import GREETING, PEER, Closed, Req

WIRE = os.path.join(os.environ["FV_DATA"], "wire")
PAGE = os.path.join(os.path.dirname(os.environ["FV_PROTO"]), "..", "docs", "protocol.md")
Request = FACTORY.GetPrototype(POOL.FindMessageTypeByName("faceverify.Request"))
Reply = FACTORY.GetPrototype(POOL.FindMessageTypeByName("faceverify.Reply"))
STATUS = POOL.FindEnumTypeByName("faceverify.Status").values_by_number

SERVICE = None
TCP = None


def setUpModule():
    global SERVICE, TCP  # pylint: disable=global-statement
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        TCP = f"tcp://127.0.0.1:{s.getsockname()[1]}"
    SERVICE = Service("limits.image_bytes=400000", "service.message_bytes=1000000",
                      listen=("--listen", TCP))


def tearDownModule():
    assert SERVICE.stop() == 0


def read(path):
    with open(path, "rb") as f:
        return f.read()


def verify_request(selfie=SELFIE, **fields):
    r = Request(request_id=str(uuid.uuid4()), locale="en", **fields)
    r.verify.selfie = read(selfie)
    r.verify.record_photo = read(RECORD)
    return r


class Files(unittest.TestCase):
    def test_each_is_what_its_text_says(self):
        names = sorted(glob.glob(os.path.join(WIRE, "*.bin")))
        self.assertGreater(len(names), 10)
        for name in names:
            kind = Request if os.path.basename(name).startswith("request_") else Reply
            message = kind.FromString(read(name))
            text = text_format.Parse(read(name[:-3] + "txtpb").decode(), kind())
            self.assertEqual(message, text, name)
            self.assertEqual(message.SerializeToString(deterministic=True), read(name), name)


class Page(unittest.TestCase):
    def setUp(self):
        self.page = read(PAGE).decode()

    def test_the_exchange_is_the_files(self):
        said = {"caller": b"", "service": b""}
        for who, octets in re.findall(r"^(caller|service) +((?:[0-9a-f]{2} )+)", self.page, re.M):
            said[who] += bytes.fromhex(octets)
        for who, greeting, name in (("caller", GREETING, "request_info"),
                                    ("service", PEER, "reply_busy")):
            body = read(os.path.join(WIRE, f"{name}.bin"))
            self.assertEqual(said[who][:8], greeting)
            self.assertEqual(said[who][8:16], struct.pack(">Q", 4 + len(body)))
            self.assertEqual(said[who][16:20], bytes.fromhex("80000001"))
            self.assertEqual(said[who][20:], body)

    def test_every_field_and_status_is_told(self):
        for field in POOL.FindMessageTypeByName("faceverify.Request").fields:
            self.assertIn(f"`{field.name}`", self.page)
        for value in FILE.enum_type[0].value:
            self.assertIn(f"| `{value.name}` |", self.page)


class Exchange(unittest.TestCase):
    def ask(self, request, url=None, req=None):
        req = req or Req(url or SERVICE.ops)
        self.addCleanup(req.close)
        body = request if isinstance(request, bytes) else request.SerializeToString()
        return Reply.FromString(req.ask(body))

    def status(self, reply):
        return STATUS[reply.status].name

    def test_info_over_every_transport(self):
        for url in (SERVICE.ops, SERVICE.binding, TCP):
            reply = self.ask(read(os.path.join(WIRE, "request_info.bin")), url)
            self.assertEqual((reply.request_id, self.status(reply)), ("i", "OK"))
            self.assertEqual(reply.info.image_bytes_max, 400000)
            self.assertEqual(reply.info.message_bytes_max, 1000000)
            self.assertIn("zheliban", reply.info.channels)

    def test_verify(self):
        reply = self.ask(verify_request(channel="alipay"), TCP)
        self.assertEqual(self.status(reply), "OK")
        self.assertEqual(reply.verify.decision, 1)
        self.assertFalse(reply.verify.HasField("scores"))
        self.assertFalse(reply.verify.selfie.HasField("yaw_deg"))
        self.assertTrue(self.ask(verify_request()).verify.HasField("scores"))

    def test_several_on_one_connection(self):
        req = Req(SERVICE.ops)
        self.addCleanup(req.close)
        sent = {}
        for i in range(5):
            r = Request(request_id=f"n-{i}")
            r.info.SetInParent()
            sent[req.send(r.SerializeToString())] = r.request_id
        for _ in range(5):
            number, body = req.receive()
            self.assertEqual(Reply.FromString(body).request_id, sent.pop(number))

    def test_the_same_again(self):
        request = verify_request(OTHER)
        first = self.ask(request)
        request.deadline_ms = 20000  # is not part of what is asked
        again = self.ask(request)
        self.assertEqual((first.replayed, again.replayed), (False, True))
        self.assertEqual(again.verify, first.verify)
        request.locale = "zh-CN"
        other = self.ask(request)
        self.assertEqual(self.status(other), "REQUEST_ID_REUSED")
        self.assertFalse(other.HasField("verify"))
        self.assertEqual(self.status(self.ask(request, SERVICE.binding)), "OK")

    def test_the_same_on_two_connections_at_once(self):
        body = verify_request().SerializeToString()
        reqs = [Req(SERVICE.ops), Req(SERVICE.ops)]
        for req in reqs:
            self.addCleanup(req.close)
            req.send(body)
        replies = [Reply.FromString(req.receive()[1]) for req in reqs]
        self.assertEqual(replies[0].verify, replies[1].verify)

    def test_what_is_wrong_is_named(self):
        for change, field in ((lambda r: r.ClearField("request_id"), "request_id"),
                              (lambda r: setattr(r, "request_id", "a b"), "request_id"),
                              (lambda r: setattr(r, "locale", "fr"), "locale"),
                              (lambda r: setattr(r, "channel", "fax"), "channel"),
                              (lambda r: setattr(r, "subject_ref", "x" * 129), "subject_ref"),
                              (lambda r: setattr(r.verify, "birth_date", "soon"), "birth_date"),
                              (lambda r: r.verify.ClearField("selfie"), "selfie"),
                              (lambda r: r.ClearField("operation"), "operation")):
            request = verify_request()
            change(request)
            reply = self.ask(request)
            self.assertEqual((self.status(reply), reply.field), ("INVALID_REQUEST", field))
            self.assertTrue(reply.message)
        reply = self.ask(b"not a message")
        self.assertEqual((self.status(reply), reply.field), ("INVALID_REQUEST", "request"))

    def test_an_empty_photograph_is_answered(self):
        request = verify_request()
        request.verify.selfie = b""
        reply = self.ask(request)
        self.assertEqual(self.status(reply), "OK")
        self.assertEqual(reply.verify.reasons[0].code, "IMAGE_EMPTY")

    def test_sizes(self):
        request = verify_request()
        request.verify.selfie = bytes(400001)
        reply = self.ask(request)
        self.assertEqual((self.status(reply), reply.field), ("TOO_LARGE", "selfie"))
        request.verify.selfie = bytes(1000001)
        with self.assertRaises(Closed):
            self.ask(request)

    def test_not_for_binding_services(self):
        request = Request(request_id="m")
        request.match.selfie = read(SELFIE)
        request.match.record_photo = read(RECORD)
        self.assertEqual(self.status(self.ask(request, SERVICE.binding)), "PERMISSION_DENIED")
        self.assertEqual(self.ask(request).match.decision, 1)

    def test_what_is_no_message_closes(self):
        for message in (b"", b"\x80\x00\x00"):
            for url in (SERVICE.ops, TCP):
                req = Req(url)
                self.addCleanup(req.close)
                req.socket.sendall(req.frame(message))
                with self.assertRaises(Closed):
                    req.receive()
        for greeting in (b"GET / HT", bytes.fromhex("0053500000310000")):
            s = socket.socket()
            self.addCleanup(s.close)
            host, _, port = TCP[6:].rpartition(":")
            s.settimeout(30)
            s.connect((host, int(port)))
            s.sendall(greeting + bytes(64))
            got = b""
            try:
                while more := s.recv(100):
                    got += more
            except ConnectionError:
                pass
            self.assertIn(got, (b"", PEER))
        self.test_info_over_every_transport()


if __name__ == "__main__":
    unittest.main(verbosity=2)
