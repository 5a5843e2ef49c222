# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help, options, settings, languages."""
import os
import re
import unittest

from cli import FAULT, NO, OTHER, RECORD, SELFIE, USAGE, YES, Case, environment, one_document, run

COMMANDS = ("verify", "match", "quality", "liveness", "replay", "calibrate", "bench", "models",
            "config")


class Help(Case):
    def test_without_arguments_it_teaches_and_fails(self):
        result = run()
        self.assertEqual((result.returncode, result.stdout), (USAGE, b""))
        self.assertEqual(result.stderr, run("--help").stdout)

    def test_help_names_every_command_and_exit_code(self):
        for word in ("--help", "-h", "help"):
            result = run(word)
            self.assertEqual((result.returncode, result.stderr), (YES, b""))
            text = result.stdout.decode()
            for name in COMMANDS:
                self.assertRegex(text, rf"(?m)^  {name} ")
            for code in "0123":
                self.assertRegex(text, rf"\b{code} (yes|any|the command|no answer)")

    def test_each_command_explains_itself_in_80_columns(self):
        for name in COMMANDS:
            result = run(name, "--help")
            self.assertEqual((result.returncode, result.stderr), (YES, b""))
            text = result.stdout.decode()
            self.assertTrue(text.startswith(f"Usage: faceverify {name} [OPTION...]"), text)
            self.assertIn("Exit code", text)
            for option in ("--config", "--set", "--models", "--json", "--locale", "--help"):
                self.assertIn(option, text)
            self.assertLess(max(map(len, text.splitlines())), 80)
            self.assertEqual(run("help", name).stdout, result.stdout)
            self.assertEqual(run(name, "-h").stdout, result.stdout)
            self.assertEqual(run(name, "--nonsense", "--help", "a", "b", "c").stdout, result.stdout)

    def test_the_examples_in_help_are_options_that_exist(self):
        for name in COMMANDS:
            text = run(name, "--help").stdout.decode()
            known = set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", text, re.M))
            for line in re.findall(r"faceverify \w+ .*", text)[1:]:
                self.assertLessEqual(set(re.findall(r"(--[a-z-]+)", line)), known, line)

    def test_only_verify_knows_the_age_gate(self):
        self.assertIn(b"--id-number", run("verify", "--help").stdout)
        self.assertNotIn(b"--id-number", run("match", "--help").stdout)
        self.assert_tells(run("match", "--birth-date=2001-01-01", SELFIE, RECORD), USAGE,
                          "--birth-date is not an option")

    def test_version(self):
        for word in ("--version", "-V", "version"):
            result = run(word)
            self.assertEqual((result.returncode, result.stderr), (YES, b""))
            self.assertRegex(result.stdout.decode(), r"^faceverify \d+\.\d+\.\d+\n$")


class CommandLine(Case):
    def test_unknown_command(self):
        self.assert_tells(run("frobnicate"), USAGE, "'frobnicate' is not a command", *COMMANDS)
        self.assert_tells(run("--json"), USAGE, "'--json' is not a command")
        self.assert_tells(run("a\nb\x1b[31m"), USAGE, "'a?b?[31m'")

    def test_photographs_are_two(self):
        self.refused(USAGE, "selfie", ["two photographs are needed"], "verify")
        self.refused(USAGE, "record_photo", ["a second photograph is needed"], "verify", SELFIE)
        self.refused(USAGE, "command_line", ["more than two photographs"], "verify", SELFIE, RECORD,
                     OTHER)
        self.refused(USAGE, "selfie", ["two photographs are needed"], "match")

    def test_options_that_are_none(self):
        for args, text in (
                (["--frobnicate"], "--frobnicate is not an option"),
                (["--c", "x"], "--c is not an option, or short for more than one"),
                (["--json=3"], "--json takes no value"),
                (["--config"], "--config needs a value"),
                (["-m"], "-m needs a value"),
                (["-x"], "-x is not an option"),
                (["-xd"], "-x is not an option"),
                (["-dx"], "-x is not an option"),
                (["-x", SELFIE, RECORD], "-x is not an option")):
            with self.subTest(args=args):
                self.refused(USAGE, "command_line", [text, "--help"], "verify", *args)

    def test_json_is_obeyed_wherever_it_stands(self):
        for args in (["--frobnicate", "--json"], ["-dj", "--frobnicate"], ["-jd", "a", "b", "c"],
                     ["a", "b", "c", "-j"]):
            result = run("verify", *args)
            self.assertEqual(result.returncode, USAGE)
            self.assertEqual(one_document(result.stdout)["status"], "INVALID_REQUEST")
        # a photograph of that name, not the option
        self.assert_tells(run("verify", "--", "--json", RECORD), USAGE, "selfie: cannot be read")

    def test_commands_without_photographs_take_none(self):
        self.refused(USAGE, "command_line", ["--models"], "models", "x")
        self.refused(USAGE, "command_line", ["--config"], "config", "x")
        self.assert_tells(run("config", "x"), USAGE, "--config")

    def test_option_values_that_cannot_be(self):
        for option, value, field, text in (
                ("--locale", "fr", "locale", "known: zh-CN, en"),
                ("--locale", "", "locale", "known: zh-CN, en"),
                ("--locale", "zh-cn", "locale", "known: zh-CN, en"),
                ("--deadline-ms", "0", "deadline_ms", "1 to 600000"),
                ("--deadline-ms", "600001", "deadline_ms", "1 to 600000"),
                ("--deadline-ms", "-1", "deadline_ms", "1 to 600000"),
                ("--deadline-ms", "+1", "deadline_ms", "1 to 600000"),
                ("--deadline-ms", "1s", "deadline_ms", "1 to 600000"),
                ("--deadline-ms", "", "deadline_ms", "1 to 600000"),
                ("--deadline-ms", "99999999999999999999", "deadline_ms", "1 to 600000"),
                ("--models", "x" * 1200, "models", "too long")):
            with self.subTest(option=option, value=value[:20]):
                self.refused(USAGE, field, [text], "verify", option, value, SELFIE, RECORD)

    def test_overrides_have_a_number(self):
        many = ["--set=policy.match_fmr=1e-4"] * 64
        self.assertEqual(run("config", "--check", *many).returncode, YES)
        self.refused(USAGE, "set", ["64"], "verify", *many, "--set=a.b=c", SELFIE, RECORD)


class Settings(Case):
    def test_missing_or_unreadable_file(self):
        self.refused(USAGE, "settings", ["none.yaml", "No such file"], "verify", "--config",
                     self.path("none.yaml"), SELFIE, RECORD)
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        for path in (self.dir, fifo):
            self.refused(USAGE, "settings", [path, "not a regular file"], "verify", "--config",
                         path, SELFIE, RECORD)

    def test_unknown_key_is_named_with_file_and_line(self):
        path = self.file("bad.yaml", "policy:\n  match_fmr: 1e-3\n  nonsense: 3\n")
        for command in ("verify", "match"):
            self.refused(USAGE, "settings", [f"{path}:3", "unknown key 'nonsense'"], command,
                         "--config", path, SELFIE, RECORD)
        self.refused(USAGE, "settings", [f"{path}:3", "nonsense"], "models", "--config", path)
        self.assert_tells(run("config", "--config", path), USAGE, f"{path}:3", "nonsense")

    def test_overrides_that_cannot_be(self):
        for text, cause in (("nonsense", "section.key=value"), ("policy.x=3", "unknown key"),
                            ("policy.match_fmr=x", "not a number"), ("=", "unknown key"),
                            ("policy.match_fmr=1e-9", "was not measured")):
            with self.subTest(text=text):
                self.refused(USAGE, "settings", [cause], "verify", "--set", text, SELFIE, RECORD)

    def test_dump_is_read_back(self):
        changed = run("config", "--set", "policy.match_fmr=1e-3")
        self.assertEqual((changed.returncode, changed.stderr), (YES, b""))
        self.assertNotEqual(changed.stdout, run("config").stdout)
        path = self.file("dump.yaml", changed.stdout)
        self.assertEqual(run("config", "--config", path).stdout, changed.stdout)
        check = run("config", "--config", path, "--check")
        self.assertEqual((check.returncode, check.stdout, check.stderr), (YES, b"", b""))
        self.assertEqual(run("config", "--dump").stdout, run("config").stdout)

    def test_settings_are_not_json(self):
        result = run("config", "--json")
        self.assertEqual(result.returncode, USAGE)
        self.assertEqual(one_document(result.stdout)["field"], "command_line")

    def test_an_override_changes_the_answer(self):
        result = run("verify", "--json", "--set", "limits.image_bytes=100000", SELFIE, RECORD)
        self.assertEqual(result.returncode, NO)
        reasons = one_document(result.stdout)["reasons"]
        self.assertEqual({r["code"] for r in reasons}, {"IMAGE_TOO_LARGE"})


class Language(Case):
    ENGLISH = "Decision: ".encode()
    CHINESE = "结论：".encode()

    def answer(self, *args, **env):
        result = run("verify", *args, SELFIE, RECORD, env=environment(**env))
        self.assertEqual((result.returncode, result.stderr), (YES, b""))
        return result.stdout

    def test_the_environment_decides_also_where_the_locale_is_not_installed(self):
        for env, begin in (({}, self.ENGLISH), ({"LANG": "C"}, self.ENGLISH),
                           ({"LANG": "zh_CN.UTF-8"}, self.CHINESE),
                           ({"LANG": "de_DE.UTF-8"}, self.ENGLISH),
                           ({"LANG": "C", "LC_MESSAGES": "zh_CN"}, self.CHINESE),
                           ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, self.ENGLISH),
                           ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, self.CHINESE)):
            with self.subTest(env=env):
                self.assertTrue(self.answer(**env).startswith(begin))

    def test_the_option_beats_the_environment(self):
        chinese = self.answer("--locale", "zh-CN", LANG="C")
        self.assertTrue(chinese.startswith(self.CHINESE))
        self.assertEqual(chinese, self.answer("--locale=zh-CN", LC_ALL="en_US.UTF-8"))
        self.assertTrue(self.answer("--locale", "en", LANG="zh_CN.UTF-8").startswith(self.ENGLISH))

    def test_json_texts_follow_and_the_rest_does_not(self):
        replies = [one_document(run("verify", "--json", "--locale", locale, SELFIE, OTHER).stdout)
                   for locale in ("en", "zh-CN")]
        for reply in replies:
            del reply["timings"]
        self.assertNotEqual(replies[0]["text"], replies[1]["text"])
        for reply in replies:
            del reply["text"], reply["remedy_texts"]
            for reason in reply["reasons"]:
                del reason["text"]
        self.assertEqual(replies[0], replies[1])

    def test_errors_are_one_english_line_in_every_locale(self):
        for lang in ("C", "zh_CN.UTF-8"):
            self.assert_tells(run("verify", "none", RECORD, env=environment(LANG=lang)), USAGE,
                              "selfie: cannot be read: No such file or directory: none")


class Models(Case):
    def test_text_names_every_network_and_threshold(self):
        text = run("models")
        self.assertEqual((text.returncode, text.stderr), (YES, b""))
        document = one_document(run("models", "--json").stdout)
        self.assertGreaterEqual(len(document["networks"]), 4)
        for network in document["networks"]:
            self.assertIn(network["file"], text.stdout.decode())
        self.assertIn(f"{document['match_similarity']:.4f}", text.stdout.decode())
        self.assertGreater(document["match_similarity"], document["review_similarity"])
        self.assertEqual([c["name"] for c in document["channels"]],
                         ["nhsa-app", "alipay", "wechat", "zheliban", "counter"])
        for channel in document["channels"]:
            line = [x for x in text.stdout.decode().splitlines() if channel["name"] in x][0]
            self.assertIn(f"{channel['match_similarity']:.4f}", line)
            self.assertIn(f"{channel['review_similarity']:.4f}", line)
            self.assertEqual("no liveness" in line, not channel["liveness"])

    def test_the_folder_may_be_named(self):
        here = one_document(run("models", "--json").stdout)
        there = one_document(run("models", "--json", "--set", f"models.dir={here['dir']}").stdout)
        self.assertEqual(here["pack_sha256"], there["pack_sha256"])
        self.refused(FAULT, "", ["pack.json", "No such file", "--models"], "models", "--models",
                     self.path("none"), status="INTERNAL")


if __name__ == "__main__":
    unittest.main(verbosity=2)
