# SPDX-License-Identifier: Apache-2.0
"""faceverify replay --url: a running service gives the same results as the process itself; what is
interrupted, on either side, goes on to the same bytes."""
import os
import signal
import subprocess
import time
import unittest

import figures
from cli import FAULT, MODELS, NO, PROGRAM, TIMEOUT_S, USAGE, environment, run
from replay_set import Set
from service import Service

RECORD_BYTES = 600  # of the journal: fewer than a record has
REPLICATES = 20
TIMES = ("times", "versions", "run")


class Url(Set):
    PICTURES = 4

    def prepare(self):
        super().prepare()
        cls = type(self)
        self.file("set/text.jpg", "no picture")
        self.file("set/empty.jpg", b"")
        rows = [["path_a", "path_b", "same", "person_a", "person_b"]]
        people = {p: f"p{i % 5}" for i, p in enumerate(self.all)}
        people.update({"text.jpg": "t", "empty.jpg": "e", "none.jpg": "n", "lost.jpg": "l"})
        pairs = [(a, b) for a in self.all for b in self.all if a != b]
        pairs += [("text.jpg", self.all[0]), (self.all[1], "empty.jpg"), ("none.jpg", "text.jpg"),
                  (self.all[2], "none.jpg"), ("none.jpg", "lost.jpg")]
        for a, b in pairs:
            rows.append([a, b, int(people[a] == people[b]), people[a], people[b]])
        cls.pairs = self.manifest(rows, "set/pairs.csv")
        singles = self.all + ["text.jpg", "empty.jpg", "none.jpg"]
        cls.attacks = self.manifest(
            [["path", "label", "attack"]] +
            [[p, ("live", "spoof")[i % 2], ("", "print")[i % 2]] for i, p in enumerate(singles)],
            "set/attacks.csv")
        cls.quality = self.manifest(
            [["path", "label", "as"]] +
            [[p, ("good", "no_face")[i % 2], ("selfie", "record")[i % 3 == 2]]
             for i, p in enumerate(singles)], "set/quality.csv")
        cls.service = Service("limits.image_bytes=3000000")
        cls.addClassCleanup(lambda: cls.service.stop())  # pylint: disable=unnecessary-lambda
        for kind in ("pairs", "attacks", "quality"):
            self.go(kind, kind)
            self.go(kind, f"{kind}-url", "--url", self.service.ops)

    def go(self, kind, out, *args, code=0):
        return self.replay(getattr(self, kind), out, f"--bootstrap={REPLICATES}", *args, code=code)

    def start(self, out, *args):
        return subprocess.Popen(
            [PROGRAM, "replay", "--manifest", self.pairs, "--out", self.path(out), "--threads=1",
             "--bootstrap=0", *args], env=environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait_for_records(self, process, out, n):
        journal = self.path(f"{out}/journal")
        while process.poll() is None and not (os.path.exists(journal) and
                                              os.path.getsize(journal) > n * RECORD_BYTES):
            time.sleep(0)
        self.assertIsNone(process.poll(), "was through before it could be interrupted")

    def test_attacks_and_quality_are_the_same_bytes(self):
        for kind in ("attacks", "quality"):
            self.assertEqual(self.read(f"{kind}-url", "results.csv"),
                             self.read(kind, "results.csv"))
            here, there = self.summary(kind), self.summary(f"{kind}-url")
            for key in set(here) - set(TIMES):
                self.assertEqual(there[key], here[key], key)

    def test_pairs_are_the_same_where_the_service_compares(self):
        here = figures.read(self.path("pairs/results.csv"))
        there = figures.read(self.path("pairs-url/results.csv"))
        self.assertEqual(len(here), 17)
        refused = ("RETAKE_SELFIE", "RECORD_PHOTO_UNUSABLE")
        seen = set()
        for a, b in zip(here, there):
            seen.add(a["decision"])
            if a["decision"] in refused:
                self.assertEqual(b["similarity"], "")
                a["similarity"] = ""
            self.assertEqual(b, a)
        self.assertLessEqual({"PASS", "NO_MATCH", "UNREADABLE", *refused}, seen)

    def test_figures_are_those_of_the_answers(self):
        here, there = self.summary("pairs"), self.summary("pairs-url")
        for key in ("set", "acquisition", "answers", "reasons"):
            self.assertEqual(there[key], here[key], key)
        self.assertEqual(there["acquisition"]["unreadable"], 2)
        self.assertGreater(there["acquisition"]["fta"]["count"], 0)
        for key in ("pass", "review", "false_no_match", "false_pass", "false_review"):
            self.assertEqual(there["figures"][key], here["figures"][key], key)
        rows = figures.pairs_of(figures.read(self.path("pairs-url/results.csv")), folders=False)
        mine = figures.Pairs(rows, 1, REPLICATES)
        for point in there["figures"]["at_policy"].values():
            want = mine.at_threshold(point["similarity"])
            self.assertEqual((point["fmr"], point["fnmr"]), (want["fmr"], want["fnmr"]))

    def test_versions_and_times_are_the_services(self):
        here, there = self.summary("pairs"), self.summary("pairs-url")
        for key, value in there["versions"].items():
            self.assertEqual(value, here["versions"][key], key)
        self.assertEqual(there["run"]["url"], self.service.ops)
        self.assertNotIn("url", here["run"])
        self.assertEqual((here["times_of"], there["times_of"]), ("image", "pair"))
        times = figures.read(self.path("pairs-url/times.csv"))
        self.assertEqual(len(times), 14)  # the rows of which both files could be read
        self.assertEqual((times[0]["path_a"], times[0]["path_b"]), tuple(self.all[:2]))
        self.assertGreater(int(times[0]["decode_us"]), 0)
        self.assertEqual(list(figures.read(self.path("quality-url/times.csv"))[0]),
                         list(figures.read(self.path("quality/times.csv"))[0]))
        page = self.read("pairs-url", "report.html").decode()
        self.assertIn("Time a pair", page)
        self.assertIn(self.service.ops, page)

    def test_a_baseline_in_process(self):
        self.go("quality", "base", "--url", self.service.ops, "--baseline", self.path("quality"),
                "--fail-on=flips>0")
        self.assertIn("times_before", self.summary("base")["changes"])
        self.go("pairs", "base", "--url", self.service.ops, "--baseline", self.path("pairs"),
                "--fail-on=flips>=0", code=NO)
        changes = self.summary("base")["changes"]
        self.assertEqual((changes["flips"], changes["reasons_gained"]), (0, {}))
        self.assertIsNone(changes.get("times_before"))

    def test_killed_it_goes_on_to_the_same_bytes(self):
        for limit in (1, 5):
            process = self.start("killed", "--resume", "--url", self.service.ops)
            self.wait_for_records(process, "killed", limit)
            process.kill()
            process.communicate()
        with open(self.path("killed/journal"), "r+b") as f:
            f.truncate(os.path.getsize(f.name) - 5)
        self.assert_tells(run("replay", "--manifest", self.pairs, "--out", self.path("killed"),
                              "--url", self.service.ops), USAGE, "--resume")
        self.assert_tells(run("replay", "--manifest", self.pairs, "--out", self.path("killed"),
                              "--resume"), USAGE, "other models, settings")
        self.go("pairs", "killed", "--resume", "--url", self.service.ops)
        self.assertEqual(self.read("killed", "results.csv"), self.read("pairs-url", "results.csv"))
        self.assertEqual(self.summary("killed")["acquisition"],
                         self.summary("pairs-url")["acquisition"])
        self.assertFalse(os.path.exists(self.path("killed/journal")))

    def test_a_service_that_goes_is_told_and_another_one_resumed_at(self):
        service = Service("limits.image_bytes=3000000")
        self.addCleanup(service.stop)
        process = self.start("gone", "--url", service.ops, "--deadline-ms=1500")
        self.wait_for_records(process, "gone", 3)
        service.process.kill()
        out, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual((process.returncode, out), (FAULT, b""))
        told = err.decode().splitlines()[-1]
        self.assertRegex(told, r"\b[1-9][0-9]* of 17 pairs are unanswered, --resume goes on: ")
        self.assertFalse(os.path.exists(self.path("gone/results.csv")))
        self.go("pairs", "gone", "--resume", "--url", self.service.ops)
        self.assertEqual(self.read("gone", "results.csv"), self.read("pairs-url", "results.csv"))

    def test_a_service_with_other_settings_ends_the_run_and_is_not_resumed_at(self):
        first = Service("limits.image_bytes=3000000")
        self.addCleanup(first.stop)
        process = self.start("changed", "--url", first.ops)
        self.wait_for_records(process, "changed", 1)
        process.send_signal(signal.SIGSTOP)  # it must not give up while no service is there
        self.addCleanup(process.kill)
        first.process.kill()
        first.process.wait()
        second = Service("limits.image_bytes=3000000", "policy.match_fmr=1e-2",
                         "policy.review_fmr=5e-2", listen=("--ops-listen", first.ops))
        self.addCleanup(second.stop)
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual((process.returncode, out), (FAULT, b""))
        self.assertIn("than when the run began", err.decode())
        self.assert_tells(run("replay", "--manifest", self.pairs, "--out", self.path("changed"),
                              "--resume", "--url", first.ops), USAGE, "other models, settings")
        self.go("pairs", "another", "--url", second.ops)
        self.assertNotEqual(self.summary("another")["figures"]["at_policy"]["match"]["similarity"],
                            self.summary("pairs")["figures"]["at_policy"]["match"]["similarity"])

    def test_what_is_too_large_for_the_service_is_listed(self):
        with open(os.path.join(self.root, self.all[0]), "rb") as f:
            data = f.read()
        self.file("set/large.jpg", data + bytes(3000001 - len(data)))
        manifest = self.manifest([["path", "label"], ["large.jpg", "good"], [self.all[0], "good"]],
                                 "set/large.csv")
        self.replay(manifest, "large", "--url", self.service.ops)
        self.assertEqual(self.summary("large")["acquisition"]["unreadable_files"],
                         [{"path": "large.jpg", "why": "larger than what the service takes"}])

    def test_the_role_that_is_told_no_scores_is_refused_before_the_run(self):
        for manifest in (self.pairs, self.attacks, self.quality):
            self.refused(USAGE, "url", ["role ops"], "replay", "--manifest", manifest, "--out",
                         self.path("never"), "--url", self.service.binding)
        self.assertFalse(os.path.exists(self.path("never")))

    def test_the_command_line(self):
        args = ["replay", "--manifest", self.pairs, "--out", self.path("never")]
        for more in (["--models", MODELS], ["--config", "x"], ["--set", "a.b=1"]):
            self.refused(USAGE, "url", ["its own settings"], *args, "--url", self.service.ops,
                         *more)
        self.refused(USAGE, "deadline_ms", ["--url"], *args, "--deadline-ms=5")
        self.refused(USAGE, "url", ["certificates"], *args, "--tls-ca", "x")
        for wrong in ("0", "600001", "x"):
            self.assertEqual(run(*args, "--url", self.service.ops, "--deadline-ms",
                                 wrong).returncode, USAGE)
        nobody = f"ipc://{self.path('nobody')}"
        self.assert_tells(run(*args, "--url", nobody, "--deadline-ms=100"), FAULT,
                          "no connection", nobody)
        self.assertFalse(os.path.exists(self.path("never")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
