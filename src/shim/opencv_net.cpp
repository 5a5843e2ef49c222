/* SPDX-License-Identifier: Apache-2.0 */
#include "shim/opencv.h"

#include <cstring>
#include <memory>
#include <vector>

#include <opencv2/dnn.hpp>

#include "shim/guard.hpp"

struct fvi_cv_net {
    cv::dnn::Net net;
    std::vector<std::vector<cv::Mat>> outs; // headers over the network's own memory
    cv::Mat zeros; // of the input's shape: a wipe must not fail for want of memory
    std::string in_name;
};

namespace
{

enum { OUTPUTS_MAX = 8 };

bool is_run(const fvi_cv_run *r)
{
    if (r == nullptr || r->input_name == nullptr || r->input == nullptr ||
        r->output_names == nullptr || r->outputs == nullptr || r->output_counts == nullptr ||
        r->n_outputs == 0 || r->n_outputs > OUTPUTS_MAX)
        return false;
    for (size_t i = 0; i < r->n_outputs; i++) {
        if (r->output_names[i] == nullptr || r->outputs[i] == nullptr) return false;
    }
    for (const int d : r->input_dims) {
        if (d <= 0) return false;
    }
    return true;
}

fv_status check_outputs(const std::vector<std::vector<cv::Mat>> &outs, const fvi_cv_run *run,
                        fv_error *err)
{
    for (size_t i = 0; i < run->n_outputs; i++) {
        const char *name = run->output_names[i];
        if (outs.at(i).size() != 1 || outs[i][0].type() != CV_32F || !outs[i][0].isContinuous())
            return fvi_fail(err, FV_E_MODEL, "output %s is not one block of floats", name);
        if (outs[i][0].total() != run->output_counts[i])
            return fvi_fail(err, FV_E_MODEL, "output %s has %zu values, not %zu", name,
                            outs[i][0].total(), run->output_counts[i]);
    }
    return FV_OK;
}

} // namespace

extern "C" fv_status fvi_cv_net_create(fvi_cv_net **out, fv_bytes onnx, fv_error *err) noexcept
{
    fvi_cv_init();
    return fvi::guard(err, "fvi_cv_net_create", [&] {
        if (out == nullptr) return fvi_fail(err, FV_E_ARG, "fvi_cv_net_create: out is NULL");
        if (onnx.data == nullptr || onnx.len == 0)
            return fvi_fail(err, FV_E_MODEL, "the network is empty");
        auto n = std::make_unique<fvi_cv_net>();
        n->net = cv::dnn::readNetFromONNX(reinterpret_cast<const char *>(onnx.data), onnx.len);
        if (n->net.empty()) return fvi_fail(err, FV_E_MODEL, "the network has no layers");
        n->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
        n->net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
        *out = n.release();
        return FV_OK;
    });
}

extern "C" void fvi_cv_net_destroy(fvi_cv_net **net) noexcept
{
    if (net == nullptr || *net == nullptr) return;
    fvi_cv_net_wipe(*net);
    (void)fvi::guard(nullptr, "fvi_cv_net_destroy", [net] {
        delete *net;
        return FV_OK;
    });
    *net = nullptr;
}

extern "C" fv_status fvi_cv_net_run(fvi_cv_net *net, const fvi_cv_run *run, fv_error *err) noexcept
{
    return fvi::guard(err, "fvi_cv_net_run", [&] {
        if (net == nullptr || !is_run(run))
            return fvi_fail(err, FV_E_ARG, "fvi_cv_net_run: something is NULL or out of range");
        const cv::Mat in(4, run->input_dims, CV_32F, const_cast<float *>(run->input));
        if (net->zeros.size != in.size)
            net->zeros = cv::Mat(4, run->input_dims, CV_32F, cv::Scalar(0));
        net->in_name = run->input_name;
        net->net.setInput(in, net->in_name); // copies
        net->net.forward(net->outs, std::vector<cv::String>(run->output_names,
                                                            run->output_names + run->n_outputs));
        const fv_status st = check_outputs(net->outs, run, err);
        if (st != FV_OK) return st;
        for (size_t i = 0; i < run->n_outputs; i++)
            std::memcpy(run->outputs[i], net->outs[i][0].ptr(),
                        run->output_counts[i] * sizeof(float));
        return FV_OK;
    });
}

extern "C" void fvi_cv_net_wipe(fvi_cv_net *net) noexcept
{
    (void)fvi::guard(nullptr, "fvi_cv_net_wipe", [net] {
        if (net == nullptr || net->zeros.empty()) return FV_OK;
        for (std::vector<cv::Mat> &blobs : net->outs) {
            for (cv::Mat &blob : blobs)
                blob.setTo(0);
        }
        net->net.setInput(net->zeros, net->in_name);
        return FV_OK;
    });
}
