# SPDX-License-Identifier: Apache-2.0
"""faceverify calibrate, against figures.py; and docs/models.md walked through with a network of
one's own: pack entry, calibrate, replay against the shipped pack, switch."""
import hashlib
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

import figures
from cli import FAULT, MODELS, RECORD, SELFIE, TIMEOUT_S, USAGE, YES, one_document, run
from replay_set import Set

RATES = [1e-1, 5e-2, 2e-2, 1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4]


def made_up(pictures):
    """Fifty-two people: eight of two pictures each, the others of one."""
    return {p: f"p{i // 4 * 2 + i % 2 if i < 16 else i - 8:02}" for i, p in enumerate(pictures)}


class Calibrate(Set):
    PICTURES = 60

    def setUp(self):
        self.people = made_up(self.all)
        self.group = {p: "small;all" if int(w[1:]) < 20 else "all" for p, w in self.people.items()}

    def calibrate(self, *args, code=YES):
        result = run("calibrate", "--bootstrap=50", "--out", self.path("cal.json"), *args)
        self.assertEqual(result.returncode, code, result.stderr.decode())
        return result

    def document(self):
        with open(self.path("cal.json"), encoding="utf-8") as f:
            return json.load(f)

    def similarities(self):
        """Of every two pictures, by replay."""
        names = sorted(self.people)
        rows = [["path_a", "path_b", "same"]]
        rows += [[a, b, int(self.people[a] == self.people[b])]
                 for i, a in enumerate(names) for b in names[i + 1:]]
        self.replay(self.manifest(rows, "set/pairs.csv"), "out", "--bootstrap=0")
        return figures.read(self.path("out/results.csv"))

    def check(self, cohort, rows):
        """rows: (similarity, genuine), as many as the cohort counted."""
        scores = [(math.floor(figures.f32(s) * 1e6) / 1e6, g) for s, g in rows]
        impostors = sorted((s for s, g in scores if not g), reverse=True)
        self.assertEqual(cohort["impostor_pairs"], len(impostors))
        self.assertEqual(cohort["genuine_pairs"], len(scores) - len(impostors))
        supported = [r for r in RATES if r * len(impostors) >= 3 - 1e-9]
        self.assertEqual([r["fmr"] for r in cohort["rates"]], supported)
        for r in cohort["rates"]:
            allowed = math.floor(r["fmr"] * len(impostors) + 1e-9)
            least = impostors[allowed]  # the first that must not match
            self.assertAlmostEqual(r["similarity"], least + 1e-6, delta=1e-9)
            self.assertEqual(r["false_matches"], sum(s > least for s in impostors))
            a = r["false_matches"] + 1.0
            poisson = a * (1 - 1 / (9 * a) + 1.6449 / (3 * math.sqrt(a))) ** 3 / len(impostors)
            self.assertGreaterEqual(r["fmr_upper95"], poisson * (1 - 1e-8))
        fit = cohort["log_likelihood_ratio"]
        self.assertAlmostEqual(fit["cllr_min"], figures.pool_adjacent(scores), delta=1e-8)
        loss = figures.cllr(scores, fit["scale"], fit["offset"])
        self.assertAlmostEqual(fit["cllr"], loss, delta=1e-7)
        for d_scale, d_offset in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)):
            self.assertGreater(figures.cllr(scores, fit["scale"] + d_scale,
                                            fit["offset"] + d_offset), loss)
        self.assertGreaterEqual(fit["cllr"], fit["cllr_min"])

    def test_all_with_all_is_what_the_pairs_say(self):
        rows = [["path", "person", "cohort"]]
        rows += [[p, w, self.group[p]] for p, w in self.people.items()]
        manifest = self.manifest(rows, "set/people.csv")
        self.calibrate("--manifest", manifest, "--set-name", "made up", "--report",
                       self.path("cal.html"), "--id", "mine-1")
        document = self.document()
        with open(manifest, "rb") as f:
            digest = hashlib.sha256(f.read()).hexdigest()
        self.assertEqual(document["id"], "mine-1")
        small, everybody = document["cohorts"]
        self.assertEqual((small["name"], small["people"], small["sets_policy"]),
                         ("small", 20, False))
        self.assertEqual((everybody["name"], everybody["people"], everybody["sets_policy"]),
                         ("all", 52, True))
        self.assertEqual({c["set"] for c in document["cohorts"]}, {"made up"})
        self.assertEqual({c["manifest_sha256"] for c in document["cohorts"]}, {digest})
        pairs = self.similarities()
        members = {"all": set(self.people),
                   "small": {p for p, w in self.people.items() if int(w[1:]) < 20}}
        for cohort in document["cohorts"]:
            mine = members[cohort["name"]]
            self.check(cohort, [(float(r["similarity"]), r["same"] == "1") for r in pairs
                                if r["path_a"] in mine and r["path_b"] in mine])
        with open(self.path("cal.html"), encoding="utf-8") as f:
            page = f.read()
        self.assertEqual((page.count("<svg"), page.count("informs, sets no policy")), (2, 1))
        # listed pairs with the same people give the same
        listed = [["path_a", "path_b", "same", "person_a", "person_b", "cohort"]]
        listed += [[r["path_a"], r["path_b"], r["same"], self.people[r["path_a"]],
                    self.people[r["path_b"]], "all"] for r in pairs]
        self.calibrate("--manifest", self.manifest(listed, "set/listed.csv"), "--id", "mine-1")
        again = self.document()["cohorts"][0]
        for key in ("people", "impostor_pairs", "genuine_pairs", "rates", "log_likelihood_ratio"):
            self.assertEqual(again[key], everybody[key], key)

    def test_impostors_alone(self):
        one_each = list({w: p for p, w in self.people.items()}.values())
        rows = [["path", "person"]] + [[p, self.people[p]] for p in one_each]
        self.calibrate("--manifest", self.manifest(rows, "set/people.csv"))
        cohort = self.document()["cohorts"][0]
        self.assertEqual((cohort["name"], cohort["people"], cohort["genuine_pairs"]),
                         ("general", 52, 0))
        self.assertEqual(cohort["impostor_pairs"], 52 * 51 // 2)
        self.assertNotIn("log_likelihood_ratio", cohort)

    def test_what_cannot_be(self):
        few = [["path", "person"]] + [[p, w] for p, w in self.people.items() if w < "p40"]
        never = ("--out", self.path("never.json"))
        result = self.calibrate("--manifest", self.manifest(few, "set/people.csv"), *never,
                                code=USAGE)
        self.assertIn("no cohort has 50 people", result.stderr.decode())
        tiny = [["path", "person"]] + [[p, w] for p, w in list(self.people.items())[:6]]
        result = self.calibrate("--manifest", self.manifest(tiny, "set/people.csv"), *never,
                                code=USAGE)
        self.assertIn("support no rate", result.stderr.decode())
        quality = self.manifest([["path", "label"], [self.all[0], "good"]], "set/q.csv")
        result = self.calibrate("--manifest", quality, *never, code=USAGE)
        self.assertIn("calibration needs pairs", result.stderr.decode())
        self.assertFalse(os.path.exists(self.path("never.json")))
        self.refused(USAGE, "root", ["comes after"], "calibrate", "--root", "x")
        self.refused(USAGE, "manifest", ["is needed"], "calibrate", "--out", "x")
        self.refused(USAGE, "out", ["is needed"], "calibrate", "--manifest", "x")


def onnx_messages():
    """onnx.proto as Python's protobuf has it."""
    try:
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    except ImportError:
        return None
    with tempfile.NamedTemporaryFile(suffix=".pb") as out:
        subprocess.run([os.environ["FV_PROTOC"], f"--descriptor_set_out={out.name}",
                        f"--proto_path={os.environ['FV_ONNX']}", "onnx/onnx.proto"], check=True,
                       timeout=TIMEOUT_S)
        file = descriptor_pb2.FileDescriptorSet.FromString(out.read()).file[0]
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    model = pool.FindMessageTypeByName("onnx.ModelProto")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(model)
    return message_factory.MessageFactory(pool).GetPrototype(model)


def own_network(model_type):
    """A made-up network on the 112x112 chip: 16 filters of 16x16, ReLU, 64 values."""
    rnd = random.Random(20240501)
    model = model_type(ir_version=7)
    model.opset_import.add(version=9)
    graph = model.graph
    graph.name = "own"
    for name, dims in (("w", (16, 3, 16, 16)), ("m", (64, 784))):
        n = math.prod(dims)
        graph.initializer.add(name=name, data_type=1, dims=dims,
                              float_data=[rnd.gauss(0, 1 / math.sqrt(n / dims[0]))
                                          for _ in range(n)])
    for where, name, dims in ((graph.input, "chip", (1, 3, 112, 112)),
                              (graph.output, "template", (1, 64))):
        tensor = where.add(name=name).type.tensor_type
        tensor.elem_type = 1
        for d in dims:
            tensor.shape.dim.add(dim_value=d)
    conv = graph.node.add(op_type="Conv", input=["chip", "w"], output=["c"])
    for name, ints in (("kernel_shape", (16, 16)), ("strides", (16, 16)),
                       ("pads", (0, 0, 0, 0)), ("dilations", (1, 1))):
        conv.attribute.add(name=name, type=7, ints=ints)
    conv.attribute.add(name="group", type=2, i=1)
    graph.node.add(op_type="Relu", input=["c"], output=["r"])
    flat = graph.node.add(op_type="Flatten", input=["r"], output=["f"])
    flat.attribute.add(name="axis", type=2, i=1)
    gemm = graph.node.add(op_type="Gemm", input=["f", "m"], output=["template"])
    gemm.attribute.add(name="transB", type=2, i=1)
    return model.SerializeToString()


class OwnNetwork(Set):
    PICTURES = 60

    def test_from_pack_entry_to_the_switch(self):
        messages = onnx_messages()
        if messages is None:
            self.skipTest("protobuf for Python is not there")
        pack = self.path("pack")
        shutil.copytree(MODELS, pack)
        os.chmod(pack, 0o755)
        for name in os.listdir(pack):
            os.chmod(os.path.join(pack, name), 0o644)
        network = own_network(messages)
        with open(os.path.join(pack, "own.onnx"), "wb") as f:
            f.write(network)
        path = os.path.join(pack, "pack.json")
        with open(path, encoding="utf-8") as f:
            document = json.load(f)
        entry = [n for n in document["networks"] if n["role"] == "embed"][0]
        entry.update(name="own64", file="own.onnx", sha256=hashlib.sha256(network).hexdigest(),
                     licence="ours", source="made up",
                     input={"name": "chip", "shape": [1, 3, 112, 112], "colour": "RGB",
                            "mean": [127.5] * 3, "deviation": [128.0] * 3},
                     outputs=[{"name": "template", "shape": [1, 64], "meaning": "template"}])
        with open(path, "w", encoding="utf-8") as f:
            json.dump(document, f)

        # the calibration of other weights is refused
        self.refused(FAULT, "", ["another embedding network"], "verify", "--models", pack, SELFIE,
                     RECORD, status="INTERNAL")

        people = made_up(self.all)
        manifest = self.manifest([["path", "person"]] + [[p, w] for p, w in people.items()],
                                 "set/people.csv")
        result = run("calibrate", "--models", pack, "--manifest", manifest, "--out",
                     os.path.join(pack, "calibration.json"), "--bootstrap=50")
        self.assertEqual(result.returncode, YES, result.stderr.decode())

        # a rate that the set does not support is refused, one that it does is taken
        self.refused(USAGE, "settings", ["was not measured"], "models", "--models", pack)
        rates = ["--set=policy.match_fmr=2e-3", "--set=policy.review_fmr=1e-2"]
        loaded = one_document(run("models", "--json", "--models", pack, *rates).stdout)
        self.assertIn("own64", json.dumps(loaded["networks"]))

        names = sorted(p for p, w in people.items() if int(w[1:]) % 2 == 0)
        pairs = self.manifest([["path_a", "path_b", "same", "person_a", "person_b"]] +
                              [[a, b, int(people[a] == people[b]), people[a], people[b]]
                               for i, a in enumerate(names) for b in names[i + 1:]],
                              "set/pairs.csv")
        self.replay(pairs, "shipped", "--bootstrap=50")
        self.replay(pairs, "own", "--bootstrap=50", "--models", pack, *rates, "--baseline",
                    self.path("shipped"))
        summary = self.summary("own")
        self.assertEqual(summary["versions"]["networks"]["embed"]["name"], "own64")
        self.assertGreater(summary["changes"]["flips"], 0)
        self.assertIn("genuine: no match at FMR 0.01",
                      [t["errors"] for t in summary["changes"]["tests"]])

        # switched: by a setting alone
        config = self.file("own.yaml", f"models:\n  dir: {pack}\npolicy:\n  match_fmr: 2e-3\n  review_fmr: 1e-2\n")
        reply = one_document(run("verify", "--json", "--config", config, SELFIE, RECORD).stdout)
        self.assertEqual(reply["status"], "OK")
        self.assertEqual(reply["versions"]["calibration_id"],
                         one_document(run("models", "--json", "--config", config).stdout)
                         ["calibration_id"])


if __name__ == "__main__":
    if "FV_ONNX" not in os.environ:
        sys.exit("FV_ONNX names the folder that has onnx/onnx.proto")
    unittest.main(verbosity=2)
