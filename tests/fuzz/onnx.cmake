# SPDX-License-Identifier: Apache-2.0
fv_fuzz(fuzz_onnx SOURCES fuzz_onnx.c LINKS fv_onnx fv_base m)
