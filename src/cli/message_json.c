/* SPDX-License-Identifier: Apache-2.0 */
/* protobuf's JSON mapping with the .proto's field names, by the descriptors alone. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/reply.h"

static json_t *enum_json(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(type, value);
    return v == NULL ? json_integer(value) : json_string(v->name);
}

/* The fewest digits that read back as the same float; the program never sets a locale. */
static json_t *real_json(float value)
{
    char text[32];

    for (int digits = 6; digits <= CLI_REAL_DIGITS; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value) break;
    }
    return json_real(strtod(text, NULL));
}

static json_t *big_json(uint64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    return json_string(text);
}

static json_t *value_json(const ProtobufCFieldDescriptor *f, const void *at)
{
    switch (f->type) {
    case PROTOBUF_C_TYPE_STRING:
        return json_string(*(char *const *)at);
    case PROTOBUF_C_TYPE_UINT32:
        return json_integer(*(const uint32_t *)at);
    case PROTOBUF_C_TYPE_UINT64:
        return big_json(*(const uint64_t *)at);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_FLOAT:
        return real_json(*(const float *)at);
    case PROTOBUF_C_TYPE_ENUM:
        return enum_json(f->descriptor, *(const int *)at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return cli_message_json(*(ProtobufCMessage *const *)at);
    default: /* no reply has others */
        return NULL;
    }
}

static size_t size_of(const ProtobufCFieldDescriptor *f)
{
    if (f->type == PROTOBUF_C_TYPE_ENUM) return sizeof(int);
    return sizeof(void *); /* texts and messages: no reply has lists of others */
}

static json_t *list_json(const ProtobufCFieldDescriptor *f, const void *at, size_t n)
{
    const char *items = *(char *const *)at;
    json_t *list = json_array();

    for (size_t i = 0; i < n && list != NULL; i++) {
        if (json_array_append_new(list, value_json(f, items + i * size_of(f))) == 0) continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}

/* Has it something to say? Texts that are empty, and what is not there, have not; a number that is
 * zero has, but in a failure, where nothing was measured. */
static bool is_told(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f, bool zeros)
{
    const char *at = (const char *)m + f->offset;
    const char *quantifier = (const char *)m + f->quantifier_offset;

    if (f->label == PROTOBUF_C_LABEL_REPEATED) return zeros || *(const size_t *)quantifier > 0;
    if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
        return *(const uint32_t *)quantifier == f->id;
    switch (f->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        return *(ProtobufCMessage *const *)at != NULL;
    case PROTOBUF_C_TYPE_STRING:
        return (*(char *const *)at)[0] != '\0';
    case PROTOBUF_C_TYPE_ENUM:
        return zeros || *(const int *)at != 0;
    default:
        return zeros;
    }
}

static bool is_failure(const ProtobufCMessage *m)
{
    const ProtobufCFieldDescriptor *f =
        protobuf_c_message_descriptor_get_field_by_name(m->descriptor, "status");

    return f != NULL && *(const int *)((const char *)m + f->offset) != FACEVERIFY__STATUS__OK;
}

json_t *cli_message_json(const ProtobufCMessage *m)
{
    const bool zeros = !is_failure(m);
    json_t *o = json_object();

    for (unsigned i = 0; i < m->descriptor->n_fields && o != NULL; i++) {
        const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
        const char *at = (const char *)m + f->offset;
        if (!is_told(m, f, zeros)) continue;
        json_t *value =
            f->label == PROTOBUF_C_LABEL_REPEATED
                ? list_json(f, at, *(const size_t *)((const char *)m + f->quantifier_offset))
                : value_json(f, at);
        if (json_object_set_new(o, f->name, value) == 0) continue;
        json_decref(o);
        o = NULL;
    }
    return o;
}

const char *cli_enum_name(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(type, value);
    return v == NULL ? "" : v->name;
}
