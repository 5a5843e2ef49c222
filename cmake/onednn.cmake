# SPDX-License-Identifier: Apache-2.0
# oneDNN, and what the ONNX loader is generated from.
find_path(dnnl_include dnnl.h REQUIRED)
find_library(dnnl_library dnnl REQUIRED)
# Debian's libdnnl runs on libgomp whichever compiler builds us: it is told to use one thread.
find_library(gomp_library NAMES gomp libgomp.so.1 REQUIRED)
add_library(fv_dnnl INTERFACE)
target_include_directories(fv_dnnl SYSTEM INTERFACE ${dnnl_include})
target_link_libraries(fv_dnnl INTERFACE ${dnnl_library} ${gomp_library})

pkg_check_modules(protobuf_c REQUIRED IMPORTED_TARGET libprotobuf-c)
find_program(protoc_c protoc-c REQUIRED)
find_path(onnx_include onnx/onnx.proto REQUIRED)
