/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "faceverify.pb-c.h"
#include "wire/wire.h"

static_assert((int)FVI_ANSWERED_OK == (int)FACEVERIFY__STATUS__OK &&
                  (int)FVI_INVALID_REQUEST == (int)FACEVERIFY__STATUS__INVALID_REQUEST &&
                  (int)FVI_TOO_LARGE == (int)FACEVERIFY__STATUS__TOO_LARGE &&
                  (int)FVI_BUSY == (int)FACEVERIFY__STATUS__BUSY &&
                  (int)FVI_DEADLINE_EXCEEDED == (int)FACEVERIFY__STATUS__DEADLINE_EXCEEDED &&
                  (int)FVI_PERMISSION_DENIED == (int)FACEVERIFY__STATUS__PERMISSION_DENIED &&
                  (int)FVI_REQUEST_ID_REUSED == (int)FACEVERIFY__STATUS__REQUEST_ID_REUSED &&
                  (int)FVI_INTERNAL == (int)FACEVERIFY__STATUS__INTERNAL,
              "fvi_answered is the proto's Status");

static_assert((int)FVI_OP_VERIFY == (int)FACEVERIFY__REQUEST__OPERATION_VERIFY &&
                  (int)FVI_OP_MATCH == (int)FACEVERIFY__REQUEST__OPERATION_MATCH &&
                  (int)FVI_OP_LIVENESS == (int)FACEVERIFY__REQUEST__OPERATION_LIVENESS &&
                  (int)FVI_OP_QUALITY == (int)FACEVERIFY__REQUEST__OPERATION_QUALITY &&
                  (int)FVI_OP_INFO == (int)FACEVERIFY__REQUEST__OPERATION_INFO &&
                  (int)FVI_OP_VERIFY == (int)FACEVERIFY__REPLY__ANSWER_VERIFY &&
                  (int)FVI_OP_MATCH == (int)FACEVERIFY__REPLY__ANSWER_MATCH &&
                  (int)FVI_OP_LIVENESS == (int)FACEVERIFY__REPLY__ANSWER_LIVENESS &&
                  (int)FVI_OP_QUALITY == (int)FACEVERIFY__REPLY__ANSWER_QUALITY &&
                  (int)FVI_OP_INFO == (int)FACEVERIFY__REPLY__ANSWER_INFO,
              "fvi_op is the number of the oneofs");

const char *fvi_answered_name(fvi_answered status)
{
    const ProtobufCEnumValue *v =
        protobuf_c_enum_descriptor_get_value(&faceverify__status__descriptor, (int)status);
    return v == NULL ? "" : v->name;
}

const char *fvi_op_name(fvi_op op)
{
    const ProtobufCFieldDescriptor *f =
        protobuf_c_message_descriptor_get_field(&faceverify__request__descriptor, (unsigned)op);
    return f == NULL || op < FVI_OP_VERIFY ? "" : f->name;
}

fvi_answered fvi_answered_of(fv_status st)
{
    switch (st) {
    case FV_OK:
        return FVI_ANSWERED_OK;
    case FV_E_ARG:
        return FVI_INVALID_REQUEST;
    case FV_E_LIMIT:
        return FVI_TOO_LARGE;
    case FV_E_TIMEOUT:
        return FVI_DEADLINE_EXCEEDED;
    case FV_E_CONFIG: /* the service's settings, not the caller's */
    case FV_E_NOMEM:
    case FV_E_MODEL:
    case FV_E_BACKEND:
    case FV_E_INTERNAL:
        break;
    }
    return FVI_INTERNAL;
}
