# SPDX-License-Identifier: Apache-2.0
"""A set of pictures cut from the three photographs of the tests, and ways to run replay on it."""
import csv
import json
import os
import shutil

from cli import OTHER, RECORD, SELFIE, Case, run

# Where the face stands in each photograph: cut more or less tightly around it.
SIZES = {SELFIE: (910, 1137), RECORD: (626, 1200), OTHER: (970, 2204)}


class Set(Case):
    """self.root: folder of pictures; self.pictures: their names, by the person on them."""
    PICTURES = 12

    def setUp(self):
        super().setUp()
        self.root = self.path("set")
        os.mkdir(self.root)
        self.pictures = {"obama": [], "biden": []}
        for i in range(self.PICTURES):
            source = (SELFIE, RECORD, OTHER)[i % 3]
            person = "biden" if source is OTHER else "obama"
            name = f"{person}/{i:03}.jpg"
            os.makedirs(os.path.join(self.root, person), exist_ok=True)
            width, height = SIZES[source]
            x, y = 16 * (i // 3 % 6), 16 * (i // 18)
            self.crop(source, os.path.join("set", name), x, y, width - x, height - y)
            self.pictures[person].append(name)
        self.all = self.pictures["obama"] + self.pictures["biden"]

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
