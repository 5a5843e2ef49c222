/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernels' bodies, included by kernels.c once for each instruction set with K(name) (the
 * variant's name), LANES, TILE (pixels held in registers at once) and TARGET (the function
 * attribute) defined. What works on blocks does so by vectors of LANES floats: loops over single
 * lanes are unrolled by the compiler before it would see that they are vectors.
 */
typedef float K(vec) VECTOR(LANES);
typedef int32_t K(mask) VECTOR(LANES);

TARGET INLINE K(vec) K(splat)(float x)
{
    K(vec) v;
    for (int l = 0; l < LANES; l++)
        v[l] = x;
    return v;
}

/* m ? a : b, lane by lane. */
TARGET INLINE K(vec) K(pick)(K(mask) m, K(vec) a, K(vec) b)
{
    return (K(vec))((m & (K(mask))a) | (~m & (K(mask))b));
}

TARGET INLINE K(vec) K(act_vec)(K(vec) x, fvi_act act, const K(vec) * ab)
{
    const K(vec) zero = {0};
    switch (act) {
    case FVI_ACT_RELU:
        return K(pick)(x > zero, x, zero);
    case FVI_ACT_PRELU:
    case FVI_ACT_LEAKY:
        return K(pick)(x > zero, x, x * ab[0]);
    case FVI_ACT_CLIP:
        x = K(pick)(x < ab[0], ab[0], x);
        return K(pick)(x > ab[1], ab[1], x);
    default:
        return x;
    }
}

/* Relative error below 3e-7: 2^n times a polynomial on -ln(2)/2..ln(2)/2. */
TARGET INLINE K(vec) K(exp_vec)(K(vec) x)
{
    const K(vec) lo = K(splat)(-87.0f);
    const K(vec) hi = K(splat)(88.0f);
    const K(vec) half = K(splat)(0.5f);
    x = K(pick)(x < lo, lo, x);
    x = K(pick)(x > hi, hi, x);
    K(vec) t = x * 1.44269504f;
    K(mask) n = __builtin_convertvector(t + K(pick)(t < K(splat)(0.0f), -half, half), K(mask));
    K(vec) nf = __builtin_convertvector(n, K(vec));
    K(vec) r = x - nf * 0.693359375f;
    r = r + nf * 2.12194440e-4f;
    K(vec) p = K(splat)(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    return p * (K(vec))((n + 127) << 23);
}

TARGET INLINE float K(clamp)(float x, float lo, float hi)
{
    x = x < lo ? lo : x;
    return x > hi ? hi : x;
}

TARGET static void K(act_exp)(float *dst, const float *src, int64_t n, fvi_act act)
{
    for (int64_t i = 0; i < n; i += LANES) {
        int64_t left = n - i < LANES ? n - i : LANES;
        K(vec) x = {0};
        memcpy(&x, src + i, (size_t)left * sizeof *src);
        if (act == FVI_ACT_EXP)
            x = K(exp_vec)(x);
        else if (act == FVI_ACT_SIGMOID)
            x = 1.0f / (1.0f + K(exp_vec)(-x));
        else
            x = 1.0f - 2.0f / (1.0f + K(exp_vec)(2.0f * x));
        memcpy(dst + i, &x, (size_t)left * sizeof *dst);
    }
}

#define EACH(expr)                                                                                 \
    for (int64_t i = 0; i < n; i++) {                                                              \
        float x = src[i];                                                                          \
        dst[i] = (expr);                                                                           \
    }                                                                                              \
    break

TARGET static void K(act)(float *dst, const float *src, int64_t n, const fvi_fused *f)
{
    const float a = f->alpha;
    const float b = f->beta;
    switch (f->act) {
    case FVI_ACT_RELU:
        EACH(x > 0.0f ? x : 0.0f);
    case FVI_ACT_LEAKY:
        EACH(x > 0.0f ? x : a * x);
    case FVI_ACT_CLIP:
        EACH(K(clamp)(x, a, b));
    case FVI_ACT_SIGMOID:
        K(act_exp)(dst, src, n, f->act);
        break;
    case FVI_ACT_HARDSIGMOID:
        EACH(K(clamp)(a * x + b, 0.0f, 1.0f));
    case FVI_ACT_HARDSWISH:
        EACH(x * K(clamp)(x * (1.0f / 6.0f) + 0.5f, 0.0f, 1.0f));
    case FVI_ACT_TANH:
        K(act_exp)(dst, src, n, f->act);
        break;
    case FVI_ACT_EXP:
        K(act_exp)(dst, src, n, f->act);
        break;
    case FVI_ACT_NONE:
    case FVI_ACT_PRELU: /* is not for this function */
        EACH(x);
    }
}
#undef EACH

TARGET static void K(act_blocked)(float *x, int64_t blocks, int64_t pixels, const fvi_fused *f)
{
    if (f->act == FVI_ACT_NONE) return;
    if (f->act != FVI_ACT_PRELU) {
        K(act)(x, x, blocks * pixels * LANES, f);
        return;
    }
    K(vec) *v = (K(vec) *)x;
    const K(vec) *slope = (const K(vec) *)f->slope;
    for (int64_t b = 0; b < blocks; b++) {
        const K(vec) s = slope[b];
        for (int64_t p = 0; p < pixels; p++, v++)
            *v = K(act_vec)(*v, FVI_ACT_PRELU, &s);
    }
}

#define EACH(op)                                                                                   \
    for (int64_t i = 0; i < n; i++)                                                                \
        dst[i] = a[i * ia] op b[i * ib];                                                           \
    break

/* ia and ib are constants wherever this is inlined. */
TARGET INLINE void K(binary_by)(fvi_op op, float *dst, const float *a, const float *b,
                                const int64_t n, const int ia, const int ib)
{
    switch (op) {
    case FVI_OP_ADD:
        EACH(+);
    case FVI_OP_SUB:
        EACH(-);
    case FVI_OP_MUL:
        EACH(*);
    default:
        EACH(/);
    }
}
#undef EACH

TARGET INLINE K(vec) K(binary_vec)(fvi_op op, K(vec) a, K(vec) b)
{
    switch (op) {
    case FVI_OP_ADD:
        return a + b;
    case FVI_OP_SUB:
        return a - b;
    case FVI_OP_MUL:
        return a * b;
    default:
        return a / b;
    }
}

TARGET static void K(binary)(fvi_op op, float *dst, const float *a, const float *b, int64_t n,
                             fvi_repeat r)
{
    if (r == FVI_REPEAT_NONE) {
        K(binary_by)(op, dst, a, b, n, 1, 1);
    } else if (r == FVI_REPEAT_A) {
        K(binary_by)(op, dst, a, b, n, 0, 1);
    } else {
        K(binary_by)(op, dst, a, b, n, 1, 0);
    }
}

TARGET static void K(binary_blocked)(fvi_op op, float *dst, const float *a, const float *b,
                                     const int64_t size[2], fvi_repeat r)
{
    if (r == FVI_REPEAT_NONE) {
        K(binary_by)(op, dst, a, b, size[0] * size[1] * LANES, 1, 1);
        return;
    }
    const K(vec) *va = (const K(vec) *)a;
    const K(vec) *vb = (const K(vec) *)b;
    K(vec) *d = (K(vec) *)dst;
    for (int64_t blk = 0; blk < size[0]; blk++) {
        const K(vec) ra = va[r == FVI_REPEAT_A ? blk : 0];
        const K(vec) rb = vb[r == FVI_REPEAT_B ? blk : 0];
        for (int64_t i = blk * size[1]; i < (blk + 1) * size[1]; i++)
            d[i] =
                K(binary_vec)(op, r == FVI_REPEAT_A ? ra : va[i], r == FVI_REPEAT_B ? rb : vb[i]);
    }
}

TARGET static void K(affine)(float *dst, const float *src, const float *const scale_shift[2],
                             const int64_t size[2])
{
    const K(vec) *s = (const K(vec) *)src;
    K(vec) *d = (K(vec) *)dst;
    for (int64_t b = 0; b < size[0]; b++) {
        const K(vec) scale = ((const K(vec) *)scale_shift[0])[b];
        const K(vec) shift = ((const K(vec) *)scale_shift[1])[b];
        for (int64_t i = b * size[1]; i < (b + 1) * size[1]; i++)
            d[i] = s[i] * scale + shift;
    }
}

/* Where one row of outputs finds its inputs and weights; steps count vectors. */
typedef struct K(dw_row) {
    const K(vec) * src; /* where the window of output 0 begins, in its first valid kernel row */
    const K(vec) * weights;
    K(vec) bias;
    K(vec) ab[2]; /* of the activation */
    fvi_act act;
    int64_t row_step; /* from one kernel row's input to the next */
    int64_t col_step; /* from one kernel column's input to the next */
    int64_t out_step; /* from one output's input to the next */
    int64_t kernel_rows;
    int64_t kernel_columns; /* all of the kernel */
    int64_t interior[2];    /* outputs whose windows lie wholly within the row */
} K(dw_row);

/* n outputs from number `ox` on, kernel columns k0..k1 valid for each of them. */
TARGET INLINE void K(dw_tile)(K(vec) * dst, int64_t ox, const K(dw_row) * r, const int n,
                              const int64_t k0, const int64_t k1)
{
    K(vec) acc[TILE];
    const K(vec) *src = r->src + ox * r->out_step;
    for (int t = 0; t < n; t++)
        acc[t] = r->bias;
    for (int64_t ky = 0; ky < r->kernel_rows; ky++) {
        for (int64_t kx = k0; kx < k1; kx++) {
            const K(vec) w = r->weights[ky * r->kernel_columns + kx];
            const K(vec) *s = src + ky * r->row_step + kx * r->col_step;
            for (int t = 0; t < n; t++)
                acc[t] += s[t * r->out_step] * w;
        }
    }
    for (int t = 0; t < n; t++)
        dst[ox + t] = K(act_vec)(acc[t], r->act, r->ab);
}

/* Outputs lo..hi, all kernel columns valid. */
TARGET INLINE void K(dw_span)(K(vec) * dst, int64_t lo, int64_t hi, const K(dw_row) * r,
                              const int64_t columns)
{
    int64_t ox = lo;
    for (; ox + TILE <= hi; ox += TILE)
        K(dw_tile)(dst, ox, r, TILE, 0, columns);
    for (; ox + TILE / 2 <= hi; ox += TILE / 2)
        K(dw_tile)(dst, ox, r, TILE / 2, 0, columns);
    for (; ox + 2 <= hi; ox += 2)
        K(dw_tile)(dst, ox, r, 2, 0, columns);
    for (; ox < hi; ox++)
        K(dw_tile)(dst, ox, r, 1, 0, columns);
}

TARGET static void K(dw_border)(const fvi_plane *g, K(vec) * dst, int64_t ox, const K(dw_row) * r)
{
    int64_t k0 = 0;
    int64_t k1 = 0;
    window_taps(g, 1, ox * g->win.stride[1] - g->win.pad[1], &k0, &k1);
    if (k0 == 1 && k1 == 3) /* known to the compiler: the left and the right of 3 columns */
        K(dw_tile)(dst, ox, r, 1, 1, 3);
    else if (k0 == 0 && k1 == 2)
        K(dw_tile)(dst, ox, r, 1, 0, 2);
    else
        K(dw_tile)(dst, ox, r, 1, k0, k1);
}

TARGET static void K(dw_one_row)(const fvi_plane *g, K(vec) * dst, const K(dw_row) * r)
{
    const int64_t lo = r->interior[0];
    const int64_t hi = r->interior[1];
    for (int64_t ox = 0; ox < lo && ox < g->out[1]; ox++)
        K(dw_border)(g, dst, ox, r);
    if (r->kernel_columns == 3) {
        K(dw_span)(dst, lo, hi, r, 3); /* unrolled */
    } else {
        K(dw_span)(dst, lo, hi, r, r->kernel_columns);
    }
    for (int64_t ox = hi; ox < g->out[1]; ox++)
        K(dw_border)(g, dst, ox, r);
}

TARGET static void K(depthwise)(const fvi_depthwise *p, float *dst, const float *src)
{
    const fvi_plane *g = &p->plane;
    const fvi_window *w = &g->win;
    const bool prelu = p->fused.act == FVI_ACT_PRELU;
    K(vec) *out = (K(vec) *)dst;
    K(dw_row)
    r = {.act = p->fused.act,
         .row_step = w->dilation[0] * g->in[1],
         .col_step = w->dilation[1],
         .out_step = w->stride[1],
         .kernel_columns = w->kernel[1]};
    window_interior(g, 1, &r.interior[0], &r.interior[1]);
    if (r.interior[1] < r.interior[0]) r.interior[1] = r.interior[0];
    r.ab[0] = K(splat)(p->fused.alpha);
    r.ab[1] = K(splat)(p->fused.beta);
    for (int64_t b = 0; b < g->blocks; b++) {
        const K(vec) *plane = (const K(vec) *)src + b * g->in[0] * g->in[1];
        r.bias = ((const K(vec) *)p->bias)[b];
        if (prelu) r.ab[0] = ((const K(vec) *)p->fused.slope)[b];
        for (int64_t oy = 0; oy < g->out[0]; oy++, out += g->out[1]) {
            int64_t y0 = oy * w->stride[0] - w->pad[0];
            int64_t k0 = 0;
            int64_t k1 = 0;
            window_taps(g, 0, y0, &k0, &k1);
            r.src = plane + (y0 + k0 * w->dilation[0]) * g->in[1] - w->pad[1];
            r.weights = (const K(vec) *)p->weights + (b * w->kernel[0] + k0) * w->kernel[1];
            r.kernel_rows = k1 - k0;
            K(dw_one_row)(g, out, &r);
        }
    }
}

TARGET INLINE K(vec)
    K(pool_one)(const K(vec) * src, const int64_t steps[2], const int64_t taps[2], bool max)
{
    K(vec) acc = max && taps[0] * taps[1] > 0 ? src[0] : K(splat)(0.0f);
    for (int64_t y = 0; y < taps[0]; y++) {
        for (int64_t x = 0; x < taps[1]; x++) {
            const K(vec) s = src[y * steps[0] + x * steps[1]];
            if (max)
                acc = K(pick)(s > acc, s, acc);
            else
                acc += s;
        }
    }
    return acc;
}

TARGET static void K(pool)(const fvi_plane *g, fvi_pool_kind kind, float *dst, const float *src)
{
    const fvi_window *w = &g->win;
    const int64_t steps[2] = {w->dilation[0] * g->in[1], w->dilation[1]};
    const K(vec) *plane = (const K(vec) *)src;
    K(vec) *out = (K(vec) *)dst;
    for (int64_t row = 0; row < g->blocks * g->out[0]; row++, out += g->out[1]) {
        int64_t y0 = row % g->out[0] * w->stride[0] - w->pad[0];
        int64_t ky[2];
        window_taps(g, 0, y0, &ky[0], &ky[1]);
        int64_t y = row / g->out[0] * g->in[0] + y0 + ky[0] * w->dilation[0];
        for (int64_t ox = 0; ox < g->out[1]; ox++) {
            int64_t x0 = ox * w->stride[1] - w->pad[1];
            int64_t kx[2];
            window_taps(g, 1, x0, &kx[0], &kx[1]);
            const int64_t taps[2] = {ky[1] - ky[0], kx[1] - kx[0]};
            const K(vec) *s = plane + y * g->in[1] + x0 + kx[0] * w->dilation[1];
            if (kind == FVI_POOL_MAX) {
                out[ox] = K(pool_one)(s, steps, taps, true);
                continue;
            }
            int64_t count = kind == FVI_POOL_AVG ? taps[0] * taps[1] : w->kernel[0] * w->kernel[1];
            out[ox] = K(pool_one)(s, steps, taps, false) *
                      K(splat)(count > 0 ? 1.0f / (float)count : 0.0f);
        }
    }
}

TARGET static void K(dense)(const fvi_dense *p, float *dst, const float *src)
{
    enum { VECTORS = FVI_DENSE_PANEL / LANES };
    int64_t panels = (p->columns + FVI_DENSE_PANEL - 1) / FVI_DENSE_PANEL;
    for (int64_t r = 0; r < p->rows; r++, dst += p->columns, src += p->inner) {
        for (int64_t j = 0; j < panels; j++) {
            const K(vec) *w = (const K(vec) *)p->weights + j * p->inner * VECTORS;
            const K(vec) *bias = (const K(vec) *)p->bias + j * VECTORS;
            K(vec) acc[VECTORS];
            for (int v = 0; v < VECTORS; v++)
                acc[v] = bias[v];
            for (int64_t k = 0; k < p->inner; k++, w += VECTORS) {
                const K(vec) x = K(splat)(src[k]);
                for (int v = 0; v < VECTORS; v++)
                    acc[v] += x * w[v];
            }
            int64_t left = p->columns - j * FVI_DENSE_PANEL;
            if (left > FVI_DENSE_PANEL) left = FVI_DENSE_PANEL;
            memcpy(dst + j * FVI_DENSE_PANEL, acc, (size_t)left * sizeof *dst);
        }
    }
}

TARGET static void K(gather)(float *dst, const float *const *lanes, int64_t pixels)
{
    bool whole = true;
    for (int l = 1; l < LANES; l++)
        whole = whole && lanes[l] == lanes[0] + l;
    if (whole) {
        memcpy(dst, lanes[0], (size_t)(pixels * LANES) * sizeof *dst);
        return;
    }
    for (int64_t p = 0; p < pixels; p++, dst += LANES)
        for (int l = 0; l < LANES; l++)
            dst[l] = lanes[l][p * LANES];
}

static const fvi_kernels K(table) = {
    .lanes = LANES,
    .act = K(act),
    .act_blocked = K(act_blocked),
    .binary = K(binary),
    .binary_blocked = K(binary_blocked),
    .affine = K(affine),
    .depthwise = K(depthwise),
    .pool = K(pool),
    .dense = K(dense),
    .gather = K(gather),
};
