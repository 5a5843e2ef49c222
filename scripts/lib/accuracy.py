#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes manifests of labelled sets, replays them, and writes docs/accuracy.md from the summaries.

    accuracy.py run DATA RUNS               needs build/faceverify
    accuracy.py page RUNS CALIBRATION.json  prints the page
"""
import csv
import itertools
import json
import os
import re
import subprocess
import sys

NAMES = ("lfw", "east_asian", "performers", "attacks", "quality")
ROOTS = {"lfw": "verify/lfw", "east_asian": "verify/lfw", "performers": "verify/performers",
         "attacks": "pad", "quality": "quality"}
LABELS = (("eyes_closed", "EYES_CLOSED"), ("mouth_occluded", "MOUTH_COVERED|FACE_COVERED"),
          ("uneven_light", "UNEVEN_LIGHT"), ("ambient_only", "TOO_DARK"),
          ("borderline_side_light", "ignore"))


def person(path):
    return os.path.basename(os.path.dirname(path))


def pairs_csv(folder):
    """[path_a, path_b, same] of a pairs.csv whose names may have commas in them, unquoted."""
    with open(os.path.join(folder, "pairs.csv"), encoding="utf-8") as f:
        lines = f.read().splitlines()[1:]
    rows = []
    for line in lines:
        paths, same = line.rsplit(",", 1)
        for at in (m.start() for m in re.finditer(",", paths)):
            a, b = paths[:at].strip('"'), paths[at + 1:].strip('"')
            if os.path.exists(os.path.join(folder, a)) and \
                    os.path.exists(os.path.join(folder, b)):
                rows.append([a, b, same])
                break
    return rows


def cohort_rows(folder, pairs):
    """Every two pictures of the people in cohorts.csv. Some people are there under two names: whom
    a genuine pair connects is one."""
    with open(os.path.join(folder, "cohorts.csv"), newline="", encoding="utf-8") as f:
        people = {r["identity"]: r["identity"] for r in csv.DictReader(f)}
    for a, b, same in pairs:
        a, b = person(a), person(b)
        if same == "1" and a != b and a in people and b in people:
            people = {k: people[a] if v == people[b] else v for k, v in people.items()}
    pictures = sorted(os.path.join(p, f) for p in people
                      for f in os.listdir(os.path.join(folder, p)))
    return [[a, b, str(int(people[person(a)] == people[person(b)])), people[person(a)],
             people[person(b)]] for a, b in itertools.combinations(pictures, 2)], people


def write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([head] + rows)


def manifests(data, runs):
    """{name: manifest}, those whose set is there."""
    out = {}
    for name in NAMES:
        folder = os.path.join(data, ROOTS[name])
        path = os.path.join(runs, name + ".csv")
        if name in ("attacks", "quality"):
            if os.path.exists(os.path.join(folder, "labels.csv")):
                out[name] = os.path.join(folder, "labels.csv")
            continue
        if not os.path.exists(os.path.join(folder, "pairs.csv")):
            continue
        rows = pairs_csv(folder)
        head = ["path_a", "path_b", "same"]
        if name == "east_asian":
            if not os.path.exists(os.path.join(folder, "cohorts.csv")):
                continue
            rows, _ = cohort_rows(folder, rows)
            head += ["person_a", "person_b"]
        elif name == "lfw" and os.path.exists(os.path.join(folder, "cohorts.csv")):
            _, people = cohort_rows(folder, rows)
            rows = [r + ["east_asian" if person(r[0]) in people and person(r[1]) in people
                         else ""] for r in rows]
            head += ["cohort"]
        write(path, head, rows)
        out[name] = path
    return out


def run(data, runs):
    write(os.path.join(runs, "labels.csv"), ["label", "reason"], [list(r) for r in LABELS])
    for name, manifest in manifests(data, runs).items():
        more = ["--labels", os.path.join(runs, "labels.csv")] if name == "quality" else []
        print(f"replay: {name}", flush=True)
        subprocess.run(["build/faceverify", "replay", "--models", "models", "--manifest", manifest,
                        "--root", os.path.join(data, ROOTS[name]), "--out",
                        os.path.join(runs, name), "--resume", *more],
                       check=True, stdout=subprocess.DEVNULL)


def percent(x):
    x *= 100
    return f"{x:.2f}" if x == 0 or x >= 0.1 else f"{x:.2g}"


def share(s):
    """"1.90 % (133 of 7,016), 1.28 to 3.03 %" """
    if s["value"] is None:
        return "-"
    text = f"{percent(s['value'])} % ({s['count']:,} of {s['of']:,})"
    if s["low"] is not None:
        text += f", {percent(s['low'])} to {percent(s['high'])} %"
    return text


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] +
                     ["| " + " | ".join(r) + " |" for r in rows]) + "\n"


def at(figures, rate):
    return next((p for p in figures["at_rates"] if abs(p["rate"] / rate - 1) < 1e-9), None)


def similarity(cohort, rate):
    return next((r for r in cohort["rates"] if abs(r["fmr"] / rate - 1) < 1e-9), None)


TOP = """# Accuracy

**This page is generated** by `scripts/accuracy DATA` from the summaries of `faceverify replay` and from `models/calibration.json`: change the script, not the page.

## What is measured

A *genuine* pair shows one person twice, an *impostor* pair two people. A comparison gives a similarity, the cosine of two
templates, -1 to 1.

| term (ISO/IEC 19795-1, 30107-3) | meaning here |
|---|---|
| FMR, false match rate | share of impostor pairs at or above a similarity |
| FNMR, false non-match rate | share of genuine pairs below it. A pair with a photograph in which no face is found counts as a non-match |
| failure to acquire | share of photographs in which no face is found |
| APCER | attacks of one species taken for live, of those that can be judged; given for each species, never as a mean |
| BPCER | live selfies not taken for live, of those that can be judged; those that cannot be are counted apart (BPNRR) |
| rule of three | with no error in N independent trials, the rate is below 3/N with 95 % confidence |

Intervals are 95 %, by bootstrap over people (1,000 draws, seed 1). Formulas: [replay.md](replay.md).
"""

HOW = """## How

`scripts/accuracy DATA` makes the manifests (for the cohort every two pictures of its people) and runs these, here without `--models`, `--root` and `--out`:

```
{commands}
```

The sets are folders of labelled photographs that are not part of this project; whoever has some of that form gets the same page for them. Each run leaves a report to read.

| run | rows | images | unreadable | people | SHA-256 of the manifest |
|---|---|---|---|---|---|
{sets}

{date}, library {library}, pack `{pack}` (`pack.json` {pack_sha256:.16}...), calibration `{calibration}`, backend {backend}, settings as shipped; {machine}.
"""

RECUT = """`build/tests/accuracy/accuracy --recut DATA` first cuts every photograph of the LFW part down to the 102x126 pixels of an identity card's chip, JPEG quality 60:

```
{text}
```
"""

LIMITS = """## Known limits

- The sets are web portraits. Neither the selfies of old phones nor prints of the police's files are among them; what
  is written above holds for the sets, not for a deployment. **Whoever deploys should calibrate on pairs of their own**
  ([models.md](models.md)).
- Impostors are drawn at random: relatives look more alike, and no set of relatives was measured.
- Nothing is known about the networks' training data ([../models/README.md](../models/README.md)): people in the sets may
  have been in it, which flatters.
- The pairs of a set are not independent: one person is in many of them. The intervals draw people, not pairs, for that reason; of few people
  they are still too narrow.
- Limits of quality and liveness were set on the sets that are named here, which flatters; [liveness.md](liveness.md) says how each was kept from
  judging itself.
- Labels are as the sets have them. LFW has people under two names and a few wrong names: similarities at the lowest rates of a calibration are then those of
  such errors, and too high, which is the safe side.
"""


def pairs_section(runs):
    rows, policy = [], []
    for name, title in (("lfw", "LFW part"), ("east_asian", "East Asian identities of it, all pairs"),
                        ("performers", "performers (15 people: informs only)")):
        s = runs.get(name)
        if s is None:
            continue
        f = s["figures"]
        for rate in (1e-2, 1e-3, 1e-4):
            p = at(f, rate)
            if p is None:
                continue
            rows.append([title, f"{rate:g}", f"{p['fmr']['count']:,} of {p['fmr']['of']:,}",
                         f"{p['similarity']:.4f}", share(p["fnmr"])])
        policy.append([title, f"{f['people']:,}", share(s["acquisition"]["fta"]),
                       share(f["at_policy"]["match"]["fmr"]), share(f["at_policy"]["match"]["fnmr"])])
    text = "## Comparison\n\nEach set at its own similarity for a rate:\n\n" + table(
        ["set", "FMR", "false matches", "similarity", "FNMR"], rows)
    text += "\nAt the similarity that a match needs under the policy as shipped:\n\n" + table(
        ["set", "people", "failure to acquire", "FMR", "FNMR"], policy)
    text += ("\nThe performers are fifteen people in posed, retouched, heavily made-up pictures, "
             "160 px faces: the comparison is not fit for such\npictures, and fifteen people are "
             "too few to say more.\n")
    return text


def answers_section(runs):
    head = ["pairs", "pass", "manual review", "no match", "retake selfie", "record unusable"]
    keys = ("PASS", "MANUAL_REVIEW", "NO_MATCH", "RETAKE_SELFIE", "RECORD_PHOTO_UNUSABLE")
    rows = []
    for name, title in (("lfw", "LFW part"), ("east_asian", "East Asian identities"),
                        ("performers", "performers")):
        for label in ("genuine", "impostor"):
            a = runs.get(name, {}).get("answers", {}).get(label)
            if a is None:
                continue
            n = sum(a.values())
            rows.append([f"{title}, {n:,} {label}"] +
                        [f"{a.get(k, 0):,} ({percent(a.get(k, 0) / n)} %)" for k in keys])
    return ("## What members would hear\n\nThe whole answer of `faceverify match`, quality included, "
            "to the same pairs:\n\n" + table(head, rows) +
            "\nWeb portraits are no selfies: many have a second face, hard light or a turned head, "
            "and such a selfie is refused, free of charge, before anything\nis compared. What a "
            "deployment's refusals are, only its own pictures tell.\n")


def calibration_section(c):
    names = [x["name"] for x in c["cohorts"]]
    rows = []
    for rate in (1e-2, 1e-3, 1e-4, 1e-5):
        cells = []
        for cohort in c["cohorts"]:
            r = similarity(cohort, rate)
            cells.append("not supported" if r is None else
                         f"{r['similarity']:.4f} ({r['false_matches']:,}; at most "
                         f"{r['fmr_upper95']:.2g})")
        rows.append([f"{rate:g}"] + cells)
    who = []
    for x in c["cohorts"]:
        fit = x.get("log_likelihood_ratio")
        who.append([f"`{x['name']}`", x["set"], f"{x['people']:,}", f"{x['impostor_pairs']:,}",
                    f"{x['genuine_pairs']:,}", "yes" if x["sets_policy"] else "no: informs",
                    "-" if fit is None else f"{fit['cllr']:.4f} / {fit['cllr_min']:.4f}",
                    f"`{x['manifest_sha256'][:16]}`"])
    return f"""## From similarity to threshold

`models/calibration.json` (`{c["id"]}`, made by `scripts/calibrate DATA` with `faceverify calibrate`) says, for each cohort, at which similarity each rate was seen, on how many people and
pairs, with the upper end of the 95 % interval. It belongs to one embedding network, by SHA-256 (`{c["network_sha256"][:16]}...`); the engine refuses it for another.
`faceverify models` prints it with the thresholds in force.

- The policy names a rate (`policy.match_fmr`, `policy.review_fmr`), never a similarity. The engine takes each cohort's similarity
  at its nearest measured rate that is not above the one asked for, and of all cohorts the **highest**: a threshold holds for the
  cohort that fares worst, not for the average.
- A rate below 3/pairs of a cohort is refused (rule of three): nothing is extrapolated.
- A cohort of fewer than 50 people is shown but sets no policy.

{table(["cohort", "set", "people", "impostor pairs", "genuine pairs", "sets policy", "Cllr / least", "manifest"], who)}
Similarity at which each rate was seen (false matches; 95 % upper bound of the rate):

{table(["FMR"] + names, rows)}"""


def factor_section(c, runs, folder):
    by = {x["name"]: x for x in c["cohorts"]}
    if "general" not in by or "east_asian" not in by or "east_asian" not in runs:
        return ""
    general = similarity(by["general"], 1e-4)["similarity"]
    with open(os.path.join(folder, "east_asian", "results.csv"), newline="",
              encoding="utf-8") as f:
        scores = [float(r["similarity"]) for r in csv.DictReader(f)
                  if r["same"] == "0" and r["similarity"]]
    hits = sum(s >= general for s in scores)
    rate = hits / len(scores)
    own = at(runs["east_asian"]["figures"], 1e-4)
    mine = similarity(by["east_asian"], 1e-4)["similarity"]
    return f"""
**What that means for a real population.** General are all pairs of different people of the LFW part; East Asian are the {by["east_asian"]["people"]} identities that a person judged so by name and
picture, every picture with every other one. The similarity that gives 1e-4 among random pairs ({general:.4f}) gives {rate:.4f} among them ({hits:,} of {len(scores):,}): **{rate / 1e-4:.0f} times as many false
matches**. With the general threshold a service for a Chinese population would be that much weaker than it says; so the policy goes by this cohort. The price: at the threshold in force the share of
genuine pairs that go to manual review is larger than the first table suggests. The same has to be expected of any group that a set does not name: a set of one's own people is worth more than any of these.

The cohort is small, and one of its people stands in the set under two names: their four pairs count as impostors in the calibration, and are the similarities at its lowest rates. Labelled as one person
the cohort's similarity for 1e-4 is {own["similarity"]:.4f} instead of {mine:.4f}. It stays as it is: the error is on the safe side.
"""


def attacks_section(s):
    f = s["figures"]
    rows = [["BPCER: live, not passed", share(f["bpcer"])],
            ["of these, called an attack", share(f["called_attack"])],
            ["BPNRR: live, cannot be judged", share(f["bpnrr"])]]
    for name, v in sorted(f["species"].items()):
        rows.append([f"APCER `{name}`", share(v["apcer"])])
        rows.append([f"APNRR `{name}`: cannot be judged", share(v["apnrr"])])
    for p in f["bpcer_at_apcer"]:
        rows.append([f"BPCER where the worst species has APCER {100 * p['apcer']:g} %",
                     share(p["bpcer"])])
    return ("## Liveness\n\nAll labelled pictures at the shipped limit. **The limit was set on them**, so "
            "these figures flatter: those of pictures that a model had not seen, and what\nstops "
            "where, are in [liveness.md](liveness.md). People: the subjects that the set names; "
            "where it names none, each picture counts as one.\n\n" + table(["", "rate"], rows))


def quality_section(s):
    rows = []
    for name, v in s["figures"]["labels"].items():
        expected = {"good": "nothing", "ignore": "-"}.get(v["expected"],
                                                           " or ".join(v.get("reasons", [])))
        rows.append([f"`{name}`", expected, share(v["refused"]),
                     share(v["found"]) if "found" in v else "-"])
    return ("## Quality\n\nFace crops, judged as selfies. Refused: for whatever reason, also one that "
            "the label does not name (crops are often small, or cut off).\n\n" +
            table(["label", "expected", "refused", "expected reason told"], rows))


def commands(runs):
    out = []
    for name in NAMES:
        if name in runs:
            more = " --labels labels.csv" if name == "quality" else ""
            out.append(f"faceverify replay --manifest {name}.csv{more}")
    return "\n".join(out)


def page(folder, calibration):
    runs = {}
    for name in NAMES:
        path = os.path.join(folder, name, "summary.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                runs[name] = json.load(f)
    with open(calibration, encoding="utf-8") as f:
        c = json.load(f)
    first = runs["lfw"]
    v, m = first["versions"], first["run"]["machine"]
    sets = "\n".join(f"| {n} | {s['set']['rows']:,} | {s['set']['images']:,} | "
                     f"{s['acquisition']['unreadable']} | {s['set']['people']:,} | "
                     f"`{s['set']['sha256'][:16]}` |" for n, s in runs.items())
    parts = [TOP, HOW.format(commands=commands(runs), sets=sets, date=first["run"]["started"][:10],
                             machine=f"{m['processor']}, {m['cores']} cores", **v),
             pairs_section(runs)]
    recut = os.path.join(folder, "recut.txt")
    if os.path.exists(recut):
        with open(recut, encoding="utf-8") as f:
            text = "\n".join(x for x in f.read().splitlines() if "no face: " not in x)
        parts.append(RECUT.format(text=text))
    parts += [answers_section(runs), calibration_section(c) + factor_section(c, runs, folder)]
    if "attacks" in runs:
        parts.append(attacks_section(runs["attacks"]))
    if "quality" in runs:
        parts.append(quality_section(runs["quality"]))
    parts.append(LIMITS)
    print("\n".join(parts), end="")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("run", "page"):
        sys.exit(__doc__)
    {"run": run, "page": page}[sys.argv[1]](sys.argv[2], sys.argv[3])
