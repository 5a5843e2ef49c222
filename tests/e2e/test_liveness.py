# SPDX-License-Identifier: Apache-2.0
"""faceverify liveness: selfies one by one, for people and for programs."""
import unittest

from cli import NO, OTHER, SELFIE, USAGE, YES, Case, documents, one_document, run


class Answers(Case):
    def coat(self):
        return self.crop(SELFIE, "coat.jpg", 0, 704, 320, 320)

    def test_json_of_a_selfie_of_a_person(self):
        result = run("liveness", "--json", SELFIE)
        self.assertEqual((result.returncode, result.stderr), (YES, b""))
        reply = one_document(result.stdout)
        self.assertEqual((reply["status"], reply["liveness"], reply["image"]),
                         ("OK", "LIVE", SELFIE))
        self.assertEqual(reply["remedies"], [])
        scores = reply["scores"]
        self.assertGreaterEqual(scores["score"], scores["limit"])
        self.assertGreater(scores["limit"], scores["attack_limit"])
        self.assertGreater(reply["timings"]["liveness_us"], 0)
        self.assertEqual(reply["timings"]["embed_us"], 0)

    def test_what_cannot_be_judged_is_no_attack(self):
        for path in (self.coat(), self.file("t.jpg", "text"), self.file("0.jpg", "")):
            result = run("liveness", "--json", path)
            self.assertEqual((result.returncode, result.stderr), (NO, b""))
            reply = one_document(result.stdout)
            self.assertEqual(reply["liveness"], "CANNOT_JUDGE")
            self.assertTrue(reply["reasons"])
            self.assertTrue(reply["remedies"])
            self.assertNotIn("score", reply["scores"])

    def test_each_in_turn_and_a_wrong_one_stops_none(self):
        paths = [SELFIE, self.path("none"), self.coat(), OTHER]
        result = run("liveness", "--json", *paths)
        self.assertEqual(result.returncode, USAGE)
        replies = documents(result.stdout)
        self.assertEqual([r["image"] for r in replies], paths)
        self.assertEqual([r.get("liveness") for r in replies],
                         ["LIVE", None, "CANNOT_JUDGE", "LIVE"])
        self.assertEqual(len(result.stderr.splitlines()), 1)

    def test_for_people_in_both_languages(self):
        coat = self.coat()
        for locale, live, unsure, why in (
                ("en", ": Judged to be taken of a live person. (LIVE)",
                 ": This picture does not tell whether a live person took it. (CANNOT_JUDGE)",
                 "Why"),
                ("zh-CN", "：判断为真人拍摄。（LIVE）",
                 "：这张照片无法判断是否为真人拍摄。（CANNOT_JUDGE）", "原因")):
            text = run("liveness", "--locale", locale, SELFIE).stdout.decode()
            self.assertEqual(text, f"{SELFIE}{live}\n")
            lines = run("liveness", "--locale", locale, coat).stdout.decode().splitlines()
            self.assertEqual(lines[:3], [f"{coat}{unsure}", "", why])

    def test_the_score_is_told_to_those_who_ask(self):
        score = one_document(run("liveness", "--json", SELFIE).stdout)["scores"]["score"]
        self.assertIn(f"{score:.3f}", run("liveness", "--details", SELFIE).stdout.decode())
        self.assertNotIn(f"{score:.3f}", run("liveness", SELFIE).stdout.decode())
        self.assertIn(b"not taken", run("liveness", "-d", self.coat()).stdout)


class CommandLine(Case):
    def test_what_is_wrong_with_the_line(self):
        self.refused(USAGE, "image", ["a selfie is needed", "--help"], "liveness")
        self.refused(USAGE, "command_line", ["--as is not an option"], "liveness", "--as=record",
                     SELFIE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
