/* SPDX-License-Identifier: Apache-2.0 */
/* The fence between C++ and C: the whole body of every extern "C" function runs inside guard(). */
#ifndef FVI_SHIM_GUARD_HPP
#define FVI_SHIM_GUARD_HPP

#include <exception>
#include <new>

#include "base/error.h"

namespace fvi
{

template <class Body> fv_status guard(fv_error *err, const char *where, Body &&body) noexcept
{
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return fvi_fail(err, FV_E_NOMEM, "%s", where);
    } catch (const std::exception &e) {
        return fvi_fail(err, FV_E_BACKEND, "%s: %s", where, e.what());
    } catch (...) {
        return fvi_fail(err, FV_E_BACKEND, "%s: foreign exception", where);
    }
}

} // namespace fvi

#endif
