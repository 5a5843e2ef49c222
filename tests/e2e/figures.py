# SPDX-License-Identifier: Apache-2.0
"""The figures of a replay once more, written from their definitions (docs/replay.md), from
results.csv alone. Slow and plain on purpose. Similarities are 32-bit floats, as in the program."""
import csv
import math
import os
import struct

M64 = (1 << 64) - 1


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def above(x):
    """The next 32-bit float above x."""
    bits = struct.unpack("i", struct.pack("f", x))[0]
    return struct.unpack("f", struct.pack("i", 1 if x == 0 else bits + (1 if x > 0 else -1)))[0]


def draw(seed, r, n):
    x, weight = (seed * 1000003 + r) & M64, [0] * n
    for _ in range(n):
        x = (x + 0x9e3779b97f4a7c15) & M64
        z = ((x ^ (x >> 30)) * 0xbf58476d1ce4e5b9) & M64
        z = ((z ^ (z >> 27)) * 0x94d049bb133111eb) & M64
        weight[(((z ^ (z >> 31)) >> 32) * n) >> 32] += 1
    return weight


def interval(values, count, of):
    if not values:
        return None, None
    v = sorted(values)
    low, high = v[math.floor(0.025 * len(v))], v[math.ceil(0.975 * len(v)) - 1]
    three = min(3 / of, 1) if of else 1
    return (min(low, 1 - three) if count == of else low,
            max(high, three) if count == 0 else high)


def share(hits, seed, replicates):
    """hits: (people, hit) with one or two names. As summary.json writes a share."""
    names = sorted({p.encode() for people, _ in hits for p in people})
    number = {p: i for i, p in enumerate(names)}
    rows = [([number[p.encode()] for p in sorted(set(people))], hit) for people, hit in hits]
    values = []
    for r in range(replicates if rows else 0):
        w = draw(seed, r, len(names))
        weights = [(math.prod(w[p] for p in people), hit) for people, hit in rows]
        total = sum(x for x, _ in weights)
        if total:
            values.append(sum(x for x, hit in weights if hit) / total)
    count = sum(hit for _, hit in rows)
    low, high = interval(values, count, len(rows))
    return {"count": count, "of": len(rows), "value": count / len(rows) if rows else None,
            "low": low, "high": high}


def threshold(impostors, rate):
    """impostors: (similarity, weight), most similar first."""
    allowed = math.floor(rate * sum(w for _, w in impostors) + 1e-9)
    passed = 0
    for s, w in impostors:
        passed += w
        if passed > allowed:
            return above(s)
    return -2.0


class Pairs:
    """rows: dicts with people (two names), same, similarity (None: not compared)."""

    def __init__(self, rows, seed=1, replicates=1000):
        self.seed, self.replicates = seed, replicates
        names = sorted({p.encode() for r in rows for p in r["people"]})
        number = {p: i for i, p in enumerate(names)}
        self.n_people = len(names)
        part = {True: [], False: []}
        for r in rows:
            people = [number[p.encode()] for p in sorted(set(r["people"]))]
            part[r["same"]].append((r["similarity"], people))
        self.genuine = part[True]
        self.impostor = sorted((x for x in part[False] if x[0] is not None), key=lambda x: -x[0])

    def fnmr(self, t, weight=None):
        def w(people):
            return 1 if weight is None else math.prod(weight[p] for p in people)
        missed = sum(w(p) for s, p in self.genuine if s is None or s < t)
        return missed, sum(w(p) for _, p in self.genuine)

    def fmr(self, t, weight=None):
        def w(people):
            return 1 if weight is None else math.prod(weight[p] for p in people)
        return (sum(w(p) for s, p in self.impostor if s >= t), sum(w(p) for _, p in self.impostor))

    def at_rate(self, rate):
        t = threshold([(s, 1) for s, _ in self.impostor], rate)
        values = []
        for r in range(self.replicates):
            w = draw(self.seed, r, self.n_people)
            weighted = [(s, math.prod(w[p] for p in people)) for s, people in self.impostor]
            if not sum(x for _, x in weighted):
                continue
            missed, of = self.fnmr(threshold(weighted, rate), w)
            if of:
                values.append(missed / of)
        missed, of = self.fnmr(t)
        low, high = interval(values, missed, of)
        return {"similarity": t, "false_matches": self.fmr(t)[0],
                "fnmr": {"count": missed, "of": of, "value": missed / of if of else None,
                         "low": low, "high": high}}

    def at_threshold(self, t):
        out = {}
        for name, count in (("fmr", self.fmr), ("fnmr", self.fnmr)):
            values = []
            for r in range(self.replicates):
                hit, of = count(t, draw(self.seed, r, self.n_people))
                if of:
                    values.append(hit / of)
            hit, of = count(t)
            low, high = interval(values, hit, of)
            out[name] = {"count": hit, "of": of, "value": hit / of if of else None,
                         "low": low, "high": high}
        return out


def bpcer_at(rows, apcer, seed, replicates):
    """rows: (score, species or None, person) of judged presentations."""
    people = sorted({p.encode() for _, _, p in rows})
    number = {p: i for i, p in enumerate(people)}

    def limit(w):
        species = {s for _, s, _ in rows if s is not None}
        limits = [-math.inf]
        for k in species:
            mine = sorted(((x, w[number[p.encode()]]) for x, s, p in rows if s == k),
                          key=lambda v: -v[0])
            t = threshold(mine, apcer)
            limits.append(-math.inf if t == -2.0 else t)
        return max(limits)

    def refused(t, w):
        live = [(x, w[number[p.encode()]]) for x, s, p in rows if s is None]
        return sum(v for x, v in live if x < t), sum(v for _, v in live)

    one = [1] * len(people)
    values = []
    for r in range(replicates):
        w = draw(seed, r, len(people))
        hit, of = refused(limit(w), w)
        if of:
            values.append(hit / of)
    t = limit(one)
    hit, of = refused(t, one)
    low, high = interval(values, hit, of)
    return t, {"count": hit, "of": of, "value": hit / of if of else None, "low": low, "high": high}


def mcnemar(worse, better):
    n, k = worse + better, min(worse, better)
    if n > 1000:
        d = abs(worse - better)
        return 1.0 if d <= 1 else math.erfc(math.sqrt((d - 1) ** 2 / n / 2))
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2 ** n)


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def pairs_of(rows, folders=True):
    """Rows of results.csv for Pairs(); those with an unreadable file are left out."""
    def person(row, side):
        return (row[f"person_{side}"] if not folders
                else os.path.basename(os.path.dirname(row[f"path_{side}"])))
    return [{"people": (person(r, "a"), person(r, "b")), "same": r["same"] == "1",
             "similarity": f32(float(r["similarity"])) if r["similarity"] else None,
             "decision": r["decision"], "cohort": r.get("cohort", "")}
            for r in rows if r["decision"] != "UNREADABLE"]


def pool_adjacent(scores):
    """scores: (similarity, genuine). Cllr_min by joining neighbours until the ratio rises."""
    counts = {}
    for s, genuine in scores:
        counts.setdefault(s, [0, 0])[0 if genuine else 1] += 1
    g, i = sum(x for _, x in scores), sum(not x for _, x in scores)
    stack = []
    for s in sorted(counts):
        stack.append([counts[s][0] / g, counts[s][1] / i])
        while len(stack) > 1 and stack[-2][0] * stack[-1][1] >= stack[-1][0] * stack[-2][1]:
            a, b = stack.pop()
            stack[-1][0] += a
            stack[-1][1] += b
    return sum((a * math.log2(1 + b / a) if a else 0) + (b * math.log2(1 + a / b) if b else 0)
               for a, b in stack) / 2


def cllr(scores, scale, offset):
    def loss(x):
        return math.log2(1 + math.exp(-x)) if x > -700 else -x / math.log(2)
    g = [loss(scale * s + offset) for s, x in scores if x]
    i = [loss(-(scale * s + offset)) for s, x in scores if not x]
    return (sum(g) / len(g) + sum(i) / len(i)) / 2
