# SPDX-License-Identifier: Apache-2.0
# The ONNX executor. The protobuf code comes from the onnx.proto that libonnx-dev installs.
set(onnx_pb ${CMAKE_CURRENT_BINARY_DIR}/onnx/onnx.pb-c)
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/onnx)
add_custom_command(
  OUTPUT ${onnx_pb}.c ${onnx_pb}.h
  COMMAND ${protoc_c} --c_out=${CMAKE_CURRENT_BINARY_DIR}/onnx -I${onnx_include}/onnx onnx.proto
  DEPENDS ${onnx_include}/onnx/onnx.proto VERBATIM)
add_library(fv_onnx_proto STATIC ${onnx_pb}.c ${onnx_pb}.h)
target_include_directories(fv_onnx_proto SYSTEM PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/onnx)
target_link_libraries(fv_onnx_proto PUBLIC PkgConfig::protobuf_c)
if(FV_SANITIZE)
  target_compile_options(fv_onnx_proto PRIVATE -fsanitize=${FV_SANITIZE})
endif()

fv_library(fv_onnx
  SOURCES conv.c eval_math.c eval_move.c eval_window.c graph.c graph_fold.c graph_fuse.c infer.c
          infer_math.c infer_move.c infer_sample.c infer_window.c kernels.c lower.c lower_conv.c
          lower_math.c lower_move.c names.c onnx_load.c onnx_model.c onnx_session.c onnx_tensor.c
          onnx_wire.c ops.c plan.c pool.c
  LINKS fv_base
  PRIVATE_LINKS fv_onnx_proto fv_shim_onednn fv_dnnl m)

# Vectors in registers need -O3 (gcc does not unroll at -O2), products and sums joined. Passing
# vectors between inlined functions is no ABI matter.
set_source_files_properties(kernels.c PROPERTIES COMPILE_OPTIONS
  "$<$<NOT:$<CONFIG:Debug>>:-O3>;-ffp-contract=fast;-Wno-psabi")
