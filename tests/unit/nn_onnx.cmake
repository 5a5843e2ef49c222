# SPDX-License-Identifier: Apache-2.0
set(onnx_test_links fv_onnx fv_onnx_proto fv_base m)
fv_test(test_nn_ops SOURCES test_nn_ops.c test_nn_ops_model.c LINKS ${onnx_test_links} LABELS unit)
fv_test(test_nn_ops_move SOURCES test_nn_ops_move.c test_nn_ops_model.c LINKS ${onnx_test_links}
  LABELS unit)
fv_test(test_nn_graph SOURCES test_nn_graph.c test_nn_ops_model.c
  LINKS ${onnx_test_links} fv_dnnl Threads::Threads LABELS unit)
fv_test(test_nn_graph_models SOURCES test_nn_graph_models.c LINKS fv_onnx fv_nn fv_shim fv_base fv_test_portrait m
  LABELS unit)
