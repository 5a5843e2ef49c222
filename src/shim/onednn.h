/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oneDNN's C functions, fenced: those of 2.6 let C++ exceptions out when memory runs short, which
 * would end the process in a C caller. Each has the arguments of the dnnl_ function of its name,
 * and answers dnnl_out_of_memory or dnnl_runtime_error instead of throwing.
 */
#ifndef FVI_SHIM_ONEDNN_H
#define FVI_SHIM_ONEDNN_H

#include <dnnl.h>

#include "faceverify/export.h"

FV_BEGIN_C

dnnl_status_t fvi_dnnl_engine_create(dnnl_engine_t *engine, dnnl_engine_kind_t kind,
                                     size_t index) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_stream_create(dnnl_stream_t *stream, dnnl_engine_t engine,
                                     unsigned flags) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_stream_wait(dnnl_stream_t stream) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_memory_create(dnnl_memory_t *memory, const dnnl_memory_desc_t *desc,
                                     dnnl_engine_t engine, void *handle) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_primitive_attr_create(dnnl_primitive_attr_t *attr) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_primitive_attr_set_post_ops(dnnl_primitive_attr_t attr,
                                                   const_dnnl_post_ops_t ops) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_post_ops_create(dnnl_post_ops_t *ops) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_post_ops_append_sum(dnnl_post_ops_t ops, float scale) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_post_ops_append_eltwise(dnnl_post_ops_t ops, float scale,
                                               dnnl_alg_kind_t kind, float alpha,
                                               float beta) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_primitive_desc_create(dnnl_primitive_desc_t *pd, const_dnnl_op_desc_t desc,
                                             const_dnnl_primitive_attr_t attr, dnnl_engine_t engine,
                                             const_dnnl_primitive_desc_t hint) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_reorder_primitive_desc_create(dnnl_primitive_desc_t *pd,
                                                     const dnnl_memory_desc_t *from,
                                                     dnnl_engine_t from_engine,
                                                     const dnnl_memory_desc_t *to,
                                                     dnnl_engine_t to_engine,
                                                     const_dnnl_primitive_attr_t attr) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_primitive_create(dnnl_primitive_t *primitive,
                                        const_dnnl_primitive_desc_t pd) FV_NOEXCEPT;
dnnl_status_t fvi_dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream,
                                         int n_args, const dnnl_exec_arg_t *args) FV_NOEXCEPT;

FV_END_C
#endif
