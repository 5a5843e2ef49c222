/* SPDX-License-Identifier: Apache-2.0 */
#include "face/internal.h"

fv_status fvi_face_chip(fvi_facer *f, const fvi_image *image, const fvi_landmarks *landmarks,
                        fvi_image *chip, fv_error *err)
{
    fvi_affine map = {{0}};

    if (chip->width_px != FVI_CHIP_SIDE_PX || chip->height_px != FVI_CHIP_SIDE_PX)
        return fvi_fail(err, FV_E_INTERNAL, "chip: not %d px square", FVI_CHIP_SIDE_PX);
    if (!fvi_chip_map(landmarks, &map))
        return fvi_fail(err, FV_E_BACKEND, "chip: the landmarks lie in one point");
    return fvi_sample(&f->scratch, image, &map, chip, err);
}
