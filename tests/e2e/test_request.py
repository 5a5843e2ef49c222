# SPDX-License-Identifier: Apache-2.0
"""What is asked: photographs as files of every kind, the person, the channel, and the answers."""
import datetime
import json
import os
import shutil
import unittest

from cli import (BAD_ID, FAULT, GOOD_ID, MODELS, NO, OTHER, RECORD, SELFIE, USAGE, YES, Case,
                 one_document, run)


def born(years_ago):
    return datetime.date.today().replace(day=1).replace(
        year=datetime.date.today().year - years_ago).isoformat()


class Answers(Case):
    def decision(self, code, decision, *args):
        result = run("verify", "--json", *args)
        self.assertEqual((result.returncode, result.stderr), (code, b""))
        reply = one_document(result.stdout)
        self.assertEqual((reply["status"], reply["decision"]), ("OK", decision))
        return reply

    def test_each_decision_has_its_exit_code(self):
        with open(SELFIE, "rb") as f:
            half = f.read()
        half = self.file("half.jpg", half[:len(half) // 2])
        self.decision(YES, "PASS", SELFIE, RECORD)
        self.decision(NO, "NO_MATCH", SELFIE, OTHER)
        self.decision(NO, "RETAKE_SELFIE", half, RECORD)
        self.decision(NO, "RECORD_PHOTO_UNUSABLE", SELFIE, half)
        self.decision(YES, "NOT_REQUIRED", "--birth-date", born(5))
        self.decision(NO, "MANUAL_REVIEW", "--set", "policy.match_fmr=1e-4", *self.alike())

    def alike(self):
        """A pack under whose threshold the genuine pair falls into the band that staff look at."""
        reply = one_document(run("verify", "--json", SELFIE, RECORD).stdout)
        models = shutil.copytree(MODELS, self.path("models"))
        path = os.path.join(models, "calibration.json")
        with open(path, encoding="utf-8") as f:
            calibration = json.load(f)
        for rate in (r for c in calibration["cohorts"] for r in c["rates"] if r["fmr"] <= 1e-4):
            rate["similarity"] = reply["scores"]["similarity"] + 0.05 + (1e-4 - rate["fmr"])
        with open(path, "w", encoding="utf-8") as f:
            json.dump(calibration, f)
        return "--models", models, SELFIE, RECORD

    def test_match_answers_the_same_without_age_gate_and_liveness(self):
        for other, code in ((RECORD, YES), (OTHER, NO)):
            a = run("match", "--json", SELFIE, other)
            b = run("verify", "--json", SELFIE, other)
            self.assertEqual(a.returncode, code)
            a, b = one_document(a.stdout), one_document(b.stdout)
            self.assertEqual((a.pop("liveness"), b.pop("liveness")), ("NOT_ASKED", "LIVE"))
            for field in ("liveness_score", "liveness_limit", "attack_limit", "liveness_bpcer"):
                self.assertNotIn(field, a["scores"])
                self.assertGreater(b["scores"].pop(field), 0)
            del a["timings"], b["timings"]
            self.assertEqual(a, b)

    def test_the_same_question_has_the_same_answer(self):
        replies = [one_document(run("verify", "--json", SELFIE, OTHER).stdout) for _ in range(2)]
        for reply in replies:
            self.assertGreater(reply.pop("timings")["total_us"], 0)
        self.assertEqual(replies[0], replies[1])

    def test_text_and_json_agree(self):
        text = run("verify", SELFIE, OTHER).stdout.decode()
        reply = one_document(run("verify", "--json", SELFIE, OTHER).stdout)
        flat = " ".join(text.split())
        self.assertIn(f"{reply['text']} ({reply['decision']})", flat)
        for reason in reply["reasons"]:
            self.assertIn(f"{reason['text']} ({reason['code']})", flat)
        for number, remedy in enumerate(reply["remedy_texts"], 1):
            self.assertIn(f"{number}. {remedy}", flat)

    def test_scores_are_shown_on_request_only(self):
        reply = one_document(run("verify", "--json", SELFIE, OTHER).stdout)
        similarity = f"{reply['scores']['similarity']:.3f}"
        self.assertNotIn(similarity, run("verify", SELFIE, OTHER).stdout.decode())
        self.assertIn(similarity, run("verify", "--details", SELFIE, OTHER).stdout.decode())

    def test_details_stay_within_80_columns_in_english(self):
        for line in run("verify", "-d", "--locale", "en", SELFIE, OTHER).stdout.decode().splitlines():
            self.assertLess(len(line), 80, line)


class Files(Case):
    def test_what_is_no_file(self):
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        for path, cause in ((self.path("none.jpg"), "No such file or directory"),
                            (self.dir, "it is a folder"), (fifo, "it is a pipe or a device"),
                            ("/dev/null", "it is a pipe or a device"), ("", "No such file"),
                            (SELFIE + "/x", "Not a directory")):
            with self.subTest(path=path):
                self.refused(USAGE, "selfie", ["cannot be read", cause, path], "verify", path,
                             RECORD)
                self.refused(USAGE, "record_photo", ["cannot be read", cause, path], "verify",
                             SELFIE, path)

    def test_standard_input_counts_when_it_is_a_file(self):
        with open(SELFIE, "rb") as f:
            self.assertEqual(run("verify", "/dev/stdin", RECORD, stdin=f).returncode, YES)
        result = run("verify", "/dev/stdin", RECORD, input=b"x")
        self.assert_tells(result, USAGE, "selfie: cannot be read: it is a pipe or a device; save")

    def test_a_file_that_may_not_be_read(self):
        path = self.file("secret.jpg", b"x")
        os.chmod(self.dir, 0o755)
        os.chmod(path, 0)
        who = {"user": 65534} if os.geteuid() == 0 else {}  # root may read everything
        try:
            run("--version", **who)
        except PermissionError:
            self.skipTest("another user may not run the program where it lies")
        self.refused(USAGE, "selfie", ["Permission denied", path], "verify", path, RECORD, **who)

    def test_a_cause_is_told_whatever_the_length_of_the_name(self):
        for path, cause in (("x/" * 1500, "No such file"), ("x" * 300, "File name too long"),
                            ("照" * 80, "No such file"), ("d/" * 3000, "File name too long")):
            reply = self.refused(USAGE, "selfie", [cause], "verify", path, RECORD)
            self.assertIn(path[:50], reply["message"])
            self.assertNotIn("?", reply["message"])

    def test_names_of_every_kind_are_read(self):
        with open(SELFIE, "rb") as f:
            content = f.read()
        for name in ("with space.jpg", "new\nline.jpg", "照片.jpg", "-d", "--json", b"\xff\xfe.jpg",
                     "'\"$(x).jpg", "no-suffix"):
            path = os.path.join(os.fsencode(self.dir), os.fsencode(name))
            with open(path, "wb") as f:
                f.write(content)
            with self.subTest(name=name):
                result = run("verify", "--", name, RECORD, cwd=self.dir)
                self.assertEqual((result.returncode, result.stderr), (YES, b""))

    def test_a_name_cannot_forge_a_line_or_break_the_reply(self):
        reply = self.refused(USAGE, "selfie", ["No such file"], "verify", "a\nb\x1b[2J", RECORD)
        self.assertIn("a?b?[2J", reply["message"])
        result = run("verify", "--json", b"\xff\xe5.jpg", RECORD)
        self.assertEqual(result.returncode, USAGE)
        self.assertIn("??.jpg", one_document(result.stdout)["message"])
        for option in ("--models", "--config", "--set"):
            result = run("verify", "--json", option, b"\xff\n\xe5", SELFIE, RECORD)
            self.assertEqual(result.returncode, USAGE)
            self.assertEqual(one_document(result.stdout)["field"], "settings")

    def test_sizes_beyond_the_limits(self):
        path = self.file("big.jpg", b"")
        os.truncate(path, 600 << 20)
        self.refused(USAGE, "record_photo", ["larger than 512 MB", path], "verify", SELFIE, path,
                     status="TOO_LARGE")
        os.truncate(path, 100 << 20)
        reply = one_document(run("verify", "--json", SELFIE, path).stdout)
        self.assertEqual((reply["decision"], reply["reasons"][0]["code"]),
                         ("RECORD_PHOTO_UNUSABLE", "IMAGE_TOO_LARGE"))

    def test_an_empty_file_is_an_answer(self):
        empty = self.file("empty.jpg", b"")
        result = run("verify", "--json", empty, empty)
        self.assertEqual(result.returncode, NO)
        reasons = one_document(result.stdout)["reasons"]
        self.assertEqual([(r["code"], r["image"]) for r in reasons],
                         [("IMAGE_EMPTY", "record"), ("IMAGE_EMPTY", "selfie")])


class Person(Case):
    def test_dates_that_cannot_be(self):
        for date, cause in (("2001-02-30", "no such day"), ("1.2.2001", "YYYY-MM-DD"),
                            ("", "YYYY-MM-DD"), ("2001-1-1", "YYYY-MM-DD"),
                            ("9999-01-01", "future"), ("1800-01-01", "150 years")):
            with self.subTest(date=date):
                self.refused(USAGE, "birth_date", [cause], "verify", "--birth-date", date, SELFIE,
                             RECORD)

    def test_under_16_no_photograph_is_needed(self):
        for args in ([], [SELFIE, OTHER]):
            result = run("verify", "--birth-date", born(10), *args)
            self.assertEqual((result.returncode, result.stderr), (YES, b""))
            self.assertIn(b"(NOT_REQUIRED)", result.stdout)

    def test_from_16_on_they_are(self):
        self.refused(USAGE, "selfie", ["no selfie"], "verify", "--birth-date", born(17))
        self.refused(USAGE, "selfie", ["no selfie"], "verify", "--id-number", GOOD_ID)
        self.assertEqual(run("verify", "--birth-date", born(17), SELFIE, RECORD).returncode, YES)

    def test_id_numbers(self):
        for number, cause in ((BAD_ID, "check character"), ("", "18 characters"),
                              ("1" * 100, "18 characters"), ("11010519491331002X", "")):
            with self.subTest(number=number):
                self.refused(USAGE, "id_number", [cause], "verify", "--id-number", number, SELFIE,
                             RECORD)
        self.assertEqual(run("verify", "--id-number", GOOD_ID, SELFIE, RECORD).returncode, YES)
        self.refused(USAGE, "birth_date", ["does not agree"], "verify", "--birth-date",
                     "2001-01-01", "--id-number", GOOD_ID, SELFIE, RECORD)

    def test_id_number_from_standard_input(self):
        good = GOOD_ID.encode()
        for text in (good, good + b"\n", good + b"\r\n", good + b"\nmore"):
            with self.subTest(text=text):
                result = run("verify", "--id-number", "-", SELFIE, RECORD, input=text)
                self.assertEqual((result.returncode, result.stderr), (YES, b""))
        for text, cause in ((b"", "nothing came"), (b"\n", "nothing came"), (b"\r\n", "nothing came"),
                            (b"1" * 100000, "18 characters"), (good + b"\0x\n", ""),
                            (good + b"\0\n", ""), (b" " + good, ""), (b"\xff\xff\n", "")):
            with self.subTest(text=text[:30]):
                self.refused(USAGE, "id_number", [cause], "verify", "--id-number", "-", SELFIE,
                             RECORD, input=text)

    def test_standard_input_that_is_closed_or_a_folder(self):
        args = ("verify", "--id-number", "-", SELFIE, RECORD)
        self.refused(USAGE, "id_number", ["standard input"], *args, preexec_fn=lambda: os.close(0))
        folder = os.open(self.dir, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        self.refused(USAGE, "id_number", ["cannot be read"], *args, stdin=folder)


class Channel(Case):
    def test_an_unknown_one_is_refused_and_the_known_are_told(self):
        for name in ("fax", "", "Alipay"):
            self.refused(USAGE, "channel", ["nhsa-app, alipay, wechat, zheliban, counter"], "verify",
                         "--channel", name, SELFIE, RECORD)

    def test_at_the_counter_nobody_is_sent_to_the_counter(self):
        for name in ("nhsa-app", "alipay", "wechat", "zheliban", "counter"):
            result = run("verify", "--json", "--channel", name, SELFIE, OTHER)
            self.assertEqual(result.returncode, NO)
            remedies = one_document(result.stdout)["remedies"]
            self.assertEqual("VISIT_COUNTER" in remedies, name != "counter")
            self.assertTrue(remedies)

    def test_the_channels_profile_holds(self):
        def ask(*args):
            result = run("verify", "--json", "--locale", "en", *args, SELFIE, OTHER)
            self.assertEqual((result.returncode, result.stderr), (NO, b""))
            return one_document(result.stdout)

        member = ask("--channel", "alipay")
        clerk = ask("--channel", "counter")
        self.assertEqual((member["liveness"], clerk["liveness"]), ("LIVE", "NOT_ASKED"))
        self.assertEqual(member["remedies"][0], clerk["remedies"][0])
        self.assertFalse(member["remedy_texts"][0].startswith("Ask the person to "))
        for text in clerk["remedy_texts"]:
            self.assertRegex(text, "^(Ask|Please) ")
        self.assertLess(clerk["scores"]["review_similarity"],
                        member["scores"]["review_similarity"])
        self.assertEqual(clerk["scores"]["match_similarity"],
                         member["scores"]["match_similarity"])
        other = ask("--channel", "alipay", "--set", "channels.alipay.match_fmr=1e-3",
                    "--set", "channels.alipay.wording=clerk",
                    "--set", "channels.alipay.remedies_first=RENEW_ID_PHOTO")
        self.assertEqual(other["remedy_texts"][0], clerk["remedy_texts"][0])
        self.assertEqual(other["remedies"][-1], "VISIT_COUNTER")
        self.assertLess(other["scores"]["match_similarity"],
                        member["scores"]["match_similarity"])
        self.refused(USAGE, "settings", ["channels.alipay.match_fmr", "was not measured"],
                     "verify", "--set", "channels.alipay.match_fmr=1e-8", SELFIE, RECORD)
        self.refused(FAULT, "", ["time"], "verify", "--channel", "nhsa-app", "--deadline-ms",
                     "600000", "--set", "channels.nhsa-app.deadline_ms=1", SELFIE, RECORD,
                     status="DEADLINE_EXCEEDED")


class Deadline(Case):
    def test_time_that_runs_out_is_no_decision(self):
        self.refused(FAULT, "", ["deadline passed", "--deadline-ms"], "verify", "--deadline-ms", "1",
                     SELFIE, RECORD, status="DEADLINE_EXCEEDED")

    def test_enough_time_changes_nothing(self):
        self.assertEqual(run("verify", "--deadline-ms", "600000", SELFIE, RECORD).returncode, YES)


if __name__ == "__main__":
    unittest.main(verbosity=2)
