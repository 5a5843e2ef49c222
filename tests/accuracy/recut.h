/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_ACCURACY_RECUT_H
#define FVI_ACCURACY_RECUT_H

#include "images.h"

/** Cuts a photograph again as the ID card's chip holds it: 102x126, eyes 28 px apart, JPEG quality
 *  60. An acc_change. */
int acc_recut(const fv_engine *engine, fv_bytes in, uint8_t **out, size_t *len);

#endif
