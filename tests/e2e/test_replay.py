# SPDX-License-Identifier: Apache-2.0
"""faceverify replay: figures equal those of figures.py to the last digit; the answers are those of
`faceverify match`, `liveness` and `quality`; what is interrupted goes on; what is wrong is named."""
import functools
import http.server
import json
import os
import pty
import re
import shutil
import stat
import subprocess
import threading
import unittest
import xml.etree.ElementTree

import figures
from cli import FAULT, MODELS, NO, PROGRAM, TIMEOUT_S, USAGE, YES, environment, one_document, run
from replay_set import Set

REPLICATES = 60


class Pairs(Set):
    """460 pairs with made-up people, so that errors of both kinds and ties are among them. Two runs
    that most tests look at: base, and now, with other settings against base."""
    PICTURES = 18

    def prepare(self):
        super().prepare()
        cls = type(self)
        twins = [self.copy(p, f"twins/{i}.jpg") for i, p in enumerate(self.all[:4])]  # ties
        cls.all = self.all + twins
        people = {p: f"p{i % 13}" for i, p in enumerate(self.all)}
        rows = [["note", "path_a", "path_b", "same", "person_a", "person_b", "cohort"]]
        for i, a in enumerate(self.all):
            for k, b in enumerate(self.all):
                if a != b:
                    rows.append([f"{i},\"{k}\"", a, b, int(people[a] == people[b]), people[a],
                                 people[b], ("", "old", "young")[i % 3]])
        rows.append(["", "none/1.jpg", self.all[0], 0, "p99", people[self.all[0]], "old"])
        with open(os.path.join(self.root, "text.jpg"), "w", encoding="utf-8") as f:
            f.write("no picture")
        rows.append(["", "text.jpg", self.all[0], 0, "p98", people[self.all[0]], "old"])
        rows.append(["", self.all[1], "text.jpg", 0, people[self.all[1]], "p98", "old"])
        odd = "odd/<script>alert(1)<&'\".jpg"
        self.copy(self.all[0], odd)
        rows.append(["", odd, "text.jpg", 1, "p98", "p98", ""])
        cls.rows = rows
        cls.set = self.manifest(rows)
        self.run_it(out="base")
        # two impostor pairs were not compared, one not read
        cls.rate = 3.4 / (sum(r[3] == 0 for r in rows[1:]) - 3)  # between two steps
        cls.conditions = {f"fnmr@{self.rate!r}>2": False, "fnmr@1e-6>2": True, "fta>0": True,
                          "fnmr[none]>2": True, "unreadable>1": False, "pass.high<2": True,
                          "pass[old]>=0": True, "flips>0": True}
        cls.told = self.run_it(
            "--set=policy.match_fmr=1e-2", "--set=policy.review_fmr=5e-2",
            "--set=selfie.inter_eye_distance.min=170", f"--baseline={self.path('base')}",
            "--thumbnails", f"--junit={self.path('junit.xml')}",
            *(f"--fail-on={c}" for c in self.conditions), code=NO, out="now").stderr.decode()

    def run_it(self, *args, code=YES, out="out"):
        return self.replay(self.set, out, f"--bootstrap={REPLICATES}", "--seed=7", *args, code=code)

    def check_figures(self, found, rows):
        mine = figures.Pairs(rows, 7, REPLICATES)
        self.assertEqual(found["people"], mine.n_people)
        self.assertEqual(found["genuine_pairs"], len(mine.genuine))
        steps = [p["rate"] for p in found["at_rates"]]
        all_steps = [1e-2, 5e-3, 2e-3, 1e-3]
        self.assertEqual(steps, [r for r in all_steps if r * len(mine.impostor) >= 3 - 1e-9])
        for p in found["at_rates"]:
            want = mine.at_rate(p["rate"])
            self.assertEqual(p["similarity"], want["similarity"])
            self.assertEqual(p["fmr"]["count"], want["false_matches"])
            self.assertEqual(p["fnmr"], want["fnmr"])
        for name in ("match", "review"):
            p = found["at_policy"][name]
            want = mine.at_threshold(p["similarity"])
            self.assertEqual((p["fmr"], p["fnmr"]), (want["fmr"], want["fnmr"]))
        for name, same, decision in (("pass", True, "PASS"), ("review", True, "MANUAL_REVIEW"),
                                     ("false_no_match", True, "NO_MATCH"),
                                     ("false_pass", False, "PASS"),
                                     ("false_review", False, "MANUAL_REVIEW")):
            hits = [(r["people"], r["decision"] == decision) for r in rows if r["same"] == same]
            self.assertEqual(found[name], figures.share(hits, 7, REPLICATES), name)

    def test_figures_are_the_independent_ones(self):
        summary = self.summary("base")
        rows = figures.pairs_of(figures.read(self.path("base/results.csv")), folders=False)
        self.assertEqual(len(rows), len(self.rows) - 2)  # header; the file that is not there
        self.check_figures(summary["figures"], rows)
        self.assertGreaterEqual(len(summary["figures"]["at_rates"]), 1)
        self.assertGreater(summary["figures"]["at_rates"][0]["fnmr"]["count"], 0)
        for cohort in ("old", "young"):
            self.check_figures(summary["figures"]["cohorts"][cohort],
                               [r for r in rows if r["cohort"] == cohort])
            self.assertTrue(summary["figures"]["cohorts"][cohort]["informs_only"])
        self.assertEqual(summary["acquisition"]["unreadable"], 1)
        self.assertEqual(summary["acquisition"]["unreadable_files"],
                         [{"path": "none/1.jpg", "why": "No such file or directory"}])
        fta = summary["acquisition"]["fta"]
        self.assertEqual((fta["count"], fta["of"]), (1, len(self.all) + 2))

    def test_columns_are_carried_through_in_order(self):
        results = figures.read(self.path("base/results.csv"))
        for given, found in zip(self.rows[1:], results):
            self.assertEqual([str(v) for v in given], list(found.values())[:len(given)])
        self.assertEqual(list(results[0])[-3:], ["decision", "reasons", "similarity"])

    def test_answers_are_those_of_match(self):
        results = figures.read(self.path("base/results.csv"))
        for row in results[::79] + results[-2:]:
            reply = one_document(run("match", "--json", os.path.join(self.root, row["path_a"]),
                                     os.path.join(self.root, row["path_b"])).stdout)
            self.assertEqual(row["decision"], reply["decision"])
            told = [f"{r['image'].lower()}.{r['code']}" for r in reply.get("reasons", [])]
            self.assertEqual(row["reasons"], ";".join(told))
            if "similarity" in reply:
                self.assertAlmostEqual(float(row["similarity"]), reply["similarity"], delta=1e-6)

    def test_threads_and_repetition_change_nothing(self):
        for threads in (1, 5):
            self.run_it(f"--threads={threads}", out="threads")
            self.assertEqual(self.read("base", "results.csv"), self.read("threads", "results.csv"))
            base, again = self.summary("base"), self.summary("threads")
            self.assertEqual(base["figures"], again["figures"])
            self.assertEqual(base["worst"], again["worst"])

    def test_conditions(self):
        conditions = self.summary("now")["conditions"]
        self.assertEqual({c["condition"]: c["holds"] for c in conditions}, self.conditions)
        rows = figures.pairs_of(figures.read(self.path("now/results.csv")), folders=False)
        mine = figures.Pairs(rows, 7, REPLICATES)
        self.assertEqual(conditions[0]["value"], mine.at_rate(self.rate)["fnmr"]["value"])
        self.assertIn("rule of three", conditions[1]["why"])
        self.assertEqual(self.told.count("faceverify replay: "), 6)
        suite = xml.etree.ElementTree.parse(self.path("junit.xml")).getroot()
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("9", "6"))
        self.assertEqual([case.find("failure") is not None for case in suite][1:],
                         [c["holds"] for c in conditions])
        self.assertEqual(suite[1].get("name"), f"not fnmr@{self.rate!r}>2")

    def test_conditions_that_are_none_are_refused_before_the_work(self):
        for text, what in (("fnmr", "METRIC>NUMBER"), ("fnmr>x", "no number"),
                           ("fnmr@x>1", "left side"), ("nonsense>1", "no metric"),
                           ("apcer>0.1", "a set of pairs has no 'apcer'"),
                           ("flips>0", "need a --baseline"), ("fta@0.1>1", "not asked"),
                           ("unreadable.low>1", "not asked"), ("fnmr[]>1", "left side"),
                           ("fta[old]>0", "not asked")):
            result = self.run_it(f"--fail-on={text}", code=USAGE, out="never")
            self.assertIn(what, result.stderr.decode())
            self.assertFalse(os.path.exists(self.path("never")))

    def test_baseline(self):
        changes = self.summary("now")["changes"]
        before = figures.read(self.path("base/results.csv"))
        now = figures.read(self.path("now/results.csv"))
        both = [(b, n) for b, n in zip(before, now) if b["decision"] != "UNREADABLE"]
        flips = [(b, n) for b, n in both if b["decision"] != n["decision"]]
        self.assertGreater(len(flips), 5)
        self.assertEqual(changes["flips"], len(flips))
        self.assertEqual(sum(sum(v.values()) for v in changes["answers"].values()), len(flips))
        for key, sign in (("reasons_gained", 1), ("reasons_lost", -1)):
            counts = {}
            for b, n in both:
                x, y = ((b, n) if sign > 0 else (n, b))
                for reason in y["reasons"].split(";"):
                    if reason and reason not in x["reasons"].split(";"):
                        counts[reason] = counts.get(reason, 0) + 1
            self.assertEqual(changes[key], counts)
        tests = {t["errors"]: t for t in changes["tests"]}
        for name, same, wrong in (("genuine: not PASS", "1", lambda d: d != "PASS"),
                                  ("impostor: PASS", "0", lambda d: d == "PASS")):
            pair = [(wrong(b["decision"]), wrong(n["decision"])) for b, n in both
                    if b["same"] == same]
            self.check_test(tests[name], pair)
        a, b = (figures.Pairs(figures.pairs_of(x, folders=False)) for x in (before, now))
        t = [figures.threshold([(s, 1) for s, _ in p.impostor], 0.01) for p in (a, b)]
        pair = [tuple(not r["similarity"] or figures.f32(float(r["similarity"])) < limit
                      for r, limit in zip(x, t)) for x in both if x[0]["same"] == "1"]
        self.check_test(tests["genuine: no match at FMR 0.01"], pair)

    def check_test(self, found, pair):
        worse = sum(n and not b for b, n in pair)
        better = sum(b and not n for b, n in pair)
        self.assertEqual((found["before"], found["now"], found["of"], found["worse"],
                          found["better"]), (sum(b for b, _ in pair), sum(n for _, n in pair),
                                             len(pair), worse, better))
        self.assertAlmostEqual(found["p"], figures.mcnemar(worse, better), delta=1e-12)

    def test_a_baseline_of_another_set_or_none_is_refused(self):
        self.assert_tells(run("replay", "--manifest", self.set, "--out", self.path("x"),
                              "--baseline", self.path("none")), USAGE, "summary.json")

    def test_the_report_stands_alone(self):
        page = self.read("base", "report.html").decode()
        self.assertIn("Content-Security-Policy\" content=\"default-src 'none'; style-src "
                      "'unsafe-inline'; img-src data:\"", page)
        self.assertNotIn("<script", page)
        self.assertIn("&lt;script&gt;alert(1)&lt;&amp;&#39;&quot;", page)
        self.assertNotIn("<img", page)
        for address in re.findall(r"""(?:src|href)=["']([^"']*)""", page):
            self.assertTrue(address.startswith("#") or address.startswith("data:"), address)
        self.assertNotIn("url(", page)
        self.assertIn("prefers-color-scheme:dark", page)
        self.assertIn("@media print", page)
        self.assertIn("none/1.jpg", page)
        self.assertEqual(page.count("<svg"), 2)
        for black in ('"black"', "'black'", "rgb(0,0,0)", "rgb(0, 0, 0)", "#000000"):
            self.assertNotIn(black, page)
        ids = re.findall(r"""\bid=["']([^"']*)""", page)
        self.assertEqual(len(ids), len(set(ids)))

    def test_a_browser_fetches_nothing_else_and_complains_of_nothing(self):
        browser = shutil.which("chromium")
        if browser is None:
            self.skipTest("chromium is not installed")
        asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                asked.append(self.path)
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=self.path("now")))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        for width, extra in ((1280, ()), (400, ("--blink-settings=preferredColorScheme=0",))):
            picture = self.path(f"{width}.png")
            del asked[:]
            result = subprocess.run(
                [browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
                 f"--user-data-dir={self.path('profile')}", f"--window-size={width},2000", *extra,
                 "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                 f"--screenshot={picture}", f"http://127.0.0.1:{server.server_port}/report.html"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=True)
            self.assertEqual(asked, ["/report.html"])
            self.assertNotIn(b"CONSOLE", result.stdout)
            self.assertGreater(os.path.getsize(picture), 20000)

    def test_thumbnails_only_where_asked(self):
        page = self.read("now", "report.html").decode()
        self.assertGreater(page.count("<img alt=\"\" src=\"data:image/jpeg;base64,/9j/"), 3)

    def test_without_gnuplot_the_report_says_so(self):
        self.assertEqual(run("replay", "--manifest", self.set, "--out", self.path("plain"),
                             "--bootstrap=0", env=environment(PATH="/nonexistent")).returncode, YES)
        page = self.read("plain", "report.html").decode()
        self.assertEqual(page.count("gnuplot is not installed"), 2)
        self.assertNotIn("<svg", page)

    def test_a_killed_run_goes_on_to_the_same_bytes(self):
        want = self.read("base", "results.csv")
        journal = self.path("out/journal")
        for limit in (0, 9):
            process = subprocess.Popen(
                [PROGRAM, "replay", "--manifest", self.set, "--out", self.path("out"), "--resume",
                 "--threads=2", f"--bootstrap={REPLICATES}", "--seed=7"],
                env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while process.poll() is None:
                if os.path.exists(journal) and os.path.getsize(journal) > limit * 2700:
                    process.kill()
                    process.wait()
            if process.returncode == 0:
                break
            self.assertEqual(stat.S_IMODE(os.stat(journal).st_mode), 0o600)
            self.assertFalse(os.path.exists(self.path("out/results.csv")))
        if process.returncode != 0:
            with open(journal, "r+b") as f:  # as if the last record had been torn
                f.truncate(os.path.getsize(journal) - 5)
            result = self.run_it(code=USAGE)
            self.assertIn("--resume", result.stderr.decode())
            result = self.run_it("--resume", "--set=policy.match_fmr=1e-3", code=USAGE)
            self.assertIn("other models, settings", result.stderr.decode())
            self.run_it("--resume")
        self.assertEqual(self.read("out", "results.csv"), want)
        self.assertFalse(os.path.exists(journal))

    def test_what_is_interrupted_says_how_to_go_on(self):
        process = subprocess.Popen([PROGRAM, "replay", "--manifest", self.set, "--out",
                                    self.path("stopped"), "--threads=1"], env=environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while process.poll() is None and not (os.path.exists(self.path("stopped/journal")) and
                                              os.path.getsize(self.path("stopped/journal")) > 3000):
            pass
        process.terminate()
        out, err = process.communicate(timeout=TIMEOUT_S)
        if process.returncode == YES:
            self.skipTest("was through before it could be interrupted")
        self.assertEqual((process.returncode, out), (FAULT, b""))
        self.assertIn("--resume goes on", err.decode())
        self.run_it("--resume", out="stopped")

    def test_two_runs_do_not_share_a_folder(self):
        process = subprocess.Popen([PROGRAM, "replay", "--manifest", self.set, "--out",
                                    self.path("shared"), "--threads=1"], env=environment(),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and not os.path.exists(self.path("shared/journal")):
            pass
        result = run("replay", "--manifest", self.set, "--out", self.path("shared"), "--resume")
        busy = process.poll() is None
        process.kill()
        process.wait()
        if busy:
            self.assert_tells(result, USAGE, "another process works there")


class Mistakes(Set):
    PICTURES = 3

    def test_named_with_their_line_before_any_work(self):
        a, b, c = self.all
        os.symlink("/etc", os.path.join(self.root, "out"))
        head = ["path_a", "path_b", "same"]
        for rows, what in (
                ([["path_a", "path_b"], [a, b]], "set.csv:1: no column 'same'"),
                ([head, [a, b, 1], [a, c, 2]], "set.csv:3: same is '2', not 1 or 0"),
                ([head, [a, b, 1], ["../x.jpg", c, 0]], "set.csv:3: '../x.jpg' leaves the folder"),
                ([head, [a, "/etc/passwd", 0]], "set.csv:2: '/etc/passwd' leaves the folder"),
                ([head, [a, "out/passwd", 0]], "set.csv:2: 'out/passwd' leaves the folder"),
                ([head, [a, b, 1], [a, c, 0], [a, b, 1]], "set.csv:4: the same pair as in line 2"),
                ([["path", "person"], [a, "x"]], "a manifest of people is for calibration")):
            result = run("replay", "--manifest", self.manifest(rows), "--out", self.path("never"))
            self.assert_tells(result, USAGE, what)
            self.assertFalse(os.path.exists(self.path("never")))

    def test_the_command_line(self):
        self.refused(USAGE, "manifest", ["--manifest CSV is needed"], "replay", "--out", "x")
        self.refused(USAGE, "out", ["--out DIR is needed"], "replay", "--manifest", "x")
        self.refused(USAGE, "", ["No such file"], "replay", "--manifest", "none.csv", "--out", "x")
        for option in ("--threads=0", "--threads=x", "--seed=-1", "--bootstrap=1000000",
                       "--kind=people", "x"):
            self.assertEqual(run("replay", "--manifest=x", "--out=y", option).returncode, USAGE)
        good = self.manifest([["path", "label"], [self.all[0], "good"]])
        self.assert_tells(run("replay", "--manifest", good, "--kind=pairs", "--out", "x"), USAGE,
                          "one of pairs is wanted")
        self.assert_tells(run("replay", "--manifest", good, "--out", self.path("no/such")), USAGE,
                          "cannot be created")

    def test_relative_to_a_named_root(self):
        manifest = self.manifest([["path", "label"], [self.all[0], "good"]], "elsewhere.csv")
        self.replay(manifest, "out", "--root", self.root)
        self.assertEqual(self.summary("out")["acquisition"]["unreadable"], 0)

    def test_empty_classes(self):
        head = ["path_a", "path_b", "same"]
        for same in (0, 1):
            self.replay(self.manifest([head, [self.all[0], self.all[2], same]]), f"out{same}")
            f = self.summary(f"out{same}")["figures"]
            self.assertEqual(f["at_rates"], [])
            empty = f["at_policy"]["match"]["fmr" if same else "fnmr"]
            self.assertEqual((empty["count"], empty["of"], empty["value"], empty["low"]),
                             (0, 0, None, None))
            self.assertIn("No curve", self.read(f"out{same}", "report.html").decode())


class Attacks(Set):
    PICTURES = 15

    def prepare(self):
        super().prepare()
        rows = [["path", "label", "attack", "subject"]]
        for i, p in enumerate(self.all):
            spoof = i % 3 > 0
            rows.append([p, "spoof" if spoof else "live", ("", "print", "screen")[i % 3],
                         f"s{i % 5}" if i % 4 else ""])
        type(self).set = self.manifest(rows)
        self.replay(self.set, "plain", f"--bootstrap={REPLICATES}")

    def models(self, limits):
        """The shipped pack with other limits of liveness: live, attack."""
        models = self.path("models")
        if not os.path.exists(models):
            shutil.copytree(MODELS, models)
        path = os.path.join(models, "liveness.json")
        with open(path, encoding="utf-8") as f:
            document = json.load(f)
        for point, limit in zip(document["operating_points"], limits):
            point["limit"] = limit
        os.chmod(path, 0o644)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(document, f)
        return models

    def test_figures_are_the_independent_ones(self):
        scores = sorted(float(r["score"]) for r in figures.read(self.path("plain/results.csv")))
        seen = set()
        for limits in ((scores[9], 0.5), (0.9999999, 0.9999999)):
            self.check_figures(self.models(limits), seen)
        self.assertEqual(seen, {"LIVE", "ATTACK", "CANNOT_JUDGE"})

    def check_figures(self, models, seen):
        self.replay(self.set, "out", f"--bootstrap={REPLICATES}", "--seed=3", "--models", models)
        f = self.summary("out")["figures"]
        rows = figures.read(self.path("out/results.csv"))
        seen |= {r["liveness"] for r in rows}
        who = {r["path"]: r["subject"] or r["path"] for r in rows}

        def share(pick, hit):
            return figures.share([((who[r["path"]],), hit(r)) for r in rows if pick(r)], 3,
                                 REPLICATES)
        for species in ("print", "screen"):
            found = f["species"][species]
            self.assertEqual(found["apcer"], share(lambda r: r["attack"] == species and r["score"],
                                                   lambda r: r["liveness"] == "LIVE"))
            self.assertEqual(found["apnrr"], share(lambda r: r["attack"] == species,
                                                   lambda r: not r["score"]))
        live = [r for r in rows if r["label"] == "live"]
        self.assertGreater(len(live), 3)
        self.assertEqual(f["bpcer"], share(lambda r: r in live and r["score"],
                                           lambda r: r["liveness"] != "LIVE"))
        self.assertEqual(f["called_attack"], share(lambda r: r in live and r["score"],
                                                   lambda r: r["liveness"] == "ATTACK"))
        self.assertEqual(f["bpnrr"], share(lambda r: r in live, lambda r: not r["score"]))
        scored = [(figures.f32(float(r["score"])), r["attack"] or None, who[r["path"]])
                  for r in rows if r["score"]]
        self.assertEqual(f["judged"], len(scored))
        for point in f["bpcer_at_apcer"]:
            limit, bpcer = figures.bpcer_at(scored, point["apcer"], 3, REPLICATES)
            self.assertEqual(point["limit"], None if limit == float("-inf") else limit)
            self.assertEqual(point["bpcer"], bpcer)
            self.assertGreater(bpcer["count"], 0)

    def test_answers_are_those_of_liveness(self):
        for row in figures.read(self.path("plain/results.csv"))[::4]:
            reply = one_document(run("liveness", "--json",
                                     os.path.join(self.root, row["path"])).stdout)
            self.assertEqual(row["liveness"], reply["liveness"])
            told = [f"{r['image'].lower()}.{r['code']}" for r in reply.get("reasons", [])]
            self.assertEqual(row["reasons"], ";".join(told))

    def test_baseline_and_conditions(self):
        before = figures.read(self.path("plain/results.csv"))
        models = self.models((0.999, 0.999))
        self.replay(self.set, "now", "--baseline", self.path("plain"), "--models", models,
                    f"--bootstrap={REPLICATES}",
                    f"--fail-on=flips>={len(before)}", "--fail-on=apcer>0",
                    "--fail-on=bpcer@0.05>1.5", "--fail-on=apcer:none>1", "--fail-on=bpcer<1",
                    code=NO)
        summary = self.summary("now")
        self.assertEqual([c["holds"] for c in summary["conditions"]],
                         [True, False, False, True, False])
        tests = {t["errors"]: t for t in summary["changes"]["tests"]}
        live = sum(r["label"] == "live" for r in before)
        self.assertEqual((tests["live: not LIVE"]["worse"], tests["print: LIVE"]["better"]),
                         (live, sum(r["attack"] == "print" for r in before)))
        self.assertAlmostEqual(tests["live: not LIVE"]["p"], figures.mcnemar(live, 0), delta=1e-12)


class Quality(Set):
    PICTURES = 9

    def test_progress_on_a_terminal_and_off_it(self):
        manifest = self.manifest([["path", "label"]] + [[p, "good"] for p in self.all])
        master, slave = pty.openpty()
        result = subprocess.run([PROGRAM, "replay", "--manifest", manifest, "--out",
                                 self.path("seen"), "--bootstrap=0"], env=environment(),
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave,
                                timeout=TIMEOUT_S, check=True)
        self.assertEqual(result.returncode, YES)
        shown = os.read(master, 65536).decode()
        os.close(slave)
        os.close(master)
        self.assertIn("[########################] images 9/9, ", shown)
        self.assertEqual(shown.count("9/9"), 1)
        self.assertEqual(shown.count("\n"), 1)
        self.assertEqual(self.replay(manifest, "unseen", "--bootstrap=0").stderr, b"")

    def test_labels_and_their_mapping(self):
        self.file("set/small.jpg", "no picture")
        rows = [["path", "label", "as"]] + [[p, "fine", "selfie"] for p in self.all[:4]]
        rows += [[p, "no_face", "record"] for p in self.all[4:6]]
        rows += [["small.jpg", "tiny", "selfie"], [self.all[6], "odd", "selfie"],
                 ["missing.jpg", "tiny", "selfie"]]
        labels = self.file("labels.csv", "label,reason\nfine,good\n"
                                         "tiny,NO_FACE|not_a_photo\nodd,ignore\n")
        self.replay(self.manifest(rows), "out", "--labels", labels, f"--bootstrap={REPLICATES}",
                    "--fail-on=found:no_face<0.5", code=NO)
        f = self.summary("out")["figures"]["labels"]
        results = figures.read(self.path("out/results.csv"))
        for label in ("fine", "no_face", "tiny", "odd"):
            rows = [r for r in results if r["label"] == label and r["decision"] != "UNREADABLE"]
            hits = [((r["path"],), r["decision"] == "REFUSED") for r in rows]
            self.assertEqual(f[label]["refused"], figures.share(hits, 1, REPLICATES))
        self.assertEqual(f["no_face"]["found"]["count"], 0)
        self.assertEqual(f["tiny"]["found"]["count"], 1)
        self.assertEqual(f["tiny"]["found"]["of"], 1)
        self.assertNotIn("found", f["odd"])
        for row in results[:7:2]:
            reply = one_document(run("quality", "--json", "--as", row["as"],
                                     os.path.join(self.root, row["path"])).stdout)
            self.assertEqual(row["decision"], "USABLE" if reply["usable"] else "REFUSED")


if __name__ == "__main__":
    unittest.main(verbosity=2)
