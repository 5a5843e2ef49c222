/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/dlib.h"

#include <memory>
#include <vector>

// The set-up does one small SVD; these two headers say that LAPACK does it, which would put a
// Fortran library on our link. dlib has its own.
#include <dlib/assert.h>
#include <dlib/test_for_odr_violations.h>
#undef DLIB_USE_LAPACK
#include <dlib/image_processing/frontal_face_detector.h>

#include "shim/guard.hpp"

namespace fvi
{

// What dlib calls a generic image, over the caller's pixels.
struct grey_view {
    const fvi_image *image;
};

inline long num_rows(const grey_view &v)
{
    return v.image->height_px;
}

inline long num_columns(const grey_view &v)
{
    return v.image->width_px;
}

inline const void *image_data(const grey_view &v)
{
    return v.image->data;
}

inline long width_step(const grey_view &v)
{
    return static_cast<long>(v.image->stride_bytes);
}

} // namespace fvi

namespace dlib
{
template <> struct image_traits<fvi::grey_view> {
    typedef unsigned char pixel_type;
};
} // namespace dlib

namespace
{

// Half a second to unpack, a tenth of a millisecond to copy.
const dlib::frontal_face_detector &unpacked()
{
    static const dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
    return detector;
}

} // namespace

struct fvi_hog {
    dlib::frontal_face_detector detector = unpacked();
    std::vector<dlib::rect_detection> found;
};

namespace
{

bool is_grey(const fvi_image *i)
{
    return i != nullptr && i->data != nullptr && i->channels == 1 && i->width_px > 0 &&
           i->height_px > 0 && i->stride_bytes >= static_cast<size_t>(i->width_px);
}

// dlib counts whole pixels, both ends included; (0,0) is the centre of a pixel.
fvi_box box_of(const dlib::rect_detection &d)
{
    return {static_cast<float>(d.rect.left()) - 0.5F, static_cast<float>(d.rect.top()) - 0.5F,
            static_cast<float>(d.rect.right()) + 0.5F, static_cast<float>(d.rect.bottom()) + 0.5F,
            static_cast<float>(d.detection_confidence)};
}

} // namespace

extern "C" fv_status fvi_hog_create(fvi_hog **out, fv_error *err) noexcept
{
    return fvi::guard(err, "fvi_hog_create", [&] {
        if (out == nullptr) return fvi_fail(err, FV_E_ARG, "fvi_hog_create: out is NULL");
        *out = std::make_unique<fvi_hog>().release();
        return FV_OK;
    });
}

extern "C" void fvi_hog_destroy(fvi_hog **hog) noexcept
{
    if (hog == nullptr || *hog == nullptr) return;
    (void)fvi::guard(nullptr, "fvi_hog_destroy", [hog] {
        delete *hog;
        return FV_OK;
    });
    *hog = nullptr;
}

/* lint: parameters, boxes, their room and their number are one thing */
extern "C" fv_status fvi_hog_run(fvi_hog *hog, const fvi_image *grey, fvi_box *boxes, size_t cap,
                                 size_t *n, fv_error *err) noexcept
{
    return fvi::guard(err, "fvi_hog_run", [&] {
        if (hog == nullptr || n == nullptr || (boxes == nullptr && cap > 0))
            return fvi_fail(err, FV_E_ARG, "fvi_hog_run: an argument is NULL");
        if (!is_grey(grey)) return fvi_fail(err, FV_E_ARG, "fvi_hog_run: not a grey picture");
        hog->detector(fvi::grey_view{grey}, hog->found);
        for (size_t i = 0; i < hog->found.size() && i < cap; i++)
            boxes[i] = box_of(hog->found[i]);
        *n = hog->found.size();
        return FV_OK;
    });
}
