/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/opencv.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "shim/guard.hpp"

namespace
{

bool is_image(const fvi_image *i)
{
    return i != nullptr && i->data != nullptr && i->width_px > 0 && i->height_px > 0 &&
           (i->channels == 1 || i->channels == 3) &&
           i->stride_bytes >= static_cast<size_t>(i->width_px) * static_cast<size_t>(i->channels);
}

std::uintptr_t begin_of(const fvi_image *i)
{
    return reinterpret_cast<std::uintptr_t>(i->data);
}

std::uintptr_t end_of(const fvi_image *i)
{
    return begin_of(i) + static_cast<size_t>(i->height_px - 1) * i->stride_bytes +
           static_cast<size_t>(i->width_px) * static_cast<size_t>(i->channels);
}

fv_status check(const fvi_image *src, const fvi_image *dst, const char *where, fv_error *err)
{
    if (!is_image(src) || !is_image(dst))
        return fvi_fail(err, FV_E_ARG, "%s: not an 8-bit picture of 1 or 3 channels", where);
    if (begin_of(src) < end_of(dst) && begin_of(dst) < end_of(src))
        return fvi_fail(err, FV_E_ARG, "%s: source and destination overlap", where);
    return FV_OK;
}

fv_status check_same_channels(const fvi_image *src, const fvi_image *dst, const char *where,
                              fv_error *err)
{
    const fv_status st = check(src, dst, where, err);
    if (st == FV_OK && src->channels != dst->channels)
        return fvi_fail(err, FV_E_ARG, "%s: %d channels into %d", where, src->channels,
                        dst->channels);
    return st;
}

cv::Mat view(const fvi_image *i)
{
    return {i->height_px, i->width_px, CV_8UC(i->channels), i->data, i->stride_bytes};
}

// OpenCV allocates when a result does not fit the Mat it is given: the pixels would be elsewhere.
fv_status check_kept(const cv::Mat &result, const fvi_image *dst, const char *where, fv_error *err)
{
    if (result.data == dst->data) return FV_OK;
    return fvi_fail(err, FV_E_INTERNAL, "%s: the result has another shape", where);
}

} // namespace

extern "C" fv_status fvi_cv_resize(const fvi_image *src, fvi_image *dst, fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_resize", [&] {
        const fv_status st = check_same_channels(src, dst, "fvi_cv_resize", err);
        if (st != FV_OK) return st;
        const cv::Size to(dst->width_px, dst->height_px);
        const cv::Size less(std::min(src->width_px, to.width), std::min(src->height_px, to.height));
        cv::Mat out = view(dst);
        if (less == to) {
            cv::resize(view(src), out, to, 0, 0, cv::INTER_AREA);
        } else if (less == cv::Size(src->width_px, src->height_px)) {
            cv::resize(view(src), out, to, 0, 0, cv::INTER_LINEAR);
        } else { // narrower and higher, or wider and lower: INTER_AREA shrinks in both or not at
                 // all
            cv::Mat half;
            cv::resize(view(src), half, less, 0, 0, cv::INTER_AREA);
            cv::resize(half, out, to, 0, 0, cv::INTER_LINEAR);
            half.setTo(0);
        }
        return check_kept(out, dst, "fvi_cv_resize", err);
    });
}

extern "C" fv_status fvi_cv_warp(const fvi_image *src, const float m[6], int border, fvi_image *dst,
                                 fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_warp", [&] {
        const fv_status st = check_same_channels(src, dst, "fvi_cv_warp", err);
        if (st != FV_OK) return st;
        if (m == nullptr || (border != 0 && border != 1))
            return fvi_fail(err, FV_E_ARG, "fvi_cv_warp: no matrix, or unknown border %d", border);
        cv::Matx23d matrix;
        for (int i = 0; i < 6; i++) {
            if (!std::isfinite(m[i])) return fvi_fail(err, FV_E_ARG, "fvi_cv_warp: m[%d]", i);
            matrix.val[i] = static_cast<double>(m[i]);
        }
        cv::Mat out = view(dst);
        cv::warpAffine(view(src), out, matrix, out.size(), cv::WARP_INVERSE_MAP | cv::INTER_LINEAR,
                       border == 0 ? cv::BORDER_CONSTANT : cv::BORDER_REPLICATE);
        return check_kept(out, dst, "fvi_cv_warp", err);
    });
}

extern "C" fv_status fvi_cv_grey(const fvi_image *src, fvi_image *dst, fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_grey", [&] {
        const fv_status st = check(src, dst, "fvi_cv_grey", err);
        if (st != FV_OK) return st;
        if (src->channels != 3 || dst->channels != 1 || src->width_px != dst->width_px ||
            src->height_px != dst->height_px)
            return fvi_fail(err, FV_E_ARG, "fvi_cv_grey: wants RGB into grey of the same size");
        cv::Mat out = view(dst);
        cv::cvtColor(view(src), out, cv::COLOR_RGB2GRAY);
        return check_kept(out, dst, "fvi_cv_grey", err);
    });
}
