/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/onednn.h"

#include <new>

namespace
{

template <class Function, class... Args>
dnnl_status_t fence(Function *function, Args... args) noexcept
{
    try {
        return function(args...);
    } catch (const std::bad_alloc &) {
        return dnnl_out_of_memory;
    } catch (...) {
        return dnnl_runtime_error;
    }
}

} // namespace

extern "C" {

dnnl_status_t fvi_dnnl_engine_create(dnnl_engine_t *engine, dnnl_engine_kind_t kind,
                                     size_t index) noexcept
{
    return fence(dnnl_engine_create, engine, kind, index);
}

dnnl_status_t fvi_dnnl_stream_create(dnnl_stream_t *stream, dnnl_engine_t engine,
                                     unsigned flags) noexcept
{
    return fence(dnnl_stream_create, stream, engine, flags);
}

dnnl_status_t fvi_dnnl_stream_wait(dnnl_stream_t stream) noexcept
{
    return fence(dnnl_stream_wait, stream);
}

dnnl_status_t fvi_dnnl_memory_create(dnnl_memory_t *memory, const dnnl_memory_desc_t *desc,
                                     dnnl_engine_t engine, void *handle) noexcept
{
    return fence(dnnl_memory_create, memory, desc, engine, handle);
}

dnnl_status_t fvi_dnnl_primitive_attr_create(dnnl_primitive_attr_t *attr) noexcept
{
    return fence(dnnl_primitive_attr_create, attr);
}

dnnl_status_t fvi_dnnl_primitive_attr_set_post_ops(dnnl_primitive_attr_t attr,
                                                   const_dnnl_post_ops_t ops) noexcept
{
    return fence(dnnl_primitive_attr_set_post_ops, attr, ops);
}

dnnl_status_t fvi_dnnl_post_ops_create(dnnl_post_ops_t *ops) noexcept
{
    return fence(dnnl_post_ops_create, ops);
}

dnnl_status_t fvi_dnnl_post_ops_append_sum(dnnl_post_ops_t ops, float scale) noexcept
{
    return fence(dnnl_post_ops_append_sum, ops, scale);
}

dnnl_status_t fvi_dnnl_post_ops_append_eltwise(dnnl_post_ops_t ops, float scale,
                                               dnnl_alg_kind_t kind, float alpha,
                                               float beta) noexcept
{
    return fence(dnnl_post_ops_append_eltwise, ops, scale, kind, alpha, beta);
}

dnnl_status_t fvi_dnnl_primitive_desc_create(dnnl_primitive_desc_t *pd, const_dnnl_op_desc_t desc,
                                             const_dnnl_primitive_attr_t attr, dnnl_engine_t engine,
                                             const_dnnl_primitive_desc_t hint) noexcept
{
    return fence(dnnl_primitive_desc_create, pd, desc, attr, engine, hint);
}

/* lint: parameters, the signature is oneDNN's */
dnnl_status_t fvi_dnnl_reorder_primitive_desc_create(dnnl_primitive_desc_t *pd,
                                                     const dnnl_memory_desc_t *from,
                                                     dnnl_engine_t from_engine,
                                                     const dnnl_memory_desc_t *to,
                                                     dnnl_engine_t to_engine,
                                                     const_dnnl_primitive_attr_t attr) noexcept
{
    return fence(dnnl_reorder_primitive_desc_create, pd, from, from_engine, to, to_engine, attr);
}

dnnl_status_t fvi_dnnl_primitive_create(dnnl_primitive_t *primitive,
                                        const_dnnl_primitive_desc_t pd) noexcept
{
    return fence(dnnl_primitive_create, primitive, pd);
}

dnnl_status_t fvi_dnnl_primitive_execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream,
                                         int n_args, const dnnl_exec_arg_t *args) noexcept
{
    return fence(dnnl_primitive_execute, primitive, stream, n_args, args);
}

} // extern "C"
