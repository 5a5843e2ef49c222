/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proto/faceverify.proto's messages from and to plain structs. Knows no sockets. All functions are
 * thread-safe.
 */
#ifndef FVI_WIRE_H
#define FVI_WIRE_H

#include <stdbool.h>

#include "base/error.h"
#include "faceverify/faceverify.h"

typedef enum fvi_op { /* the numbers of the oneofs */
                      FVI_OP_NONE = 0,
                      FVI_OP_VERIFY = 10,
                      FVI_OP_MATCH = 11,
                      FVI_OP_LIVENESS = 12,
                      FVI_OP_QUALITY = 13,
                      FVI_OP_INFO = 14,
} fvi_op;

/* The proto's Status. */
typedef enum fvi_answered {
    FVI_ANSWERED_OK = 0,
    FVI_INVALID_REQUEST = 1,
    FVI_TOO_LARGE = 2,
    FVI_BUSY = 3,
    FVI_DEADLINE_EXCEEDED = 4,
    FVI_PERMISSION_DENIED = 5,
    FVI_REQUEST_ID_REUSED = 6,
    FVI_INTERNAL = 7,
} fvi_answered;

/** "BUSY"; "" for an unknown number. Static. */
const char *fvi_answered_name(fvi_answered status);

/** "verify"; "" for an unknown number. Static. */
const char *fvi_op_name(fvi_op op);

/** What a failure of the engine is on the wire. */
fvi_answered fvi_answered_of(fv_status st);

enum { FVI_REQUEST_ID_MAX = 64, FVI_REFERENCE_MAX = 128, FVI_RETRY_NEVER = 0 };

/** Beyond these a request is TOO_LARGE. */
typedef struct fvi_wire_limits {
    uint64_t image_bytes; /**< one photograph */
} fvi_wire_limits;

/** One request. Texts are never NULL, "" = not given; photographs have data NULL where not given.
 */
typedef struct fvi_wire_request {
    fvi_op op;
    char request_id[FVI_REQUEST_ID_MAX + 1];
    const char *channel;
    const char *subject_ref;
    const char *consent_ref;
    const char *birth_date;
    const char *id_number;
    fv_bytes selfie; /**< LIVENESS: the selfie; QUALITY: the photograph, whatever its kind */
    fv_bytes record;
    fv_image kind; /**< QUALITY */
    uint32_t deadline_ms;
    fv_locale locale;
    void *owned; /**< what the texts and photographs lie in */
} fvi_wire_request;

/** What can be told of a request without decoding it: a walk over its fields, nothing is copied. */
typedef struct fvi_wire_peek {
    char request_id[FVI_REQUEST_ID_MAX + 1]; /**< "" where there is none, or none that is allowed */
    fvi_op op;
    uint32_t deadline_ms; /**< 0 = not given */
} fvi_wire_peek;

/** Never fails: what cannot be read stays empty. No allocation; cost does not grow with pictures.
 */
void fvi_wire_peek_request(fv_bytes message, fvi_wire_peek *out);

/**
 * Decodes and checks a request: form, lengths, request id, locale; not what the engine checks
 * (photographs, dates, channel).
 *
 * @param[out] out  given back by fvi_wire_request_free(); on failure only request_id and op are
 * set, as far as they could be read, and there is nothing to free
 * @return FV_OK; FV_E_ARG, FV_E_LIMIT (err->field: of the request), FV_E_NOMEM
 */
FV_NODISCARD fv_status fvi_wire_request_decode(fv_bytes message, const fvi_wire_limits *limits,
                                               fvi_wire_request *out, fv_error *err);

/** Wipes and frees; the struct is then empty. */
void fvi_wire_request_free(fvi_wire_request *request);

/**
 * SHA-256 over what was asked: every field but request_id and deadline_ms. Two requests with the
 * same digest ask the same.
 */
FV_NODISCARD fv_status fvi_wire_request_digest(const fvi_wire_request *request, uint8_t out[32],
                                               fv_error *err);

/** For clients; *out is the caller's to wipe and free(). */
FV_NODISCARD fv_status fvi_wire_request_encode(const fvi_wire_request *request, uint8_t **out,
                                               size_t *len, fv_error *err);

enum { FVI_CHANNELS_MAX = 16 };

typedef struct fvi_wire_info {
    const char *channels[FVI_CHANNELS_MAX];
    size_t n_channels;
    uint32_t workers;
    uint32_t queue_capacity;
    uint64_t image_bytes_max;
    uint64_t message_bytes_max;
    uint32_t uptime_s;
} fvi_wire_info;

/** One reply. Everything is borrowed. */
typedef struct fvi_wire_reply {
    const char *request_id;
    fvi_op op; /**< which of the answers below there is; FVI_OP_NONE where status is not OK */
    fvi_answered status;
    const fv_error *err; /**< where status is not OK: field and text; may be NULL */
    uint32_t retry_after_ms;
    bool replayed;
    fv_locale locale;
    bool scores;                 /**< the caller may see them: similarity, liveness score, limits */
    const fv_versions *versions; /**< may be NULL */
    const fv_result *result;     /**< VERIFY, MATCH */
    const fv_liveness_result *liveness;
    const fv_quality_result *quality;
    fv_image kind; /**< QUALITY */
    const fvi_wire_info *info;
} fvi_wire_reply;

/** *out is the caller's to free(). */
FV_NODISCARD fv_status fvi_wire_reply_encode(const fvi_wire_reply *reply, uint8_t **out,
                                             size_t *len, fv_error *err);

#endif
