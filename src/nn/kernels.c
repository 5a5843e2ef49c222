/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/kernels.h"

#include <string.h>

/* No flag of the build names an instruction set: each variant carries its own. */
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define FVI_X86 1
/* Vector types are the one extension in the tree: gcc and clang share it, plain loops do not give
 * either of them vectors in registers. */
#define TARGET_AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#define TARGET_AVX2   __attribute__((target("avx2,fma")))
#define INLINE        static inline __attribute__((always_inline))
#else
#define FVI_X86 0
#define INLINE  static inline
#endif
#define VECTOR(lanes) __attribute__((vector_size((lanes)*4), may_alias))

/* Kernel taps k0..k1 along one axis that fall on the input, for a window that begins at `start`. */
static void window_taps(const fvi_plane *g, int axis, int64_t start, int64_t *k0, int64_t *k1)
{
    int64_t d = g->win.dilation[axis];
    int64_t end = g->win.kernel[axis];
    int64_t before = start < 0 ? -start : 0;
    int64_t room = g->in[axis] - start;
    if (room < 0) room = 0;
    if (d != 1) { /* a division each costs as much as the window itself */
        before = (before + d - 1) / d;
        room = (room + d - 1) / d;
    }
    *k0 = before < end ? before : end;
    *k1 = room < end ? room : end;
    if (*k1 < *k0) *k1 = *k0;
}

/* Outputs lo..hi along one axis whose windows lie wholly on the input. */
static void window_interior(const fvi_plane *g, int axis, int64_t *lo, int64_t *hi)
{
    const fvi_window *w = &g->win;
    int64_t s = w->stride[axis];
    int64_t span = (w->kernel[axis] - 1) * w->dilation[axis] + 1;
    int64_t room = g->in[axis] + w->pad[axis] - span;
    *lo = (w->pad[axis] + s - 1) / s;
    *hi = room < 0 ? 0 : room / s + 1;
    if (*hi > g->out[axis]) *hi = g->out[axis];
}

#define LANES 8
#define TILE  4
#define TARGET
#define K(name) plain_##name
#include "nn/kernels_body.h"
#undef LANES
#undef TILE
#undef TARGET
#undef K

#define LANES 16
#define TILE  4
#define TARGET
#define K(name) plain16_##name
#include "nn/kernels_body.h"
#undef LANES
#undef TILE
#undef TARGET
#undef K

#if FVI_X86
#define LANES   8
#define TILE    8
#define TARGET  TARGET_AVX2
#define K(name) avx2_##name
#include "nn/kernels_body.h"
#undef LANES
#undef TILE
#undef TARGET
#undef K

#define LANES   16
#define TILE    8
#define TARGET  TARGET_AVX512
#define K(name) avx512_##name
#include "nn/kernels_body.h"
#undef LANES
#undef TILE
#undef TARGET
#undef K
#endif

const fvi_kernels *fvi_kernels_get(int lanes)
{
#if FVI_X86
    if (lanes == 16 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return &avx512_table;
    if (lanes == 8 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &avx2_table;
#endif
    return lanes == 16 ? &plain16_table : &plain_table;
}

void fvi_pack(float *dst, const float *src, int lanes, int64_t channels, int64_t pixels)
{
    for (int64_t c0 = 0; c0 < channels; c0 += lanes, dst += pixels * lanes) {
        for (int l = 0; l < lanes; l++) {
            const float *s = src + (c0 + l) * pixels;
            bool real = c0 + l < channels;
            for (int64_t p = 0; p < pixels; p++)
                dst[p * lanes + l] = real ? s[p] : 0.0f;
        }
    }
}

void fvi_unpack(float *dst, const float *src, int lanes, int64_t channels, int64_t pixels)
{
    for (int64_t c = 0; c < channels; c++) {
        const float *s = src + c / lanes * lanes * pixels + c % lanes;
        for (int64_t p = 0; p < pixels; p++)
            *dst++ = s[p * lanes];
    }
}

void fvi_unpack_last(float *dst, const float *src, int lanes, int64_t channels, int64_t pixels)
{
    for (int64_t c0 = 0; c0 < channels; c0 += lanes) {
        int64_t n = channels - c0 < lanes ? channels - c0 : lanes;
        for (int64_t p = 0; p < pixels; p++, src += lanes)
            for (int64_t l = 0; l < n; l++)
                dst[p * channels + c0 + l] = src[l];
    }
}
