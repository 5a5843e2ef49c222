/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file export.h
 * Markers for the public functions. Nothing here needs to be used by a caller.
 */
#ifndef FACEVERIFY_EXPORT_H
#define FACEVERIFY_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define FV_API               __attribute__((visibility("default")))
#define FV_NODISCARD         __attribute__((warn_unused_result))
#define FV_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define FV_API
#define FV_NODISCARD
#define FV_PRINTF(fmt, args)
#endif

#ifdef __cplusplus
#define FV_NOEXCEPT noexcept
#define FV_BEGIN_C  extern "C" {
#define FV_END_C    }
#else
#define FV_NOEXCEPT
#define FV_BEGIN_C
#define FV_END_C
#endif

#endif
