#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a ResNet-100 as ArcFace uses it (112x112, 24 GFLOP), with random weights.

    bench/resnet100.py OUT.onnx

Needs the onnx and numpy packages. The weights mean nothing: the file shows that a network of this
size loads, agrees and runs.
"""
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

rng = np.random.default_rng(100)
nodes, weights = [], []


def constant(name, array):
    weights.append(numpy_helper.from_array(array.astype(np.float32), name))
    return name


def conv(x, n_in, n_out, kernel, stride):
    y = f"v{len(nodes)}"
    scale = np.sqrt(2.0 / (n_in * kernel * kernel))
    w = constant(y + ".w", rng.normal(0, scale, (n_out, n_in, kernel, kernel)))
    nodes.append(helper.make_node("Conv", [x, w], [y], kernel_shape=[kernel] * 2,
                                  strides=[stride] * 2, pads=[kernel // 2] * 4))
    return y


def norm(x, n, gain=1.0):
    y = f"v{len(nodes)}"
    parts = [constant(f"{y}.{i}", a) for i, a in enumerate(
        (gain * rng.uniform(0.8, 1.2, n), rng.normal(0, 0.1, n), rng.normal(0, 0.1, n),
         rng.uniform(0.8, 1.2, n)))]
    nodes.append(helper.make_node("BatchNormalization", [x, *parts], [y], epsilon=2e-5))
    return y


def prelu(x, n):
    y = f"v{len(nodes)}"
    slope = constant(y + ".s", rng.uniform(0.1, 0.3, (n, 1, 1)))
    nodes.append(helper.make_node("PRelu", [x, slope], [y]))
    return y


def block(x, n_in, n_out, stride):
    y = norm(x, n_in)
    y = prelu(norm(conv(y, n_in, n_out, 3, 1), n_out), n_out)
    y = norm(conv(y, n_out, n_out, 3, stride), n_out, 0.2)
    if stride != 1:
        x = norm(conv(x, n_in, n_out, 1, stride), n_out)
    z = f"v{len(nodes)}"
    nodes.append(helper.make_node("Add", [y, x], [z]))
    return z


x = prelu(norm(conv("data", 3, 64, 3, 1), 64), 64)
width = 64
for n_out, count in ((64, 3), (128, 13), (256, 30), (512, 3)):
    for i in range(count):
        x = block(x, width, n_out, 2 if i == 0 else 1)
        width = n_out
x = norm(x, 512)
nodes.append(helper.make_node("Flatten", [x], ["flat"]))
constant("fc.w", rng.normal(0, 0.006, (512, 25088)))
constant("fc.b", np.zeros(512))
nodes.append(helper.make_node("Gemm", ["flat", "fc.w", "fc.b"], ["fc"], transB=1))
nodes.append(helper.make_node("Identity", [norm("fc", 512)], ["embedding"]))
graph = helper.make_graph(
    nodes, "resnet100",
    [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 112, 112])],
    [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, 512])], weights)
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6),
     sys.argv[1])
