/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/opencv.h"

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>

#include "shim/guard.hpp"

namespace
{

/* lint: parameters, the signature is OpenCV's */
int drop_message(int, const char *, const char *, const char *, int, void *)
{
    return 0;
}

} // namespace

extern "C" void fvi_cv_init(void) noexcept
{
    (void)fvi::guard(nullptr, "fvi_cv_init", [] {
        static const bool once = [] {
            cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
            (void)cv::redirectError(drop_message);
            cv::setNumThreads(1);
            return true;
        }();
        (void)once;
        return FV_OK;
    });
}

extern "C" const char *fvi_cv_version(void) noexcept
{
    return CV_VERSION;
}

extern "C" int fvi_cv_threads(void) noexcept
{
    fvi_cv_init();
    int n = 0;
    (void)fvi::guard(nullptr, "fvi_cv_threads", [&n] {
        n = cv::getNumThreads();
        return FV_OK;
    });
    return n;
}
