# SPDX-License-Identifier: Apache-2.0
"""The systemd unit: systemd knows every line of it, and calls it well shut."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

UNIT = os.environ["FV_UNIT_FILE"]
MOST_EXPOSED = 2.0  # systemd's scale: 0 = shut, 10 = open


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", "--no-pager", *arguments], capture_output=True,
                          text=True, timeout=60, check=False,
                          env=os.environ | {"LC_ALL": "C", "SYSTEMD_LOG_LEVEL": "warning"})


class Unit(unittest.TestCase):
    def setUp(self):
        with open(UNIT, encoding="utf-8") as f:
            self.text = f.read()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = os.path.join(folder.name, "faceverify.service")

    def write(self, change=lambda text: text):
        # The program need not be installed here, nor the manual page of a target.
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", self.text)
        text = re.sub(r"(?m)^Documentation=.*\n", "", text)
        with open(self.copy, "w", encoding="utf-8") as f:
            f.write(change(text))
        os.chmod(self.copy, 0o644)  # systemd warns of one that others may write, whatever the umask

    def test_systemd_knows_every_line(self):
        self.write()
        done = analyze("verify", "--recursive-errors=no", self.copy)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.write(lambda text: text.replace("ProtectClock=", "ProtectClocks="))
        self.assertIn("ProtectClocks", analyze("verify", "--recursive-errors=no", self.copy).stderr)

    def exposure(self):
        done = analyze("security", "--offline=true", self.copy)
        found = re.search(r"Overall exposure level for faceverify.service: ([0-9.]+)", done.stdout)
        self.assertTrue(found, done.stdout + done.stderr)
        return float(found[1])

    def test_it_is_well_shut(self):
        self.write()
        score = self.exposure()
        print(f"exposure {score}, at most {MOST_EXPOSED}", file=sys.stderr)
        self.assertLessEqual(score, MOST_EXPOSED)
        self.write(lambda text: re.sub("(?m)^(SystemCallFilter|Capab|Restrict).*\n", "", text))
        self.assertGreater(self.exposure(), MOST_EXPOSED)

    def test_no_placeholder_is_left(self):
        self.assertNotRegex(self.text, "@[A-Z_]+@")
        self.assertRegex(self.text, r"(?m)^ExecStart=/\S+/faceverify serve --config /etc/")


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze is not installed", file=sys.stderr)
        sys.exit(77)
    unittest.main()
