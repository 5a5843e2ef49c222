#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The networks of a pack in ONNX Runtime and in ours, one thread, in turns.

    bench/against_onnxruntime.py BENCH_ENGINE MODELS_DIR [TURNS]

Medians of the calling thread's processor time. Prints one JSON line for each network, and for the networks of one verify together. Needs the
onnxruntime and numpy packages.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy as np
import onnxruntime as ort

PER_VERIFY = {"detect": 2, "landmark": 2, "embed": 2, "liveness": 1, "eye_state": 4,
              "head_pose": 2}
ROUNDS = 5  # of each side, in each turn


def sessions(folder):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    ort.set_default_logger_severity(3)
    for net in json.loads((folder / "pack.json").read_text())["networks"]:
        session = ort.InferenceSession(str(folder / net["file"]), options,
                                       providers=["CPUExecutionProvider"])
        x = np.random.default_rng(1).random(net["input"]["shape"], dtype=np.float32)
        bound = session.io_binding()  # no copies, as in ours
        bound.bind_cpu_input(net["input"]["name"], x)
        for output in session.get_outputs():
            bound.bind_output(output.name)
        yield net["role"], session, bound


def time_ort(nets, into):
    for _ in range(ROUNDS):
        for role, session, bound in nets:
            inner = 10 if role == "eye_state" else 2
            session.run_with_iobinding(bound)
            start = time.thread_time()
            for _ in range(inner):
                session.run_with_iobinding(bound)
            into[role].append((time.thread_time() - start) / inner * 1e3)


def time_ours(program, folder, into):
    out = subprocess.run([program, folder, str(ROUNDS)], check=True, capture_output=True, text=True)
    for line in out.stdout.splitlines():
        figure = json.loads(line)
        if figure["name"] in into:
            into[figure["name"]].append(figure["onednn_ms"])


def main(program, folder, turns=8):
    nets = list(sessions(pathlib.Path(folder)))
    theirs = {role: [] for role, _, _ in nets}
    ours = {role: [] for role, _, _ in nets}
    for _ in range(int(turns)):
        time_ort(nets, theirs)
        time_ours(program, folder, ours)
    total = [0.0, 0.0]
    for role in ours:
        a, b = statistics.median(ours[role]), statistics.median(theirs[role])
        total[0] += PER_VERIFY[role] * a
        total[1] += PER_VERIFY[role] * b
        print(json.dumps({"name": role, "onednn_ms": round(a, 3), "onnxruntime_ms": round(b, 3),
                          "ratio": round(b / a, 2)}))
    print(json.dumps({"name": "verify_networks", "onednn_ms": round(total[0], 2),
                      "onnxruntime_ms": round(total[1], 2),
                      "ratio": round(total[1] / total[0], 2)}))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:4])
