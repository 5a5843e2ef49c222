# SPDX-License-Identifier: Apache-2.0
"""examples/python/verify_over_nng.py, as its first lines tell it. Skips itself, with the reason,
where pynng cannot be installed."""
import os
import subprocess
import sys
import tempfile
import unittest
import venv

from cli import NO, OTHER, RECORD, SELFIE, TIMEOUT_S, YES, environment
from service import Service

PROTO = os.environ["FV_PROTO"]
EXAMPLE = os.path.join(os.path.dirname(PROTO), "..", "examples", "python", "verify_over_nng.py")
DIR = tempfile.TemporaryDirectory(prefix="fv-pynng-")


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(77)


def python_with_pynng():
    try:
        import google.protobuf  # pylint: disable=import-outside-toplevel,unused-import
    except ImportError as e:
        skip(f"{e} (Debian: python3-protobuf)")
    try:
        venv.create(DIR.name, with_pip=True, system_site_packages=True)
        python = os.path.join(DIR.name, "bin", "python3")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--retries", "0", "--timeout",
                        "15", "pynng"], check=True, timeout=2 * TIMEOUT_S,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except (OSError, subprocess.SubprocessError) as e:
        output = getattr(e, "stdout", None) or b""
        last = output.decode(errors="replace").strip().splitlines()[-1:]
        skip(f"pynng cannot be installed: {e} {''.join(last)}")
    return python


class Example(unittest.TestCase):
    def test_it_asks_a_running_service(self):
        subprocess.run([os.environ["FV_PROTOC"], f"--python_out={DIR.name}",
                        f"--proto_path={os.path.dirname(PROTO)}", PROTO], check=True,
                       timeout=TIMEOUT_S)
        service = Service()
        self.addCleanup(service.stop)

        def ask(*args):
            return subprocess.run([PYTHON, EXAMPLE, *args], timeout=TIMEOUT_S, check=False,
                                  env=environment(PYTHONPATH=DIR.name), stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        for url in (service.binding, service.ops):
            same = ask(url, SELFIE, RECORD)
            self.assertEqual((same.returncode, same.stdout), (YES, b"Verified: the same person.\n"),
                             same.stderr)
        other = ask(service.binding, OTHER, RECORD)
        self.assertEqual(other.returncode, NO)
        self.assertIn(b"\n- ", other.stdout)
        self.assertIn(b"what to do: ", other.stdout)
        denied = ask(service.binding, os.devnull, os.devnull)  # two empty photographs
        self.assertEqual(denied.returncode, NO)


PYTHON = python_with_pynng()

if __name__ == "__main__":
    unittest.main(verbosity=2)
