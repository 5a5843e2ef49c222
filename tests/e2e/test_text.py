# SPDX-License-Identifier: Apache-2.0
"""The answer for people, as a whole, in both languages. After a wanted change of a text:
FV_GOLDEN=write tests/e2e/test_text.py (through ctest's environment), and read the difference."""
import os
import unicodedata
import unittest

from cli import NO, OTHER, RECORD, SELFIE, YES, Case, run
from test_request import born

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")


class Text(Case):
    def check(self, name, code, *args):
        for locale in ("en", "zh-CN"):
            with self.subTest(locale=locale):
                result = run("verify", "--locale", locale, *args)
                self.assertEqual((result.returncode, result.stderr), (code, b""))
                text = result.stdout.decode("utf-8")
                path = os.path.join(GOLDEN, f"{name}.{locale}.txt")
                if os.environ.get("FV_GOLDEN") == "write":
                    with open(path, "w", encoding="utf-8") as f:
                        f.write(text)
                with open(path, encoding="utf-8") as f:
                    self.assertEqual(f.read(), text)
                for line in text.splitlines():
                    self.assertEqual(line, line.rstrip())
                    width = sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line)
                    self.assertLess(width, 80, line)

    def half(self, path):
        with open(path, "rb") as f:
            content = f.read()
        return self.file("half.jpg", content[:len(content) // 2])

    def test_pass(self):
        self.check("pass", YES, SELFIE, RECORD)

    def test_no_match(self):
        self.check("no_match", NO, SELFIE, OTHER)

    def test_no_match_at_the_counter(self):
        self.check("no_match_counter", NO, "--channel", "counter", SELFIE, OTHER)

    def test_retake_at_the_counter(self):
        self.check("retake_counter", NO, "--channel", "counter",
                   self.crop(SELFIE, "cut.jpg", 0, 192, 910, 800), RECORD)

    def test_retake_cut_off(self):
        self.check("retake_cut_off", NO, self.crop(SELFIE, "cut.jpg", 0, 192, 910, 800), RECORD)

    def test_retake_truncated(self):
        self.check("retake_truncated", NO, self.half(SELFIE), RECORD)

    def test_record_without_a_face(self):
        self.check("record_no_face", NO, SELFIE, self.crop(SELFIE, "coat.jpg", 0, 704, 320, 320))

    def test_both_unusable(self):
        self.check("both_unusable", NO, self.half(SELFIE),
                   self.file("x.gif", b"GIF89a\1\0\1\0\0\0\0;"))

    def test_not_required(self):
        self.check("not_required", YES, "--birth-date", born(10))


if __name__ == "__main__":
    unittest.main(verbosity=2)
