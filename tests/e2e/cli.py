# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command line share. The program is always a real process."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["FV_CLI"]
DATA = os.environ["FV_DATA"]
MODELS = os.environ["FV_MODELS"]
CROP = os.environ["FV_CROP"]

SELFIE = os.path.join(DATA, "selfie_obama.jpg")
RECORD = os.path.join(DATA, "record_obama.jpg")
OTHER = os.path.join(DATA, "other_biden.jpg")

YES, NO, USAGE, FAULT = 0, 1, 2, 3
TIMEOUT_S = 300  # of one command, on a machine that has much else to do

GOOD_ID = "11010519491231002X"
BAD_ID = "110105194912310021"


def environment(**more):
    """Ours without a locale: the tests say which."""
    env = {k: v for k, v in os.environ.items() if k != "LANG" and not k.startswith("LC_")}
    env.update(more)
    return env


def run(*args, **kwargs):
    """Runs the program; kwargs go to subprocess.run. Standard input is empty unless given."""
    if "input" not in kwargs:
        kwargs.setdefault("stdin", subprocess.DEVNULL)
    kwargs.setdefault("env", environment())
    kwargs.setdefault("stdout", subprocess.PIPE)
    kwargs.setdefault("stderr", subprocess.PIPE)
    return subprocess.run([PROGRAM, *args], timeout=TIMEOUT_S, check=False, **kwargs)


def one_document(data):
    """The one JSON document that `data` is: no second one, no key twice."""
    def pairs(items):
        keys = [k for k, _ in items]
        assert len(keys) == len(set(keys)), f"a key twice in {keys}"
        return dict(items)
    return json.loads(data.decode("utf-8"), object_pairs_hook=pairs)


def documents(data):
    """All JSON documents, one after the other."""
    decoder = json.JSONDecoder()
    text = data.decode("utf-8")
    found = []
    while text.strip():
        document, end = decoder.raw_decode(text.lstrip())
        text = text.lstrip()[end:]
        found.append(document)
    return found


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="fv-e2e-")
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def file(self, name, content):
        path = self.path(name)
        with open(path, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        return path

    def crop(self, source, name, *box):
        path = self.path(name)
        subprocess.run([CROP, source, path, *map(str, box)], check=True, timeout=TIMEOUT_S)
        return path

    def assert_tells(self, result, code, *parts):
        """Exit code, nothing on standard output, one line on standard error that has the parts."""
        err = result.stderr.decode("utf-8")
        self.assertEqual(result.returncode, code, err)
        self.assertEqual(result.stdout, b"")
        self.assertEqual(len(err.splitlines()), 1, err)
        for part in parts:
            self.assertIn(part, err)

    def refused(self, code, field, parts, *args, status="INVALID_REQUEST", **kwargs):
        """`args` are refused, as text and with --json: same exit code, same cause."""
        self.assert_tells(run(*args, **kwargs), code, *parts)
        result = run(args[0], "--json", *args[1:], **kwargs)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)
        reply = one_document(result.stdout)
        self.assertEqual(reply["status"], status)
        self.assertEqual(reply.get("field", ""), field)
        self.assertLessEqual(set(reply), {"status", "field", "message", "versions"})
        self.assertIn(reply["message"], result.stderr.decode("utf-8"))
        return reply
