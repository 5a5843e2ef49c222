# SPDX-License-Identifier: Apache-2.0
"""proto/faceverify.proto is the contract of `--json`: what is printed parses by it, strictly, and
its enumerations are those of the C headers."""
import os
import subprocess
import sys
import tempfile
import unittest

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
except ImportError as e:
    print(f"SKIPPED: {e} (Debian: python3-protobuf)")
    sys.exit(77)

from cli import OTHER, RECORD, SELFIE, TIMEOUT_S, Case, one_document, run
from test_request import born

PROTO = os.environ["FV_PROTO"]


def descriptor():
    """The .proto as protoc understands it, comments included."""
    with tempfile.NamedTemporaryFile(suffix=".pb") as out:
        subprocess.run([os.environ["FV_PROTOC"], "--include_source_info",
                        f"--descriptor_set_out={out.name}", f"--proto_path={os.path.dirname(PROTO)}",
                        PROTO], check=True, timeout=TIMEOUT_S)
        return descriptor_pb2.FileDescriptorSet.FromString(out.read()).file[0]


FILE = descriptor()
POOL = descriptor_pool.DescriptorPool()
POOL.Add(FILE)
REPLY = POOL.FindMessageTypeByName("faceverify.VerifyReply")
QUALITY = POOL.FindMessageTypeByName("faceverify.QualityReply")
LIVENESS = POOL.FindMessageTypeByName("faceverify.LivenessReply")
FACTORY = message_factory.MessageFactory(POOL)
SAMPLES = one_document(subprocess.run([os.environ["FV_SAMPLES"]], check=True, timeout=TIMEOUT_S,
                                      stdout=subprocess.PIPE).stdout)


def parse(document, kind=REPLY):
    """Unknown fields, unknown enumerators and wrong types raise."""
    return json_format.ParseDict(document, FACTORY.GetPrototype(kind)(), ignore_unknown_fields=False)


def canonical(kind, document):
    """The document without what proto3 does not write: zero values of fields without presence."""
    out = {}
    for name, value in document.items():
        field = kind.fields_by_name[name]
        repeated = field.label == field.LABEL_REPEATED
        if field.message_type is not None:
            value = ([canonical(field.message_type, v) for v in value] if repeated
                     else canonical(field.message_type, value))
        zero = [] if repeated else (
            field.enum_type.values_by_number[0].name if field.enum_type else field.default_value)
        if not field.has_presence and value == zero:
            continue
        out[name] = value
    return out


class Contract(Case):
    def same(self, a, b, where=""):
        """Equal, numbers to the seven digits that a float has."""
        if isinstance(a, float) or isinstance(b, float):
            self.assertAlmostEqual(a, b, delta=2e-7 * max(abs(a), abs(b)), msg=where)
        elif isinstance(a, dict) and isinstance(b, dict):
            self.assertEqual(a.keys(), b.keys(), where)
            for key in a:
                self.same(a[key], b[key], f"{where}.{key}")
        elif isinstance(a, list) and isinstance(b, list):
            self.assertEqual(len(a), len(b), where)
            for i, pair in enumerate(zip(a, b)):
                self.same(*pair, f"{where}[{i}]")
        else:
            self.assertEqual(a, b, where)

    def check(self, document, kind=REPLY):
        message = parse(document, kind)
        again = json_format.MessageToDict(message, preserving_proto_field_name=True)
        self.same(again, canonical(kind, document))
        self.assertEqual(parse(again, kind), message)
        return message


class Replies(Contract):
    def test_what_the_program_prints_is_the_message(self):
        with open(SELFIE, "rb") as f:
            half = self.file("half.jpg", f.read()[:100000])
        for args in ([SELFIE, RECORD], [SELFIE, OTHER], [half, RECORD], [SELFIE, half],
                     ["--birth-date", born(9)], ["--locale", "zh-CN", half, OTHER], [SELFIE],
                     ["none", RECORD], ["--channel", "fax", SELFIE, RECORD], ["--frobnicate"],
                     ["--models", "none", SELFIE, RECORD], ["--config", "none", SELFIE, RECORD],
                     ["--deadline-ms", "1", SELFIE, RECORD]):
            with self.subTest(args=args):
                document = one_document(run("verify", "--json", *args).stdout)
                message = self.check(document)
                self.assertTrue(document["versions"]["service"])
                if message.status == 0:
                    self.assertNotEqual(message.decision, 0)
                    self.assertEqual(len(message.remedies), len(message.remedy_texts))
                    self.assertGreater(message.timings.total_us, 0)
                    self.assertEqual(len(message.versions.model_pack_sha256), 64)
                else:
                    self.assertTrue(message.message)

    def test_what_quality_prints_is_the_message(self):
        with open(SELFIE, "rb") as f:
            half = self.file("half.jpg", f.read()[:100000])
        coat = self.crop(SELFIE, "coat.jpg", 0, 704, 320, 320)
        for args in ([SELFIE], ["--as", "record", RECORD], [half], [coat], ["--as", "record", coat],
                     ["--locale", "zh-CN", half], [], ["none"], ["--as", "passport", SELFIE],
                     ["--frobnicate"], ["--models", "none", SELFIE], ["--config", "none", SELFIE]):
            with self.subTest(args=args):
                document = one_document(run("quality", "--json", *args).stdout)
                message = self.check(document, QUALITY)
                self.assertTrue(document["versions"]["service"])
                if message.status == 0:
                    self.assertEqual(message.usable, len(message.remedies) == 0)
                    self.assertEqual(len(message.remedies), len(message.remedy_texts))
                    self.assertEqual(bool(message.measures), args[-1] != half)
                    self.assertEqual(len(message.versions.model_pack_sha256), 64)
                else:
                    self.assertTrue(message.message)

    def test_what_liveness_prints_is_the_message(self):
        with open(SELFIE, "rb") as f:
            half = self.file("half.jpg", f.read()[:100000])
        for args in ([SELFIE], [half], ["--locale", "zh-CN", half], [], ["none"], ["--frobnicate"],
                     ["--models", "none", SELFIE], ["--config", "none", SELFIE]):
            with self.subTest(args=args):
                document = one_document(run("liveness", "--json", *args).stdout)
                message = self.check(document, LIVENESS)
                self.assertTrue(document["versions"]["service"])
                if message.status == 0:
                    self.assertNotEqual(message.liveness, 0)
                    self.assertTrue(message.text)
                    self.assertEqual(len(message.remedies), len(message.remedy_texts))
                else:
                    self.assertTrue(message.message)

    def test_every_measure_verdict_and_reason_fits(self):
        verdicts = set()
        for document in SAMPLES["qualities"]:
            message = self.check(document, QUALITY)
            for measure in document.get("measures", []):
                verdicts.add(measure["verdict"])
                known = {"value", "score"} & set(measure)
                self.assertEqual(known, set() if measure["verdict"] == "NOT_ASSESSED"
                                 else {"value", "score"})
            self.assertEqual(message.kind in (1, 2), True)
        self.assertEqual(verdicts, {"NOT_ASSESSED", "GOOD", "ADVICE", "BLOCKS"})

    def test_every_answer_of_liveness_fits(self):
        seen = set()
        for document in SAMPLES["livenesses"]:
            message = self.check(document, LIVENESS)
            if message.status != 0:
                self.assertFalse({"liveness", "scores", "timings"} & set(document))
                continue
            seen.add(document["liveness"])
            self.assertTrue(message.text)
            self.assertEqual("score" in document["scores"],
                             document["liveness"] != "CANNOT_JUDGE")
        self.assertEqual(seen, {"LIVE", "ATTACK", "CANNOT_JUDGE"})

    def test_every_status_decision_and_reason_fits(self):
        seen = set()
        for document in SAMPLES["replies"]:
            message = self.check(document)
            seen.update((r.code, r.number) for r in message.reasons)
            for reason in message.reasons:
                self.assertTrue(reason.text)
        self.assertEqual(seen, set(SAMPLES["reasons"].items()))

    def test_every_field_of_the_message_occurs(self):
        def names(kind):
            for field in kind.fields:
                yield f"{kind.name}.{field.name}"
                if field.message_type is not None:
                    yield from names(field.message_type)

        def used(message):
            for field, value in message.ListFields():
                yield f"{message.DESCRIPTOR.name}.{field.name}"
                if field.message_type is not None:
                    for v in value if field.label == field.LABEL_REPEATED else [value]:
                        yield from used(v)
        for samples, kind in (("replies", REPLY), ("qualities", QUALITY),
                              ("livenesses", LIVENESS)):
            seen = set()
            for document in SAMPLES[samples]:
                seen.update(used(parse(document, kind)))
            self.assertEqual(seen, set(names(kind)))

    def test_a_foreign_field_or_name_would_be_noticed(self):
        good = one_document(run("verify", "--json", SELFIE, OTHER).stdout)
        for change in ({"nonsense": 1}, {"decision": "PERHAPS"}, {"status": "FINE"},
                       {"remedies": ["PRAY"]}, {"timings": {"total_ms": 1}}):
            with self.assertRaises(json_format.ParseError):
                parse({**good, **change})


class Enumerations(unittest.TestCase):
    def test_names_and_numbers_are_those_of_the_headers(self):
        for name, ours in SAMPLES["enums"].items():
            theirs = {v.name: v.number for v in POOL.FindEnumTypeByName(f"faceverify.{name}").values}
            if 0 not in ours.values():  # proto3 wants a zero; in C there is none
                theirs = {k: v for k, v in theirs.items() if v != 0}
            self.assertEqual(ours, theirs, name)

    def test_no_enumeration_is_forgotten(self):
        self.assertEqual({e.name for e in FILE.enum_type}, set(SAMPLES["enums"]) | {"Status"})

    def test_every_status_of_the_library_has_a_name_on_the_wire(self):
        known = {v.name for v in POOL.FindEnumTypeByName("faceverify.Status").values}
        used = {r["status"] for r in SAMPLES["replies"]}
        self.assertLessEqual(used, known)
        self.assertGreaterEqual(used, {"OK", "INVALID_REQUEST", "TOO_LARGE", "DEADLINE_EXCEEDED",
                                       "INTERNAL"})


class Documentation(unittest.TestCase):
    MESSAGE, ENUM, FIELD, VALUE = 4, 5, 2, 2

    def test_every_message_field_and_enumeration_is_explained(self):
        told = {tuple(loc.path): (loc.leading_comments + loc.trailing_comments).strip()
                for loc in FILE.source_code_info.location}
        for m, message in enumerate(FILE.message_type):
            self.assertTrue(told.get((self.MESSAGE, m)), message.name)
            for f, field in enumerate(message.field):
                path = (self.MESSAGE, m, self.FIELD, f)
                self.assertTrue(told.get(path), f"{message.name}.{field.name}")
        for e, enum in enumerate(FILE.enum_type):
            text = told.get((self.ENUM, e))
            values = [told.get((self.ENUM, e, self.VALUE, v)) for v in range(1, len(enum.value))]
            self.assertTrue(text or all(values), enum.name)
            if enum.name in ("Status", "Decision", "Verdict", "Liveness"):
                self.assertTrue(all(values), enum.name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
