/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/opencv.h"

#include <cmath>

#include <opencv2/imgproc.hpp>

#include "shim/guard.hpp"

namespace
{

constexpr size_t MAX_POINTS = 128;

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
