# SPDX-License-Identifier: Apache-2.0
"""A set of pictures cut from the three photographs of the tests, and ways to run replay on it."""
import csv
import json
import os
import shutil
import tempfile

from cli import OTHER, RECORD, SELFIE, Case, run

# The part of each photograph that has the face: cut more or less tightly around it.
SIZES = {SELFIE: (910, 800), RECORD: (626, 800), OTHER: (970, 1104)}


class Set(Case):
    """root: folder of pictures; all: their names, one person after the other. The tests of a class
    share the folder; each names its own results."""
    PICTURES = 12

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dir = tempfile.mkdtemp(prefix="fv-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        cls.root = os.path.join(cls.dir, "set")
        os.mkdir(cls.root)
        cls("prepare").prepare()

    def setUp(self):
        """Not that of Case, whose folder is one test's."""

    def prepare(self):
        """Once for all tests of the class: what it finds, it leaves in the class."""
        pictures = {"obama": [], "biden": []}
        for i in range(self.PICTURES):
            source = (SELFIE, RECORD, OTHER)[i % 3]
            person = "biden" if source is OTHER else "obama"
            name = f"{person}/{i:03}.jpg"
            os.makedirs(os.path.join(self.root, person), exist_ok=True)
            width, height = SIZES[source]
            x, y = 16 * (i // 3 % 6), 16 * (i // 18)
            self.crop(source, os.path.join("set", name), x, y, width - x, height - y)
            pictures[person].append(name)
        type(self).all = pictures["obama"] + pictures["biden"]

    def manifest(self, rows, name="set/set.csv"):
        with open(self.path(name), "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows(rows)
        return self.path(name)

    def copy(self, source, name):
        os.makedirs(os.path.dirname(os.path.join(self.root, name)), exist_ok=True)
        shutil.copy(os.path.join(self.root, source), os.path.join(self.root, name))
        return name

    def replay(self, manifest, out, *args, code=0):
        result = run("replay", "--manifest", manifest, "--out", self.path(out), *args)
        self.assertEqual(result.returncode, code, result.stderr.decode())
        return result

    def read(self, out, name):
        with open(os.path.join(self.path(out), name), "rb") as f:
            return f.read()

    def summary(self, out):
        return json.loads(self.read(out, "summary.json"))
