/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FVI_BENCH_PHOTO_H
#define FVI_BENCH_PHOTO_H

#include "portrait.h"

/** A portrait of tests/data, cut to 3:4 and brought to the 720x960 of a phone's preview, as JPEG.
 */
blob bench_photo(const char *name);

#endif
