/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/opencv.h"

#include <opencv2/core.hpp>

#include "shim/guard.hpp"

namespace
{

constexpr int MAX_SIDE = 1024;

} // namespace

extern "C" fv_status fvi_cv_spectrum(const float *in, int side, float *out, fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_spectrum", [&] {
        if (in == nullptr || out == nullptr || side < 2 || side > MAX_SIDE)
            return fvi_fail(err, FV_E_ARG, "fvi_cv_spectrum: wants a square of 2 to 1024");
        const cv::Mat from(side, side, CV_32FC1, const_cast<float *>(in));
        cv::Mat to(side, side, CV_32FC2, out);
        cv::dft(from, to, cv::DFT_COMPLEX_OUTPUT);
        if (to.ptr<float>() != out)
            return fvi_fail(err, FV_E_BACKEND, "fvi_cv_spectrum: result not in place");
        return FV_OK;
    });
}
