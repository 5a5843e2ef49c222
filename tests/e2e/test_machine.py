# SPDX-License-Identifier: Apache-2.0
"""What is not the user's doing: a damaged pack, nowhere to write, signals, and what must stay
secret meanwhile."""
import fcntl
import hashlib
import os
import shutil
import signal
import struct
import subprocess
import termios
import time
import unittest

from cli import (BAD_ID, FAULT, GOOD_ID, MODELS, OTHER, PROGRAM, RECORD, SELFIE, TIMEOUT_S, USAGE,
                 YES, Case, environment, one_document, run)

COMMANDS = (["verify", SELFIE, RECORD], ["verify", "--json", SELFIE, RECORD],
            ["match", SELFIE, OTHER], ["quality", SELFIE], ["quality", "--json", SELFIE, RECORD],
            ["liveness", SELFIE, RECORD], ["liveness", "--json", SELFIE],
            ["bench", "--warmup", "0", "--requests", "1", SELFIE, RECORD],
            ["bench", "--warmup", "0", "--requests", "1", "--json", SELFIE, RECORD],
            ["models"], ["models", "--json"], ["config"], ["--help"], ["--version"],
            ["verify", "--help"], ["verify", "--json", "none", "none"])


class Pack(Case):
    def setUp(self):
        super().setUp()
        self.models = self.path("models")
        shutil.copytree(MODELS, self.models)

    def spoil(self, name, change):
        path = os.path.join(self.models, name)
        with open(path, "rb") as f:
            content = bytearray(f.read())
        before = hashlib.sha256(content).hexdigest()
        content = change(content)
        with open(path, "wb") as f:
            f.write(content)
        return before, hashlib.sha256(content).hexdigest()

    def refuses(self, *parts):
        self.refused(FAULT, "", parts, "verify", "--models", self.models, SELFIE, RECORD,
                     status="INTERNAL")
        self.refused(FAULT, "", parts, "models", "--models", self.models, status="INTERNAL")

    def test_one_bit_in_a_network_is_found_and_both_hashes_are_told(self):
        def flip(content):
            content[len(content) // 2] ^= 1
            return content
        name = "embed_mobilefacenet512.onnx"
        before, after = self.spoil(name, flip)
        self.refuses(name, before, after, "--models")

    def test_a_network_that_is_empty_or_gone(self):
        name = "detect_rfb320.onnx"
        self.spoil(name, lambda content: bytearray())
        self.refuses(name, "empty")
        os.remove(os.path.join(self.models, name))
        self.refuses(name, "No such file")

    def test_a_pack_that_is_no_pack(self):
        self.spoil("pack.json", lambda content: content[:100])
        self.refuses("pack.json:")
        os.remove(os.path.join(self.models, "pack.json"))
        self.refuses("pack.json", "No such file")


class Output(Case):
    def test_a_full_disk_is_a_fault_with_a_message(self):
        for args in COMMANDS:
            with self.subTest(args=args), open("/dev/full", "wb") as full:
                result = run(*args, stdout=full)
                self.assertEqual(result.returncode, FAULT)
                self.assertIn(b"could not be written: No space left on device", result.stderr)

    def test_a_closed_standard_output_is_a_fault_with_a_message(self):
        for args in COMMANDS:
            with self.subTest(args=args):
                result = run(*args, preexec_fn=lambda: os.close(1))
                self.assertEqual(result.returncode, FAULT)
                self.assertIn(b"could not be written", result.stderr)

    def test_a_reader_that_has_gone_is_a_fault_with_a_message(self):
        for args in COMMANDS:
            with self.subTest(args=args):
                r, w = os.pipe()
                os.close(r)
                try:
                    result = run(*args, stdout=w)
                finally:
                    os.close(w)
                self.assertEqual(result.returncode, FAULT)
                self.assertIn(b"could not be written: Broken pipe", result.stderr)

    def test_nothing_open_at_all_still_answers_by_the_exit_code(self):
        def close_all():
            for fd in range(3):
                os.close(fd)
        self.assertEqual(run("verify", SELFIE, OTHER, preexec_fn=close_all).returncode, FAULT)
        self.assertEqual(run("verify", SELFIE, preexec_fn=close_all).returncode, USAGE)

    def test_no_file_is_written_to_in_place_of_a_closed_stream(self):
        copies = [shutil.copy(p, self.dir) for p in (SELFIE, RECORD)]
        before = [open(p, "rb").read() for p in copies]
        def close_output():
            os.close(1)
            os.close(2)
        run("verify", *copies, preexec_fn=close_output)
        self.assertEqual([open(p, "rb").read() for p in copies], before)

    def test_nothing_is_left_behind(self):
        result = run("verify", SELFIE, RECORD, cwd=self.dir, env=environment(TMPDIR=self.dir))
        self.assertEqual(result.returncode, YES)
        self.assertEqual(os.listdir(self.dir), [])


class Held(Case):
    """A process held where it waits for standard input."""

    def hold(self, *args):
        """Returns once the process has read from standard input, so all before `-` was parsed."""
        p = subprocess.Popen([PROGRAM, "verify", *args, "--id-number", "-", SELFIE, RECORD],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=environment(), bufsize=0)
        def end():
            p.kill()
            p.communicate()
        self.addCleanup(end)
        p.stdin.write(b"1")
        until = time.monotonic() + TIMEOUT_S
        while self.unread(p.stdin):
            self.assertIsNone(p.poll())
            self.assertLess(time.monotonic(), until)
            os.sched_yield()
        return p

    @staticmethod
    def unread(pipe):
        return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]

    def test_an_id_number_is_not_in_the_command_line_for_others_to_see(self):
        for args in (["--id-number", GOOD_ID], [f"--id-number={GOOD_ID}"], [f"--id={GOOD_ID}"]):
            with self.subTest(args=args):
                p = self.hold(*args)
                with open(f"/proc/{p.pid}/cmdline", "rb") as f:
                    line = f.read()
                self.assertIn(b"--id", line)
                self.assertIn(os.fsencode(SELFIE), line)
                self.assertNotIn(GOOD_ID[:6].encode(), line)
                self.assertNotIn(GOOD_ID[6:14].encode(), line)

    def test_ctrl_c_ends_it_as_a_signal_does(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            p = self.hold()
            p.send_signal(number)
            out, _ = p.communicate(timeout=TIMEOUT_S)
            self.assertEqual((p.returncode, out), (-number, b""))

    def test_ctrl_c_during_work(self):
        p = subprocess.Popen([PROGRAM, "verify", SELFIE, RECORD], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=environment())
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=TIMEOUT_S)
        self.assertEqual((p.returncode, out, err), (-signal.SIGINT, b"", b""))


class Secret(Case):
    def test_an_id_number_comes_out_nowhere(self):
        bad_config = self.file("bad.yaml", "x: 1\n")
        for number in (GOOD_ID, BAD_ID, "110105491231002"):
            for args, code in (
                    (["--id-number", number, SELFIE, RECORD], None),
                    (["--id-number", number, "--details", SELFIE, OTHER], None),
                    (["--id-number", number], USAGE),
                    (["--id-number", number, "none", "none"], USAGE),
                    (["--id-number", number, SELFIE, RECORD, OTHER], USAGE),
                    (["--id-number", number, "--birth-date", "2001-01-01", SELFIE, RECORD], USAGE),
                    (["--id-number", number, "--channel", "fax", SELFIE, RECORD], USAGE),
                    (["--id-number", number, "--config", bad_config, SELFIE, RECORD], USAGE),
                    (["--id-number", number, "--models", "none", SELFIE, RECORD], FAULT),
                    ([f"--id-numbr={number}", SELFIE, RECORD], USAGE),
                    ([f"--json={number}", SELFIE, RECORD], USAGE),
                    ([f"-{number}", SELFIE, RECORD], USAGE),
                    (["--birth-date", number, SELFIE, RECORD], USAGE),
                    (["--channel", number, SELFIE, RECORD], USAGE),
                    (["--locale", number, SELFIE, RECORD], USAGE),
                    (["--deadline-ms", number + "X", SELFIE, RECORD], USAGE),
                    (["--id-number", SELFIE, number, RECORD], USAGE),
                    ([number, SELFIE, RECORD], USAGE),
                    ([SELFIE, number], USAGE)):
                for json in ([], ["--json"]):
                    with self.subTest(args=args, json=json):
                        result = run("verify", *json, *args)
                        if code is not None:
                            self.assertEqual(result.returncode, code, result.stderr)
                        self.assertNotIn(number[4:].encode(), result.stdout + result.stderr)
                        if json:
                            one_document(result.stdout)
        result = run(GOOD_ID)
        self.assertNotIn(GOOD_ID.encode(), result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
