# SPDX-License-Identifier: Apache-2.0
"""The health pages over real sockets: what they say, and who cannot stop them from saying it."""
import http.client
import math
import os
import random
import re
import resource
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

SERVER = os.environ["FV_OPS_SERVER"]
HOST = "127.0.0.1"


PAD = 12_000_000  # bytes: no pair of sockets holds so much
ASK_METRICS = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"


class Server:
    """The test program, told what to do a line at a time; idle: after how many seconds it hangs up
    on who is silent, 0: as the service does."""

    def __init__(self, url="http://127.0.0.1:0", files=None, idle=0):
        limit = files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)))
        self.stderr = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([SERVER, url, str(idle)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.stderr, text=True,
                                        preexec_fn=limit)
        self.first = self.process.stdout.readline().strip()
        self.port = int(self.first[5:]) if self.first.startswith("port ") else 0

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        while (answer := self.process.stdout.readline().strip()) != "done":
            if not answer:
                raise AssertionError(f"the server died at {line!r}")

    def end(self):
        """What it ended with, and said on the way."""
        self.process.stdin.close()
        self.process.stdout.close()
        rc = self.process.wait(30)
        with self.stderr:
            self.stderr.seek(0)
            return rc, self.stderr.read()

    def connect(self):
        return socket.create_connection((HOST, self.port), timeout=30)

    def ask(self, path, method="GET", headers=None, body=None):
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            reply = connection.getresponse()
            return reply.status, reply.read().decode(), reply.headers
        finally:
            connection.close()

    def say(self, sent):
        """Sends bytes and no more, returns all that comes until the server closes."""
        with self.connect() as s:
            try:
                s.sendall(sent)
                s.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it has hung up already
            return read_all(s)


def read_all(s):
    got = b""
    try:
        while chunk := s.recv(65536):
            got += chunk
    except ConnectionResetError:
        pass
    return got


NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SERIES = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)?\}})? (-?[0-9]+(?:\.[0-9]+)?)")


def parse(text):
    """The text format 0.0.4, more strictly than Prometheus: families in one piece, HELP and TYPE
    once and before them, no series twice. {family: (type, {(name, labels): value})}"""
    if not text.endswith("\n"):
        raise ValueError("the last line does not end")
    families, family, helped = {}, None, set()
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            name, _ = line[7:].split(" ", 1)
            if name in helped or not re.fullmatch(NAME, name):
                raise ValueError(line)
            helped.add(name)
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            if name not in helped or name in families or kind not in ("counter", "gauge", "histogram"):
                raise ValueError(line)
            family = name
            families[name] = (kind, {})
        else:
            series = SERIES.fullmatch(line)
            if not series or family is None:
                raise ValueError(line)
            suffixes = ("_bucket", "_sum", "_count") if families[family][0] == "histogram" else ("",)
            if series[1] not in [family + s for s in suffixes]:
                raise ValueError(f"{line}: not of {family}")
            labels = tuple((m[1], m[2]) for m in re.finditer(LABEL, series[2] or ""))
            key = (series[1], labels)
            if key in families[family][1] or len(dict(labels)) != len(labels):
                raise ValueError(f"twice: {line}")
            families[family][1][key] = float(series[series.lastindex])
    if helped != set(families):
        raise ValueError("HELP without TYPE")
    return families


class Pages(unittest.TestCase):
    def setUp(self):
        self.server = Server()

    def tearDown(self):
        self.assertEqual(self.server.end(), (0, ""))

    def test_health(self):
        status, body, headers = self.server.ask("/healthz")
        self.assertEqual((status, body), (200, "ok\n"))
        self.assertEqual(headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertEqual(headers["Content-Length"], "3")
        self.assertEqual(headers["Connection"], "close")
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.server.tell("dead the queue does not move")
        self.assertEqual(self.server.ask("/healthz")[:2], (503, "the queue does not move\n"))

    def test_readiness_says_why(self):
        self.server.tell("unready self-verification has not ended")
        self.assertEqual(self.server.ask("/readyz")[:2], (503, "self-verification has not ended\n"))
        self.assertEqual(self.server.ask("/healthz")[:1], (200,))
        self.server.tell("unready")
        self.assertEqual(self.server.ask("/readyz")[:2], (503, "not ready\n"))
        self.server.tell("ready")
        self.assertEqual(self.server.ask("/readyz")[:2], (200, "ok\n"))

    def test_head_has_the_headers_only(self):
        for path in ("/healthz", "/readyz", "/metrics", "/nothing"):
            with self.subTest(path):
                got = self.server.say(f"HEAD {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                head, body = got.split(b"\r\n\r\n", 1)
                self.assertEqual(body, b"")
                self.assertRegex(head, rb"Content-Length: [1-9]")

    def test_other_methods_and_pages(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
            status, _, headers = self.server.ask("/metrics", method)
            self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))
        for path in ("/", "/metrics/", "/healthz/../metrics", "/healthzz", "/metric",
                     "/Metrics"):
            self.assertEqual(self.server.ask(path)[0], 404)
        self.assertEqual(self.server.ask("/nothing")[1], "Not Found\n")
        self.assertEqual(self.server.ask("/metrics", "POST")[1], "Method Not Allowed\n")
        self.assertEqual(self.server.ask("/metrics?x=1")[0], 200)

    def test_each_answer_closes(self):
        ask = b"GET /healthz HTTP/%b\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
        for version in (b"1.0", b"1.1"):
            with self.server.connect() as s:
                s.sendall(ask % version * 3)
                start = time.monotonic()
                self.assertEqual(read_all(s).count(b"HTTP/1.1 200 OK\r\n"), 1)
                self.assertLess(time.monotonic() - start, 4)

    def test_a_body_is_not_waited_for(self):
        body = b"x" * 200000
        self.assertEqual(self.server.ask("/metrics", "POST", body=body)[0], 405)
        self.assertEqual(self.server.ask("/healthz", body=body)[0], 200)

    def test_metrics_that_fail(self):
        self.server.tell("break")
        self.assertEqual(self.server.ask("/metrics")[:2], (500, "broken on purpose\n"))
        self.server.tell("break")
        self.assertEqual(self.server.ask("/metrics")[0], 200)

    def test_metrics_are_well_formed(self):
        self.server.tell("count 1000")
        status, text, headers = self.server.ask("/metrics")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        families = parse(text)
        for name, (kind, series) in families.items():
            with self.subTest(name):
                self.assertRegex(name, "^(faceverify|process)_")
                self.assertTrue(series)
                self.assertEqual(kind == "counter", name.endswith("_total"))
                if kind == "histogram":
                    self.check_histogram(name, series)
        requests = families["faceverify_requests_total"][1]
        self.assertEqual(sum(requests.values()), 1000)
        self.assertEqual({dict(k[1])["channel"] for k in requests},
                         {"none", "alipay", "counter", "other"})
        (info, one), = families["faceverify_model_info"][1].items()
        self.assertEqual(dict(info[1])["pack"], r"pack \"one\"\\\n")
        self.assertEqual(one, 1)

    def test_the_manual_has_each_of_them(self):
        """With its type and its labels."""
        self.server.tell("count 1000")
        found = {(name, kind, ", ".join(sorted({label for _, labels in series
                                                for label, _ in labels} - {"le"})))
                 for name, (kind, series) in parse(self.server.ask("/metrics")[1]).items()}
        with open(os.environ["FV_MANUAL"], encoding="utf-8") as f:
            rows = re.findall(rf"(?m)^\| `({NAME})` \| (\w+) \| ([a-z0-9, ]*)\|", f.read())
        told = {(name, kind, ", ".join(sorted(labels.strip().split(", "))))
                for name, kind, labels in rows}
        self.assertEqual(told, found)

    def check_histogram(self, name, series):
        groups = {}
        for (full, labels), value in series.items():
            rest = tuple(pair for pair in labels if pair[0] != "le")
            groups.setdefault(rest, {})[full[len(name):], dict(labels).get("le")] = value
        for values in groups.values():
            buckets = [(math.inf if le == "+Inf" else float(le), n)
                       for (what, le), n in values.items() if what == "_bucket"]
            self.assertEqual([le for le, _ in buckets], sorted({le for le, _ in buckets}))
            counts = [n for _, n in buckets]
            self.assertEqual(counts, sorted(counts))
            self.assertEqual(buckets[-1], (math.inf, values["_count", None]))
            least = sum((n - before) * low for (_, n), before, low in
                        zip(buckets, [0] + counts, [0] + [le for le, _ in buckets]))
            self.assertGreaterEqual(values["_sum", None], least)

    def test_the_sums_are_those_of_what_was_counted(self):
        self.server.tell("count 1000")
        families = parse(self.server.ask("/metrics")[1])
        us = [i * 7919 % 40000000 + 1 for i in range(1000)]
        stages = families["faceverify_stage_duration_seconds"][1]
        key = ("faceverify_stage_duration_seconds_sum", (("stage", "embed"),))
        self.assertAlmostEqual(stages[key], sum(us) / 1e6, places=6)
        bucket = ("faceverify_stage_duration_seconds_bucket", (("stage", "embed"), ("le", "0.25")))
        self.assertEqual(stages[bucket], sum(1 for t in us if t <= 250000))

    def test_scrapes_while_it_counts(self):
        before = 0
        done = threading.Event()

        def count():
            for _ in range(20):
                self.server.tell("count 2000")
            done.set()

        thread = threading.Thread(target=count)
        thread.start()
        while not done.is_set():
            families = parse(self.server.ask("/metrics")[1])
            self.check_histogram("faceverify_queue_wait_seconds",
                                 families["faceverify_queue_wait_seconds"][1])
            n = sum(families["faceverify_requests_total"][1].values())
            self.assertGreaterEqual(n, before)
            before = n
        thread.join()
        self.assertEqual(sum(parse(self.server.ask("/metrics")[1])
                             ["faceverify_requests_total"][1].values()), 40000)


class Faults(unittest.TestCase):
    def setUp(self):
        self.server = Server(idle=60)  # what these see must not be the timeout

    def tearDown(self):
        self.assertEqual(self.server.end(), (0, ""))

    def status_of(self, got):
        return int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/1.1 ") else None

    def healthy_on(self, s):
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        got = read_all(s)
        return self.status_of(got) == 200 and got.endswith(b"\r\n\r\nok\n")

    def files(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def test_garbage(self):
        for sent, status in (
                (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", None),
                (b"\r\n\r\n", None),
                (b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n", 505),
                (b"GET /healthz HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400),
                (b"GET /" + b"a" * 9000, 414),
                (b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 5000, 431)):
            with self.subTest(sent[:30]):
                self.assertEqual(self.status_of(self.server.say(sent)), status)
        generator = random.Random(1)
        for _ in range(200):
            self.server.say(generator.randbytes(generator.randrange(1, 12000)) + b"\x00")
        self.assertEqual(self.server.ask("/healthz")[0], 200)

    def test_a_byte_at_a_time(self):
        with self.server.connect() as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n":
                s.sendall(bytes([byte]))
            self.assertEqual(self.status_of(read_all(s)), 200)

    def test_many_who_say_nothing_do_not_keep_others_out(self):
        silent = [self.server.connect() for _ in range(300)]
        start = time.monotonic()
        for _ in range(20):
            self.assertEqual(self.server.ask("/healthz")[0], 200)
        self.assertLess(time.monotonic() - start, 10)
        self.assertLess(self.files(), 45)
        for s in silent:
            s.close()

    def test_nor_do_those_who_say_little(self):
        """Each sends on, so that none is ever silent."""
        def drip():
            with self.server.connect() as s:
                try:
                    s.sendall(b"GET /healthz HTTP/1.1\r\n")
                    while not stop.wait(0.01):
                        s.sendall(b"X")
                except OSError:
                    pass

        stop = threading.Event()
        threads = [threading.Thread(target=drip) for _ in range(60)]
        for t in threads:
            t.start()
        start = time.monotonic()
        try:
            for _ in range(20):
                self.assertEqual(self.server.ask("/healthz")[0], 200)
            self.assertLess(self.files(), 45)
        finally:
            stop.set()
            for t in threads:
                t.join()
        self.assertLess(time.monotonic() - start, 20)

    def test_the_oldest_makes_room(self):
        first = [self.server.connect() for _ in range(40)]
        for s in first[:9]:
            self.assertEqual(read_all(s), b"")
        for s in reversed(first[9:]):
            self.assertTrue(self.healthy_on(s))
        with self.server.connect() as late:
            self.assertTrue(self.healthy_on(late))
        for s in first:
            s.close()

    def test_who_still_sends_gets_the_whole_reply(self):
        for _ in range(20):
            with self.server.connect() as s:
                s.sendall(b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n")
                try:
                    for _ in range(3):
                        s.sendall(b"abc" * 1000)
                except OSError:
                    pass  # it has hung up already
                got = read_all(s)
                self.assertEqual(self.status_of(got), 405)
                self.assertTrue(got.endswith(b"\r\n\r\nMethod Not Allowed\n"))

    def test_who_does_not_read_costs_nothing(self):
        self.server.tell(f"pad {PAD}")
        with self.server.connect() as s:
            s.sendall(ASK_METRICS)
            for _ in range(5):
                self.assertEqual(self.server.ask("/healthz")[0], 200)
            head, body = read_all(s).split(b"\r\n\r\n", 1)
        self.assertEqual(int(re.search(rb"Content-Length: ([0-9]+)", head)[1]), len(body))
        self.assertGreater(len(body), PAD)

    def test_gone_before_the_answer(self):
        linger = struct.pack("ii", 1, 0)
        for _ in range(200):
            with self.server.connect() as s:
                s.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)  # RST
        for _ in range(200):
            self.server.connect().close()
        self.assertEqual(self.server.ask("/healthz")[0], 200)

    def test_many_at_once(self):
        wrong = []

        def ask():
            for _ in range(20):
                try:
                    if self.server.ask("/metrics")[0] != 200:
                        wrong.append("status")
                except OSError as e:
                    wrong.append(e)

        threads = [threading.Thread(target=ask) for _ in range(16)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])

    def test_restart_on_the_same_port_with_connections_open(self):
        with self.server.connect() as silent, self.server.connect() as half:
            half.sendall(b"GET /metrics HTTP/1.1\r\n")
            self.assertEqual(self.server.ask("/healthz")[0], 200)
            self.server.tell("restart")
            self.assertEqual(read_all(silent), b"")
            self.assertEqual(read_all(half), b"")
        self.assertEqual(self.server.ask("/healthz")[0], 200)

    def test_stop_in_the_middle_of_replies(self):
        self.server.tell(f"pad {PAD}")
        readers = [self.server.connect() for _ in range(5)]
        for s in readers:
            s.sendall(ASK_METRICS)
            self.assertEqual(s.recv(9), b"HTTP/1.1 ")
        start = time.monotonic()
        self.server.tell("quit")
        self.assertLess(time.monotonic() - start, 3)
        for s in readers:
            self.assertLess(len(read_all(s)), PAD)
            s.close()
        with self.assertRaises(OSError):
            self.server.connect()


class Start(unittest.TestCase):
    def fails(self, url, text):
        server = Server(url)
        self.assertIn(text, server.first)
        self.assertEqual(server.end(), (1, ""))

    def test_who_is_silent_is_hung_up_on(self):
        """After the time that the manual tells."""
        server = Server()
        start = time.monotonic()
        with server.connect() as silent, server.connect() as half:
            half.sendall(b"GET /heal")
            self.assertEqual(read_all(silent), b"")
            self.assertEqual(read_all(half), b"")
        self.assertTrue(4 < time.monotonic() - start < 10)
        self.assertEqual(server.ask("/healthz")[0], 200)
        self.assertEqual(server.end(), (0, ""))

    def test_who_does_not_read_is_hung_up_on(self):
        server = Server(idle=1)
        server.tell(f"pad {PAD}")
        files = os.listdir(f"/proc/{server.process.pid}/fd")
        with server.connect() as s:
            s.sendall(ASK_METRICS)
            self.assertEqual(s.recv(9), b"HTTP/1.1 ")
            end = time.monotonic() + 20
            while os.listdir(f"/proc/{server.process.pid}/fd") != files:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.02)
            self.assertLess(len(read_all(s)), PAD)
        self.assertEqual(server.end(), (0, ""))

    def test_urls(self):
        for url in ("", "http://", "https://127.0.0.1:1", "127.0.0.1:1", "http://127.0.0.1",
                    "http://127.0.0.1:", "http://127.0.0.1:65536", "http://127.0.0.1:1x",
                    "http://127.0.0.1:123456", "http://:1", "http://127.0.0.1:1/x", "http://[::1:1",
                    "http://[::1]", "http://127.0.0.1:-1", "http://" + "a" * 64 + ":1"):
            with self.subTest(url):
                self.fails(url, "not http://HOST:PORT")
        self.fails("http://example.invalid:1", "must be a numeric address or localhost")
        self.fails("http://192.0.2.1:0", "cannot listen")  # no address of this machine

    def test_a_port_in_use(self):
        first = Server()
        self.fails(f"http://127.0.0.1:{first.port}", f"port {first.port}: Address already in use")
        self.assertEqual(first.end(), (0, ""))

    def test_localhost_with_a_slash(self):
        server = Server("http://localhost:0/")
        self.assertEqual(server.ask("/healthz")[0], 200)
        self.assertEqual(server.end(), (0, ""))

    def test_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError as e:
            self.skipTest(f"no IPv6 here: {e}")
        server = Server("http://[::1]:0")
        with socket.create_connection(("::1", server.port), timeout=30) as s:
            s.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            self.assertTrue(read_all(s).startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertEqual(server.end(), (0, ""))

    def test_out_of_descriptors_and_back(self):
        """It waits for a free one without using the processor for it."""
        server = Server(files=12, idle=1)
        self.assertTrue(server.port)
        silent = [server.connect() for _ in range(20)]
        before = sum(times_of(server.process.pid))
        start = time.monotonic()
        read_all(silent[0])  # until it is hung up on
        self.assertGreater(time.monotonic() - start, 0.5)
        self.assertLess(sum(times_of(server.process.pid)) - before, 0.2)
        for s in silent:
            s.close()
        self.assertEqual(server.ask("/healthz")[0], 200)
        self.assertEqual(server.end(), (0, ""))

    def test_out_of_descriptors_from_the_first(self):
        """The same where it has no connection that could end; it stops at once all the same."""
        server = Server(files=64, idle=60)
        pid = server.process.pid
        files = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (files, 64))
        with server.connect() as waits:
            before = sum(times_of(pid))
            waits.settimeout(1)
            with self.assertRaises(TimeoutError):
                waits.recv(1)
            self.assertLess(sum(times_of(pid)) - before, 0.2)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (files + 1, 64))
            waits.settimeout(30)
            waits.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertTrue(read_all(waits).startswith(b"HTTP/1.1 200 OK\r\n"))
        with server.connect(), server.connect():
            start = time.monotonic()
            server.tell("quit")
            self.assertLess(time.monotonic() - start, 3)
        self.assertEqual(server.end(), (0, ""))


def times_of(pid):
    """Seconds of processor time, user and system."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return [int(t) / os.sysconf("SC_CLK_TCK") for t in fields[11:13]]


if __name__ == "__main__":
    unittest.main()
