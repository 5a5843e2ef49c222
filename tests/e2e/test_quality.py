# SPDX-License-Identifier: Apache-2.0
"""faceverify quality: photographs one by one, for people and for programs."""
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import unicodedata
import unittest

from cli import (FAULT, GOOD_ID, NO, OTHER, PROGRAM, RECORD, SELFIE, TIMEOUT_S, USAGE, YES, Case,
                 documents, environment, one_document, run)


def cells(line):
    """A line of the table with each character where it stands on the screen."""
    return "".join(c + "\0" * (unicodedata.east_asian_width(c) in "WF") for c in line)


class Answers(Case):
    def coat(self):
        return self.crop(SELFIE, "coat.jpg", 0, 704, 320, 320)

    def half(self):
        with open(SELFIE, "rb") as f:
            content = f.read()
        return self.file("half.jpg", content[:len(content) // 2])

    def test_json_of_a_good_selfie(self):
        result = run("quality", "--json", SELFIE)
        self.assertEqual((result.returncode, result.stderr), (YES, b""))
        reply = one_document(result.stdout)
        self.assertEqual((reply["status"], reply["usable"], reply["kind"], reply["image"]),
                         ("OK", True, "selfie", SELFIE))
        self.assertEqual((reply["reasons"], reply["remedies"]), ([], []))
        measures = {m["name"]: m for m in reply["measures"]}
        self.assertEqual(len(measures), len(reply["measures"]))
        eyes = measures["INTER_EYE_DISTANCE"]
        self.assertAlmostEqual(eyes["value"], 104.8, delta=4)
        self.assertEqual(eyes["value"], reply["photo"]["inter_eye_px"])
        self.assertEqual((eyes["unit"], eyes["verdict"]), ("px", "GOOD"))
        self.assertIn("min", eyes)
        self.assertNotIn("max", eyes)
        self.assertEqual(reply["timings"]["embed_us"], 0)

    def test_what_cannot_be_used_says_why_and_what_to_do(self):
        for kind in ("selfie", "record"):
            result = run("quality", "--json", "--as", kind, self.coat())
            self.assertEqual((result.returncode, result.stderr), (NO, b""))
            reply = one_document(result.stdout)
            self.assertEqual((reply["usable"], reply["kind"]), (False, kind))
            self.assertIn(len(reply["reasons"]), (1, 2, 3))
            self.assertEqual({r["image"] for r in reply["reasons"]}, {kind})
            self.assertEqual(reply["reasons"][0]["severity"], "blocks")
            self.assertEqual(reply["remedies"][0], reply["reasons"][0]["remedy"])
            self.assertEqual(reply["remedies"][-1], "VISIT_COUNTER")
            measures = {m["name"]: m for m in reply["measures"]}
            self.assertEqual((measures["FACE_COUNT"]["value"], measures["FACE_COUNT"]["verdict"]),
                             (0, "BLOCKS"))
            self.assertEqual(measures["HEAD_YAW"]["verdict"], "NOT_ASSESSED")
            self.assertFalse({"value", "score"} & set(measures["HEAD_YAW"]))
        reply = one_document(run("quality", "--json", self.half()).stdout)
        self.assertEqual([r["code"] for r in reply["reasons"]], ["IMAGE_TRUNCATED"])
        self.assertEqual(reply["measures"], [])

    def test_advice_leaves_it_usable_and_follows_the_settings(self):
        result = run("quality", "--json", "--set", "selfie.inter_eye_distance.advise_min=500",
                     SELFIE)
        self.assertEqual(result.returncode, YES)
        reply = one_document(result.stdout)
        self.assertIn(("FACE_TOO_SMALL", "advice"),
                      [(r["code"], r["severity"]) for r in reply["reasons"]])
        self.assertNotIn("VISIT_COUNTER", reply["remedies"])
        text = run("quality", "--set", "selfie.inter_eye_distance.advise_min=500", SELFIE)
        self.assertIn(b"can be used as a selfie.", text.stdout)
        self.assertIn(b"What could be better", text.stdout)
        self.assertRegex(text.stdout.decode(), r"INTER_EYE_DISTANCE .* >= 500 +advice\n")

    def test_one_document_an_image_in_their_order_and_a_wrong_one_stops_none(self):
        paths = [SELFIE, self.path("none"), self.coat(), self.dir, self.half(), RECORD]
        result = run("quality", "--json", *paths)
        self.assertEqual(result.returncode, USAGE)
        replies = documents(result.stdout)
        self.assertEqual([r["image"] for r in replies], paths)
        self.assertEqual([r["status"] == "OK" for r in replies],
                         [True, False, True, False, True, True])
        self.assertEqual([r.get("usable") for r in replies], [True, None, False, None, False, True])
        told = result.stderr.decode().splitlines()
        self.assertEqual(len(told), 2)
        self.assertIn("No such file or directory", told[0])
        self.assertIn("it is a folder, not a file", told[1])
        self.assertEqual(run("quality", SELFIE, self.coat(), RECORD).returncode, NO)
        self.assertEqual(run("quality", SELFIE, RECORD, OTHER).returncode, YES)

    def test_many_images_are_one_start(self):
        many = documents(run("quality", "--json", *[SELFIE] * 30).stdout)
        self.assertEqual(len(many), 30)
        for reply in many:
            reply.pop("timings")
        self.assertEqual(many, many[:1] * 30)
        # a pack that is not there is told once
        self.refused(FAULT, "", ["pack.json"], "quality", "--models", self.path("none"),
                     *[SELFIE] * 30, status="INTERNAL")

    def test_ctrl_c_between_the_answers_ends_it_as_a_signal_does(self):
        p = subprocess.Popen([PROGRAM, "quality", *[SELFIE] * 1000], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=environment())
        self.assertIn(b"can be used", p.stdout.readline())  # each is told when it is known
        p.send_signal(signal.SIGINT)
        _, err = p.communicate(timeout=TIMEOUT_S)
        self.assertEqual((p.returncode, err), (-signal.SIGINT, b""))

    def test_an_empty_file_and_files_that_are_no_photographs(self):
        for name, content, code in (("0.jpg", b"", "IMAGE_EMPTY"), ("t.jpg", b"text\n" * 9,
                                                                   "NOT_A_PHOTO")):
            result = run("quality", "--json", self.file(name, content))
            self.assertEqual((result.returncode, result.stderr), (NO, b""))
            self.assertEqual(one_document(result.stdout)["reasons"][0]["code"], code)

    def test_names_are_shown_and_no_more(self):
        odd = shutil.copy(SELFIE, self.path("a\n\x1b[31m b.jpg"))
        shown = self.path("a??[31m b.jpg")
        self.assertIn(shown.encode(), run("quality", odd).stdout.replace(b"\n", b" "))
        self.assertEqual(one_document(run("quality", "--json", odd).stdout)["image"], shown)
        raw = os.fsencode(self.path("")) + b"\xff.jpg"
        shutil.copy(SELFIE, raw)
        self.assertEqual(one_document(run("quality", "--json", raw).stdout)["image"],
                         self.path("?.jpg"))
        for args in ([GOOD_ID], ["--json", GOOD_ID]):
            result = run("quality", *args, cwd=self.dir)
            self.assertEqual(result.returncode, USAGE)
            self.assertNotIn(GOOD_ID.encode(), result.stdout + result.stderr)


class ForPeople(Case):
    def table(self, *args):
        result = run("quality", *args)
        self.assertEqual(result.stderr, b"")
        lines = result.stdout.decode().splitlines()
        start = next(i for i, line in enumerate(lines) if re.match(r"  (measure|指标) ", line))
        for line in lines:
            self.assertEqual(line, line.rstrip())
            self.assertLess(len(cells(line)), 120, line)
        return lines[0], lines[start:]

    def test_the_table_stands_in_columns_in_both_languages(self):
        for locale, verdict, good in (("en", "verdict", "good"), ("zh-CN", "判定", "合格")):
            for kind in ("selfie", "record"):
                first, table = self.table("--locale", locale, "--as", kind, SELFIE)
                at = cells(table[0]).index(cells(verdict))
                self.assertGreater(len(table), 10)
                for row in table[1:]:
                    row = cells(row)
                    self.assertEqual(row[at - 2:at], "  ", row)
                    self.assertNotEqual(row[at], " ", row)
                self.assertTrue(table[1].endswith(good), table[1])
                self.assertTrue(first.startswith(SELFIE))

    def test_the_verdict_comes_first_in_both_languages(self):
        coat = self.crop(SELFIE, "coat.jpg", 0, 704, 320, 320)
        for locale, kind, path, text in (
                ("en", "selfie", SELFIE, ": can be used as a selfie."),
                ("en", "selfie", coat, ": cannot be used as a selfie."),
                ("en", "record", RECORD, ": can be used as the photograph on record."),
                ("en", "record", coat, ": cannot be used as the photograph on record."),
                ("zh-CN", "selfie", SELFIE, "：可以用作自拍照。"),
                ("zh-CN", "selfie", coat, "：不能用作自拍照。"),
                ("zh-CN", "record", RECORD, "：可以用作公安留存照片。"),
                ("zh-CN", "record", coat, "：不能用作公安留存照片。")):
            first, _ = self.table("--locale", locale, "--as", kind, path)
            self.assertEqual(first, path + text)

    def test_names_and_numbers_are_those_of_the_json(self):
        reply = one_document(run("quality", "--json", SELFIE).stdout)
        _, table = self.table(SELFIE)
        self.assertEqual([row.split()[0] for row in table[1:]],
                         [m["name"] for m in reply["measures"]])
        for row, measure in zip(table[1:], reply["measures"]):
            shown = row.split()[1]
            if "value" not in measure:
                self.assertEqual(shown, "-")
                continue
            self.assertAlmostEqual(float(shown), measure["value"],
                                   delta=max(abs(measure["value"]) * 1e-3, 1e-6))

    def test_several_are_apart(self):
        text = run("quality", SELFIE, RECORD, "--as", "record").stdout.decode()
        self.assertEqual(len(re.findall(r"(?m)^\S.*can be used", text)), 2)
        self.assertIn(f"\n\n{RECORD}: can be used", text)


class Overlay(Case):
    def test_a_png_that_its_owner_alone_may_read(self):
        for args in ([SELFIE], ["--as", "record", RECORD], [self.crop(SELFIE, "c.jpg", 0, 704, 320,
                                                                      320)]):
            plain = run("quality", *args)
            out = self.path("out.png")
            drawn = run("quality", "--overlay", out, *args)
            self.assertEqual((drawn.returncode, drawn.stdout, drawn.stderr),
                             (plain.returncode, plain.stdout, b""))
            with open(out, "rb") as f:
                content = f.read()
            self.assertTrue(content.startswith(b"\x89PNG\r\n"))
            self.assertTrue(content.endswith(b"IEND\xaeB\x60\x82"))
            self.assertEqual(os.stat(out).st_mode & 0o7777, 0o600)
        width, height = struct.unpack(">II", content[16:24])
        self.assertEqual((width, height), (640 + 416, 640))
        self.assertEqual(sorted(os.listdir(self.dir)), ["c.jpg", "out.png"])
        self.assertEqual(run("quality", out).returncode, NO)  # it is a PNG that can be read

    def test_one_image_only(self):
        self.refused(USAGE, "overlay", ["one image"], "quality", "--overlay", self.path("o.png"),
                     SELFIE, RECORD)
        self.refused(USAGE, "image", ["a photograph is needed"], "quality", "--overlay",
                     self.path("o.png"))
        self.assertEqual(os.listdir(self.dir), [])

    def refuses(self, code, status, out, *parts, **kwargs):
        result = run("quality", "--overlay", out, SELFIE, **kwargs)
        self.assert_tells(result, code, "overlay: cannot be written", *parts)
        result = run("quality", "--json", "--overlay", out, SELFIE, **kwargs)
        reply = one_document(result.stdout)
        self.assertEqual((result.returncode, reply["status"], reply["field"]),
                         (code, status, "overlay"))
        self.assertNotIn("measures", reply)

    def test_where_it_cannot_be_written(self):
        self.refuses(USAGE, "INVALID_REQUEST", self.path("none/o.png"), "No such file")
        self.refuses(USAGE, "INVALID_REQUEST", self.dir, "it is a folder")
        self.refuses(USAGE, "INVALID_REQUEST", "/dev/full", "a pipe or a device")
        self.refuses(USAGE, "INVALID_REQUEST", "/proc/o.png", "/proc/o.png")
        self.assertEqual(os.listdir(self.dir), [])

    def test_a_disk_that_fills_leaves_what_was_there_and_nothing_else(self):
        out = self.file("o.png", "old")
        def little_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
        self.refuses(FAULT, "INTERNAL", out, "File too large", preexec_fn=little_room)
        with open(out, "rb") as f:
            self.assertEqual(f.read(), b"old")
        self.assertEqual(os.listdir(self.dir), ["o.png"])

    def test_the_photograph_is_never_overwritten(self):
        photo = shutil.copy(SELFIE, self.path("photo.jpg"))
        link = self.path("link.jpg")
        os.symlink(photo, link)
        for out in (photo, link):
            result = run("quality", "--overlay", out, photo)
            self.assert_tells(result, USAGE, "it is the photograph itself")
        with open(photo, "rb") as f, open(SELFIE, "rb") as g:
            self.assertEqual(f.read(), g.read())

    def test_nothing_is_drawn_of_what_is_no_picture(self):
        out = self.path("o.png")
        result = run("quality", "--overlay", out, self.file("t.jpg", "text"))
        self.assertEqual(result.returncode, NO)
        self.assertIn(b"NOT_A_PHOTO", result.stdout)
        self.assertIn(b"overlay: not written: the file could not be decoded", result.stderr)
        self.assertFalse(os.path.exists(out))


class CommandLine(Case):
    def test_what_is_wrong_with_the_line(self):
        self.refused(USAGE, "image", ["a photograph is needed", "--help"], "quality")
        self.refused(USAGE, "as", ["known: selfie, record"], "quality", "--as", "passport", SELFIE)
        self.refused(USAGE, "as", ["known: selfie, record"], "quality", "--as", "", SELFIE)
        self.refused(USAGE, "command_line", ["--frobnicate is not an option"], "quality",
                     "--frobnicate", SELFIE)
        self.refused(USAGE, "command_line", ["--birth-date is not an option"], "quality",
                     "--birth-date=2001-01-01", SELFIE)

    def test_options_after_the_images_and_names_like_options(self):
        shutil.copy(SELFIE, self.path("-x.jpg"))
        self.assertEqual(run("quality", "--", "-x.jpg", cwd=self.dir).returncode, YES)
        self.assertEqual(run("quality", "./-x.jpg", "--as", "record", cwd=self.dir).returncode, YES)


if __name__ == "__main__":
    unittest.main(verbosity=2)
