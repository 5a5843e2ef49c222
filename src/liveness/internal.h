/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_LIVENESS_INTERNAL_H
#define FVI_LIVENESS_INTERNAL_H

#include "liveness/liveness.h"

/* Sized from the network's own shapes when it is created; nothing is allocated later but for
 * pictures larger than any before. */
struct fvi_liver {
    fvi_nn_session *net;
    const fvi_liveness_model *fusion; /* NULL: none */
    fvi_buffer input;
    fvi_buffer pixels;  /* what the network is shown; then the wider square, RGB and grey */
    fvi_buffer scratch; /* shrunk part of a picture */
    float *raw;
    size_t n_raw;
};

#endif
