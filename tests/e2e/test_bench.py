# SPDX-License-Identifier: Apache-2.0
"""Load in the program's own process, with few requests."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest
import xml.etree.ElementTree

from cli import (FAULT, OTHER, PROGRAM, RECORD, SELFIE, TIMEOUT_S, USAGE, YES, Case,
                 environment, one_document, run)
from service import Service

PERCENTILES = ("min_us", "p50_us", "p90_us", "p95_us", "p99_us", "p99_9_us", "max_us")


class Measured(Case):
    def measure(self, *args):
        result = run("bench", "--json", "--warmup", "0", *args)
        self.assertEqual((result.returncode, result.stderr), (YES, b""))
        report = one_document(result.stdout)
        self.assertEqual(report["sent"], report["answered"] + report["busy"] + report["errors"])
        self.assertEqual(report["answered"], report["latency"]["count"])
        operations = report["operations"].values()
        self.assertEqual(report["answered"], sum(o["latency"]["count"] for o in operations))
        self.assertEqual(report["answered"], sum(sum(o["answers"].values()) for o in operations))
        for latency in [report["latency"]] + [o["latency"] for o in operations]:
            values = [latency[p] for p in PERCENTILES]
            self.assertEqual(values, sorted(values))
            self.assertLessEqual(latency["min_us"], latency["mean_us"])
            self.assertLessEqual(latency["mean_us"], latency["max_us"])
        return report


class Bench(Measured):
    def test_closed_loop(self):
        report = self.measure("--requests", "8", "--concurrency", "2", SELFIE, RECORD)
        self.assertEqual((report["sent"], report["answered"], report["late"]), (8, 8, 0))
        self.assertEqual(report["operations"]["verify"]["answers"], {"PASS": 8})
        self.assertEqual(report["statuses"], {"OK": 8})
        self.assertEqual(report["target"], "in process")
        self.assertEqual((report["plan"]["loop"], report["plan"]["concurrency"]), ("closed", 2))
        self.assertAlmostEqual(report["answered_per_s"], 8e6 / report["elapsed_us"], places=3)
        # two callers cannot have waited longer than twice the time that passed
        self.assertLessEqual(report["latency"]["mean_us"] * 8, 2 * report["elapsed_us"])
        process = report["process"]
        self.assertGreater(process["resident_max_bytes"], 20 << 20)
        self.assertGreaterEqual(process["resident_max_bytes"], process["resident_first_bytes"])
        self.assertLess(0, process["cpu_cores"])
        self.assertEqual(len(report["versions"]["pack_sha256"]), 64)

    def test_open_loop_with_a_mix(self):
        report = self.measure("--rate", "8", "--duration", "1", "--concurrency", "3", "--mix",
                              "verify:1,match:1,quality:1,liveness:1", SELFIE, RECORD)
        self.assertEqual(report["sent"], 8)
        self.assertEqual({k: sum(v["answers"].values()) for k, v in report["operations"].items()},
                         {"verify": 2, "match": 2, "quality": 2, "liveness": 2})
        self.assertEqual(report["plan"]["arrivals"], "constant")
        self.assertGreaterEqual(report["elapsed_us"], 875000)  # the last is sent then

    def test_overload_is_charged_to_those_who_wait(self):
        """Far more than can be done: each waits for all before it."""
        report = self.measure("--rate", "10000", "--requests", "12", "--concurrency", "1", SELFIE,
                              RECORD)
        self.assertEqual(report["answered"], 12)
        self.assertGreater(report["latency"]["max_us"], 0.95 * report["elapsed_us"])
        self.assertGreater(report["latency"]["max_us"], 5 * report["latency"]["min_us"])
        self.assertGreaterEqual(report["late"], 10)

    def test_pairs_in_turn(self):
        pairs = self.file("pairs.csv", f"same,path_a,path_b\n1,{SELFIE},{RECORD}\n"
                                       f"0,{os.path.basename(SELFIE)},other.jpg\n")
        os.symlink(SELFIE, self.path(os.path.basename(SELFIE)))
        os.symlink(OTHER, self.path("other.jpg"))
        report = self.measure("--requests", "6", "--pairs", pairs)
        answers = report["operations"]["verify"]["answers"]
        self.assertEqual(answers["PASS"], 3)
        self.assertEqual(sum(answers.values()), 6)
        self.assertEqual(report["work"]["pairs"], 2)

    def test_table_and_plot(self):
        svg = self.path("latency.svg")
        result = run("bench", "--warmup", "0.1", "--requests", "5", "--plot", svg, SELFIE, RECORD)
        self.assertEqual((result.returncode, result.stderr), (YES, b""))
        text = result.stdout.decode()
        for part in ("Closed loop,", "in process", "0.1 s of warm-up", "p99.9", "PASS", "BUSY",
                     "errors", "processors", "resident memory"):
            self.assertIn(part, text)
        self.assertRegex(text, r"(?m)^  sent +5$")
        self.assertLess(max(map(len, text.splitlines())), 100)
        root = xml.etree.ElementTree.parse(svg).getroot()
        words = " ".join(root.itertext())
        self.assertIn("5 answers: closed loop", words)
        self.assertIn("p99.9", words)


class Refused(Case):
    def test_command_lines_that_cannot_be(self):
        for field, text, args in (
                ("command_line", "two photographs", ()),
                ("command_line", "two photographs", (SELFIE,)),
                ("command_line", "more than two", (SELFIE, RECORD, OTHER)),
                ("command_line", "not both", ("--pairs", "x.csv", SELFIE, RECORD)),
                ("concurrency", "1 or more", ("--concurrency", "0", SELFIE, RECORD)),
                ("concurrency", "at most 1024", ("--concurrency", "1025", SELFIE, RECORD)),
                ("concurrency", "whole number", ("--concurrency", "1.5", SELFIE, RECORD)),
                ("rate", "0.01 or more", ("--rate", "0", SELFIE, RECORD)),
                ("rate", "at most 1000000", ("--rate", "1e3", SELFIE, RECORD)),
                ("rate", "at most 1000000", ("--rate", "1000001", SELFIE, RECORD)),
                ("rate", "must be a number", ("--rate", "", SELFIE, RECORD)),
                ("arrivals", "known: constant, poisson", ("--arrivals", "x", SELFIE, RECORD)),
                ("arrivals", "give --rate", ("--arrivals", "poisson", SELFIE, RECORD)),
                ("duration", "more than 0", ("--duration", "0", SELFIE, RECORD)),
                ("duration", "at most 86400", ("--duration", "86401", SELFIE, RECORD)),
                ("requests", "1 or more", ("--requests", "0", SELFIE, RECORD)),
                ("warmup", "must be a number", ("--warmup", "-1", SELFIE, RECORD)),
                ("mix", "verify:8", ("--mix", "verify", SELFIE, RECORD)),
                ("deadline_ms", "at most 600000", ("--deadline-ms", "600001", SELFIE, RECORD)),
                ("server_pid", "1 or more", ("--server-pid", "0", SELFIE, RECORD)),
                ("server_pid", "give --url", ("--server-pid", "1", SELFIE, RECORD)),
                ("url", "certificates", ("--tls-ca", "x", SELFIE, RECORD)),
                ("url", "its own settings", ("--url", "ipc://x", "--models", "x", SELFIE, RECORD)),
                ("url", "ipc://", ("--url", "http://x", SELFIE, RECORD)),
                ("selfie", "cannot be read", ("none", RECORD)),
                ("record_photo", "cannot be read", (SELFIE, "none")),
                ("channel", "channel", ("--channel", "fax", SELFIE, RECORD))):
            with self.subTest(args=args):
                self.refused(USAGE, field, [text], "bench", *args)

    def test_pairs_that_cannot_be(self):
        good = f"path_a,path_b\n{SELFIE},{RECORD}\n"
        for content, text in (("path_a\nx\n", "no column path_b"), ("path_a,path_b\n", "no pair"),
                              (good + f"{SELFIE},none.jpg\n", "cannot be read")):
            with self.subTest(content=content):
                result = run("bench", "--pairs", self.file("pairs.csv", content))
                self.assert_tells(result, USAGE, text)
        self.assert_tells(run("bench", "--pairs", self.path("none.csv")), USAGE, "No such file")

    def test_without_gnuplot_it_does_not_begin(self):
        svg = self.path("latency.svg")
        result = run("bench", "--duration", "60", "--plot", svg, SELFIE, RECORD,
                     env=environment(PATH="/nowhere"))
        self.assert_tells(result, FAULT, "gnuplot", "gnuplot-nox")
        self.assertFalse(os.path.exists(svg))

    def test_a_plot_that_cannot_be_written(self):
        result = run("bench", "--warmup", "0", "--requests", "2", "--plot", "/nowhere/x.svg",
                     SELFIE, RECORD)
        self.assertEqual(result.returncode, USAGE)
        self.assertIn(b"plot: cannot be written", result.stderr)
        self.assertIn(b"answered", result.stdout)  # the figures are not lost

    def test_no_service_there(self):
        self.assert_tells(run("bench", "--url", f"ipc://{self.path('s')}", SELFIE, RECORD), FAULT,
                          self.path("s"))


class OfService(Measured):
    """A running service: one worker, room for two more."""

    def setUp(self):
        super().setUp()
        self.service = Service("service.queue=2")
        self.addCleanup(self.service.stop)

    def test_closed_loop(self):
        report = self.measure("--url", self.service.ops, "--requests", "8", "--concurrency", "2",
                              "--mix", "verify:1,match:1,quality:1,liveness:1", SELFIE, RECORD)
        self.assertEqual((report["sent"], report["answered"]), (8, 8))
        self.assertEqual({k: v["answers"] for k, v in report["operations"].items()},
                         {"verify": {"PASS": 2}, "match": {"PASS": 2}, "quality": {"USABLE": 2},
                          "liveness": {"LIVE": 2}})
        self.assertEqual(report["replayed"], 0)
        self.assertEqual(report["target"], self.service.ops)
        self.assertEqual(report["process"]["pid"], self.service.process.pid)
        local = one_document(run("models", "--json").stdout)
        self.assertEqual(report["versions"]["pack_sha256"], local["pack_sha256"])

    def test_beyond_capacity_each_request_has_one_reply(self):
        report = self.measure("--url", self.service.ops, "--rate", "400", "--arrivals", "poisson",
                              "--duration", "1.5", "--deadline-ms", "30000", "--server-pid",
                              str(os.getpid()), SELFIE, RECORD)
        self.assertGreater(report["sent"], 450)
        self.assertEqual(report["sent"], report["answered"] + report["busy"])
        self.assertGreater(report["answered"], 0)
        self.assertGreater(report["busy"], report["answered"])
        self.assertEqual(report["busy"], report["busy_latency"]["count"])
        self.assertEqual(report["process"]["pid"], os.getpid())

    def test_what_a_role_may_not_ask_is_told_at_once(self):
        result = run("bench", "--url", self.service.binding, "--mix", "match:1", "--duration", "60",
                     SELFIE, RECORD)
        self.assert_tells(result, USAGE, "PERMISSION_DENIED")


class Terminal(Case):
    """Standard error is a terminal."""

    def watch(self, *args, until=None):
        """Runs; sends SIGINT once what fits `until` is on the terminal."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
        p = subprocess.Popen([PROGRAM, "bench", *args], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=slave, env=environment())
        os.close(slave)
        self.addCleanup(os.close, master)
        self.addCleanup(p.kill)
        shown = b""
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            if not select.select([master], [], [], 1)[0]:
                continue
            try:
                shown += os.read(master, 4096)
            except OSError:  # the other end is closed
                break
            if until is not None and re.search(until, shown):
                p.send_signal(signal.SIGINT)
                until = None
        out = p.communicate(timeout=TIMEOUT_S)[0]
        return p.returncode, out, shown

    def test_a_line_tells_how_far_it_is(self):
        code, out, shown = self.watch("--json", "--warmup", "0.3", "--requests", "5", SELFIE,
                                      RECORD)
        self.assertEqual(code, YES)
        one_document(out)
        self.assertIn(b"\rwarm-up, 0 of 0 s", shown)
        self.assertIn(b"5 answered, ", shown)
        self.assertTrue(shown.endswith(b"\r\n"), shown[-20:])

    def test_interrupted_it_tells_what_it_has(self):
        for args in ((), ("--rate", "3")):
            begun = time.monotonic()
            code, out, shown = self.watch("--json", "--warmup", "0", "--duration", "600", *args,
                                          SELFIE, RECORD, until=rb": ([2-9]|[1-9]\d+) answered")
            self.assertEqual(code, YES, shown)
            report = one_document(out)
            self.assertTrue(report["interrupted"])
            self.assertGreaterEqual(report["answered"], 2)
            self.assertEqual(report["sent"], report["answered"])
            self.assertLess(time.monotonic() - begun, TIMEOUT_S)

    def test_interrupted_before_anything_was_answered(self):
        code, out, shown = self.watch("--warmup", "600", SELFIE, RECORD, until=rb"warm-up, [1-9]\d* of")
        self.assertEqual(code, FAULT)
        self.assertIn(b"nothing was answered", shown)


if __name__ == "__main__":
    unittest.main(verbosity=2)
