# SPDX-License-Identifier: Apache-2.0
"""--url: a running service gives the same answers, texts and exit codes as the process itself."""
import re
import unittest

from cli import FAULT, MODELS, NO, OTHER, RECORD, SELFIE, USAGE, YES, Case, documents, run
from service import Service
from test_request import born

SERVICE = None


def setUpModule():
    global SERVICE  # pylint: disable=global-statement
    SERVICE = Service("limits.image_bytes=3000000")


def tearDownModule():
    assert SERVICE.stop() == 0


def without_times(document):
    return {k: v for k, v in document.items() if k != "timings"}


class Url(Case):
    def both(self, command, *args, **kwargs):
        """In process, and by the service."""
        local = run(command, "--models", MODELS, *args, **kwargs)
        remote = run(command, "--url", SERVICE.ops, *args, **kwargs)
        return local, remote

    def same(self, command, *args, code=None, **kwargs):
        local, remote = self.both(command, "--json", *args, **kwargs)
        self.assertEqual(remote.returncode, local.returncode, remote.stderr)
        if code is not None:
            self.assertEqual(remote.returncode, code)
        self.assertEqual([without_times(d) for d in documents(remote.stdout)],
                         [without_times(d) for d in documents(local.stdout)])
        self.assertEqual(remote.stderr, local.stderr)
        local, remote = self.both(command, *args, **kwargs)
        self.assertEqual(remote.stdout, local.stdout)
        self.assertEqual(remote.returncode, local.returncode)

    def test_the_same_answers(self):
        with open(SELFIE, "rb") as f:
            half = self.file("half.jpg", f.read()[:100000])
        empty = self.file("empty.jpg", b"")
        self.same("verify", SELFIE, RECORD, code=YES)
        self.same("verify", "--locale", "zh-CN", "--channel", "zheliban", SELFIE, OTHER, code=NO)
        self.same("verify", "--channel", "counter", SELFIE, OTHER, code=NO)
        self.same("verify", half, RECORD, code=NO)
        self.same("verify", empty, RECORD, code=NO)
        self.same("verify", "--birth-date", born(9), code=YES)
        self.same("verify", "--id-number", "-", SELFIE, RECORD, input=b"11010519491231002X\n",
                  code=YES)
        self.same("match", SELFIE, RECORD, code=YES)
        self.same("liveness", SELFIE, half, code=NO)
        self.same("quality", SELFIE, half, code=NO)
        self.same("quality", "--as", "record", RECORD, code=YES)

    def test_the_same_refusals(self):
        self.same("verify", "--birth-date", "2001-02-30", SELFIE, RECORD, code=USAGE)
        self.same("verify", "--channel", "fax", SELFIE, RECORD, code=USAGE)
        self.same("verify", "--id-number", "110105194912310021", SELFIE, RECORD, code=USAGE)

    def test_details_are_told_to_operations_alone(self):
        local, remote = self.both("verify", "--details", SELFIE, RECORD)
        times = re.compile(rb"[0-9.]+ ms .*\Z", re.S)
        self.assertEqual(times.sub(b"", remote.stdout), times.sub(b"", local.stdout))
        self.assertIn(b"similarity", remote.stdout)
        binding = run("verify", "--details", "--url", SERVICE.binding, SELFIE, RECORD)
        self.assertEqual(binding.returncode, YES)
        self.assertIn(b"Details", binding.stdout)
        for word in (b"similarity", b"liveness:", b"yaw", b"nan"):
            self.assertNotIn(word, binding.stdout)
        binding = run("liveness", "--details", "--url", SERVICE.binding, SELFIE)
        self.assertNotIn(b"from", binding.stdout)
        binding = run("quality", "--json", "--url", SERVICE.binding, SELFIE)
        self.assertTrue(documents(binding.stdout)[0]["measures"])
        self.assertNotRegex(binding.stdout, b'"(value|limit|score|min|max|advise_min|yaw_deg)"')

    def test_what_the_service_says_is_told(self):
        self.refused(FAULT, "match", ["PERMISSION_DENIED"], "match", "--url", SERVICE.binding, SELFIE,
                     RECORD, status="PERMISSION_DENIED")
        large = self.file("large.jpg", b"\xff\xd8\xff" + bytes(3000001))
        reply = self.refused(USAGE, "selfie", ["selfie", "3000000"], "verify", "--url",
                             SERVICE.ops, large, RECORD, status="TOO_LARGE")
        self.assertEqual(reply["versions"]["service"],
                         run("--version").stdout.split()[1].decode())
        for command in ("quality", "liveness"):
            result = run(command, "--json", "--url", SERVICE.ops, large, SELFIE)
            first, second = documents(result.stdout)
            self.assertEqual(result.returncode, USAGE)
            self.assertEqual(first["status"], "TOO_LARGE")
            self.assertTrue(first["image"].endswith("large.jpg"))
            self.assertEqual(second["status"], "OK")

    def test_nobody_there(self):
        url = f"ipc://{self.path('none')}"
        reply = self.refused(FAULT, "", ["no connection", url], "verify", "--url", url, SELFIE,
                             RECORD, status="INTERNAL")
        self.assertNotIn("versions", reply)

    def test_what_does_not_go_together(self):
        url = SERVICE.ops
        for args in (["--config", "x"], ["--set", "a.b=1"], ["--models", MODELS]):
            self.refused(USAGE, "url", ["its own settings"], "verify", "--url", url, *args, SELFIE,
                         RECORD)
        self.refused(USAGE, "url", ["certificates"], "verify", "--tls-ca", "x", SELFIE, RECORD)
        self.refused(USAGE, "overlay", ["--url"], "quality", "--url", url, "--overlay", "x.png",
                     SELFIE)
        for wrong in ("", "http://x:1", "ipc:/x"):
            self.refused(USAGE, "url", ["must begin with"], "match", "--url", wrong, SELFIE, RECORD)
        self.refused(USAGE, "tls_ca_file", ["needed"], "match", "--url", "tls+tcp://x:1", SELFIE,
                     RECORD)


if __name__ == "__main__":
    unittest.main(verbosity=2)
