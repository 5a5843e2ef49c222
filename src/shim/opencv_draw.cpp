/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/opencv.h"

#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "shim/guard.hpp"

namespace
{

constexpr size_t MAX_POINTS = 128;
constexpr int MAX_PEN_PX = 256;
constexpr int SUBPIXEL_BITS = 4;
constexpr double HERSHEY_CAPITAL_PX = 22.0;

bool is_rgb(const fvi_image *i)
{
    return i != nullptr && i->data != nullptr && i->width_px > 0 && i->height_px > 0 &&
           i->channels == 3 && i->stride_bytes >= 3 * static_cast<size_t>(i->width_px);
}

fv_status check(const fvi_image *dst, const fvi_pen *pen, const char *where, fv_error *err)
{
    if (is_rgb(dst) && pen != nullptr && pen->size_px >= 1 && pen->size_px <= MAX_PEN_PX)
        return FV_OK;
    return fvi_fail(err, FV_E_ARG, "%s: wants an RGB picture and a pen of 1 to %d px", where,
                    MAX_PEN_PX);
}

cv::Mat view(const fvi_image *i)
{
    return {i->height_px, i->width_px, CV_8UC(i->channels), i->data, i->stride_bytes};
}

cv::Scalar colour(const fvi_pen *pen)
{
    return {static_cast<double>(pen->rgb[0]), static_cast<double>(pen->rgb[1]),
            static_cast<double>(pen->rgb[2])};
}

// To OpenCV's fixed point.
bool to_fixed(float x, float y, cv::Point *out)
{
    if (!(std::fabs(x) < 1e6f) || !(std::fabs(y) < 1e6f)) return false;
    const float unit = 1 << SUBPIXEL_BITS;
    *out = cv::Point(cvRound(x * unit), cvRound(y * unit));
    return true;
}

fv_status to_fixed(const fvi_point *points, size_t n, size_t least, cv::Point *out, fv_error *err)
{
    if (points == nullptr || n < least || n > MAX_POINTS)
        return fvi_fail(err, FV_E_ARG, "drawing: %zu points", n);
    for (size_t i = 0; i < n; i++) {
        if (!to_fixed(points[i].x_px, points[i].y_px, &out[i]))
            return fvi_fail(err, FV_E_ARG, "drawing: a point is far outside");
    }
    return FV_OK;
}

} // namespace

extern "C" fv_status fvi_cv_fill(fvi_image *dst, const fvi_point *points, size_t n, uint8_t value,
                                 fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_fill", [&] {
        if (dst == nullptr || dst->data == nullptr || dst->channels != 1 || points == nullptr ||
            n < 3 || n > MAX_POINTS)
            return fvi_fail(err, FV_E_ARG, "fvi_cv_fill: wants a grey picture and 3 to 128 points");
        cv::Point at[MAX_POINTS];
        for (size_t i = 0; i < n; i++) {
            if (!(std::fabs(points[i].x_px) < 1e6f) || !(std::fabs(points[i].y_px) < 1e6f))
                return fvi_fail(err, FV_E_ARG, "fvi_cv_fill: a point is far outside");
            at[i] = cv::Point(cvRound(points[i].x_px), cvRound(points[i].y_px));
        }
        cv::Mat out(dst->height_px, dst->width_px, CV_8UC1, dst->data, dst->stride_bytes);
        const cv::Point *polygon = at;
        const int count = static_cast<int>(n);
        cv::fillPoly(out, &polygon, &count, 1, cv::Scalar(value));
        return FV_OK;
    });
}

extern "C" fv_status fvi_cv_polygon(fvi_image *dst, const fvi_point *points, size_t n,
                                    const fvi_pen *pen, fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_polygon", [&] {
        cv::Point at[MAX_POINTS];
        fv_status st = check(dst, pen, "fvi_cv_polygon", err);
        if (st == FV_OK) st = to_fixed(points, n, 2, at, err);
        if (st != FV_OK) return st;
        cv::Mat out = view(dst);
        const cv::Point *line = at;
        const int count = static_cast<int>(n);
        cv::polylines(out, &line, &count, 1, true, colour(pen), pen->size_px, cv::LINE_AA,
                      SUBPIXEL_BITS);
        return FV_OK;
    });
}

extern "C" fv_status fvi_cv_dots(fvi_image *dst, const fvi_point *points, size_t n,
                                 const fvi_pen *pen, fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_dots", [&] {
        cv::Point at[MAX_POINTS];
        fv_status st = check(dst, pen, "fvi_cv_dots", err);
        if (st == FV_OK) st = to_fixed(points, n, 1, at, err);
        if (st != FV_OK) return st;
        cv::Mat out = view(dst);
        const int radius = pen->size_px << (SUBPIXEL_BITS - 1);
        for (size_t i = 0; i < n; i++)
            cv::circle(out, at[i], radius, colour(pen), cv::FILLED, cv::LINE_AA, SUBPIXEL_BITS);
        return FV_OK;
    });
}

extern "C" fv_status fvi_cv_text(fvi_image *dst, const char *text, fvi_point at, const fvi_pen *pen,
                                 fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_text", [&] {
        const fv_status st = check(dst, pen, "fvi_cv_text", err);
        if (st != FV_OK) return st;
        if (text == nullptr || !(std::fabs(at.x_px) < 1e6f) || !(std::fabs(at.y_px) < 1e6f))
            return fvi_fail(err, FV_E_ARG, "fvi_cv_text: no text, or a place far outside");
        cv::Mat out = view(dst);
        cv::putText(out, text, cv::Point(cvRound(at.x_px), cvRound(at.y_px)),
                    cv::FONT_HERSHEY_SIMPLEX, pen->size_px / HERSHEY_CAPITAL_PX, colour(pen), 1,
                    cv::LINE_AA);
        return FV_OK;
    });
}

extern "C" fv_status fvi_cv_borders(fvi_image *dst, const fvi_image *mask, const float m[6],
                                    const fvi_pen *pen, fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_borders", [&] {
        const fv_status st = check(dst, pen, "fvi_cv_borders", err);
        if (st != FV_OK) return st;
        if (mask == nullptr || mask->data == nullptr || mask->channels != 1 || m == nullptr)
            return fvi_fail(err, FV_E_ARG, "fvi_cv_borders: wants a grey mask and a matrix");
        std::vector<std::vector<cv::Point>> borders;
        cv::findContours(view(mask), borders, cv::RETR_LIST, cv::CHAIN_APPROX_NONE);
        for (std::vector<cv::Point> &border : borders) {
            for (cv::Point &p : border) {
                const auto x = static_cast<float>(p.x);
                const auto y = static_cast<float>(p.y);
                if (!to_fixed(m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5], &p))
                    return fvi_fail(err, FV_E_ARG, "fvi_cv_borders: a point is far outside");
            }
        }
        cv::Mat out = view(dst);
        cv::polylines(out, borders, true, colour(pen), pen->size_px, cv::LINE_AA, SUBPIXEL_BITS);
        return FV_OK;
    });
}
