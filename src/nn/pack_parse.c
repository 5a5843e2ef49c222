/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/pack_parse.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

#include "base/memory.h"

enum { SIDE_MAX = 65536, COUNT_MAX = 1 << 24, AT_MAX = 64 };

/* Where in the file the parser is. */
typedef struct place {
    const char *path;
    const char *at; /* keys down to the object being read */
    fv_error *err;
} place;

static fv_status bad(const place *p, const char *key, const char *fmt, ...) FV_PRINTF(3, 4);

static fv_status bad(const place *p, const char *key, const char *fmt, ...)
{
    char text[128];
    const char *dot = p->at[0] != '\0' && key[0] != '\0' ? "." : "";
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return fvi_fail(p->err, FV_E_MODEL, "%s: %s%s%s: %s", p->path, p->at, dot, key, text);
}

static fv_status check_keys(const place *p, json_t *object, const char *const *keys, size_t n)
{
    const char *key = NULL;
    json_t *value = NULL;

    if (!json_is_object(object)) return bad(p, "", "is not an object");
    for (size_t i = 0; i < n; i++) {
        if (json_object_get(object, keys[i]) == NULL) return bad(p, keys[i], "is missing");
    }
    json_object_foreach(object, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < n; i++)
            known = known || strcmp(key, keys[i]) == 0;
        if (!known) return bad(p, "", "has an unknown key \"%.40s\"", key);
    }
    return FV_OK;
}

static fv_status get_text(const place *p, json_t *object, const char *key, char *out, size_t cap)
{
    const json_t *v = json_object_get(object, key);

    if (!json_is_string(v)) return bad(p, key, "is not a string");
    const char *s = json_string_value(v);
    const size_t n = json_string_length(v);
    if (n == 0 || n >= cap) return bad(p, key, "has %zu bytes, not 1 to %zu", n, cap - 1);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            return bad(p, key, "has a control character");
    }
    memcpy(out, s, n + 1);
    return FV_OK;
}

static fv_status get_shape(const place *p, json_t *object, int dims[FVI_PACK_DIMS_MAX], int *n_dims,
                           size_t *count)
{
    const json_t *v = json_object_get(object, "shape");
    size_t product = 1;

    if (!json_is_array(v)) return bad(p, "shape", "is not an array");
    const size_t n = json_array_size(v);
    if (n == 0 || n > FVI_PACK_DIMS_MAX)
        return bad(p, "shape", "has %zu dimensions, not 1 to %d", n, FVI_PACK_DIMS_MAX);
    for (size_t i = 0; i < n; i++) {
        const json_t *d = json_array_get(v, i);
        if (!json_is_integer(d) || json_integer_value(d) < 1 || json_integer_value(d) > SIDE_MAX)
            return bad(p, "shape", "[%zu] is not an integer from 1 to %d", i, SIDE_MAX);
        dims[i] = (int)json_integer_value(d);
        if (!fvi_mul_size(product, (size_t)dims[i], &product) || product > COUNT_MAX)
            return bad(p, "shape", "is of more than %d values", COUNT_MAX);
    }
    *n_dims = (int)n;
    *count = product;
    return FV_OK;
}

static fv_status get_floats(const place *p, json_t *object, const char *key, size_t n, float out[3])
{
    const json_t *v = json_object_get(object, key);

    if (!json_is_array(v) || json_array_size(v) != n)
        return bad(p, key, "is not an array of %zu, one a channel", n);
    for (size_t i = 0; i < n; i++) {
        const json_t *f = json_array_get(v, i);
        if (!json_is_number(f) || !isfinite((float)json_number_value(f)))
            return bad(p, key, "[%zu] is not a number", i);
        out[i] = (float)json_number_value(f);
    }
    return FV_OK;
}

static fv_status get_colour(const place *p, json_t *object, fvi_colour *out)
{
    static const struct {
        const char *name;
        fvi_colour colour;
    } colours[] = {{"GREY", FVI_COLOUR_GREY}, {"RGB", FVI_COLOUR_RGB}, {"BGR", FVI_COLOUR_BGR}};
    char name[8] = "";
    fv_status st = FV_OK;

    FVI_TRY(get_text(p, object, "colour", name, sizeof name));
    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++) {
        if (strcmp(name, colours[i].name) == 0) {
            *out = colours[i].colour;
            return FV_OK;
        }
    }
    st = bad(p, "colour", "\"%s\" is not GREY, RGB or BGR", name);
out:
    return st;
}

static fv_status parse_input(const place *p, json_t *o, fvi_pack_net *net)
{
    static const char *const keys[] = {"name", "shape", "colour", "mean", "deviation"};
    fv_status st = FV_OK;
    int n_dims = 0;
    size_t count = 0;

    FVI_TRY(check_keys(p, o, keys, sizeof keys / sizeof keys[0]));
    FVI_TRY(get_text(p, o, "name", net->input_name, sizeof net->input_name));
    FVI_TRY(get_colour(p, o, &net->colour));
    FVI_TRY(get_shape(p, o, net->input_dims, &n_dims, &count));
    const int channels = net->colour == FVI_COLOUR_GREY ? 1 : 3;
    if (n_dims != 4 || net->input_dims[0] != 1 || net->input_dims[1] != channels)
        return bad(p, "shape", "is not [1, %d, height, width], as the colour needs", channels);
    FVI_TRY(get_floats(p, o, "mean", (size_t)channels, net->mean));
    FVI_TRY(get_floats(p, o, "deviation", (size_t)channels, net->deviation));
    for (int c = 0; c < channels; c++) {
        if (!(net->deviation[c] > 0.0F)) return bad(p, "deviation", "[%d] is not above 0", c);
    }
out:
    return st;
}

static fv_status parse_output(const place *p, json_t *o, fvi_pack_output *out)
{
    static const char *const keys[] = {"name", "shape", "meaning"};
    char meaning[256];
    fv_status st = FV_OK;

    FVI_TRY(check_keys(p, o, keys, sizeof keys / sizeof keys[0]));
    FVI_TRY(get_text(p, o, "name", out->name, sizeof out->name));
    FVI_TRY(get_text(p, o, "meaning", meaning, sizeof meaning));
    FVI_TRY(get_shape(p, o, out->dims, &out->n_dims, &out->count));
out:
    return st;
}

static fv_status parse_outputs(const place *p, json_t *a, fvi_pack_net *net)
{
    if (!json_is_array(a)) return bad(p, "outputs", "is not an array");
    const size_t n = json_array_size(a);
    if (n == 0 || n > FVI_PACK_OUTPUTS_MAX)
        return bad(p, "outputs", "has %zu entries, not 1 to %d", n, FVI_PACK_OUTPUTS_MAX);
    for (size_t i = 0; i < n; i++) {
        char at[AT_MAX];
        (void)snprintf(at, sizeof at, "%.32s.outputs[%zu]", p->at, i);
        const place here = {p->path, at, p->err};
        fv_status st = parse_output(&here, json_array_get(a, i), &net->outputs[i]);
        if (st != FV_OK) return st;
        for (size_t k = 0; k < i; k++) {
            if (strcmp(net->outputs[k].name, net->outputs[i].name) == 0)
                return bad(&here, "name", "is that of outputs[%zu] too", k);
        }
    }
    net->n_outputs = n;
    return FV_OK;
}

static fv_status get_role(const place *p, json_t *object, fvi_role *out)
{
    char name[32] = "";
    fv_status st = get_text(p, object, "role", name, sizeof name);

    if (st != FV_OK) return st;
    for (int r = 0; r < FVI_ROLE_COUNT; r++) {
        if (strcmp(name, fvi_role_name((fvi_role)r)) == 0) {
            *out = (fvi_role)r;
            return FV_OK;
        }
    }
    return bad(p, "role", "\"%s\" is not known", name);
}

static fv_status parse_net(const place *p, json_t *o, fvi_pack_net *net)
{
    static const char *const keys[] = {"role",    "name",   "file",  "sha256",
                                       "licence", "source", "input", "outputs"};
    char at[AT_MAX];
    fv_status st = FV_OK;

    FVI_TRY(check_keys(p, o, keys, sizeof keys / sizeof keys[0]));
    FVI_TRY(get_role(p, o, &net->role));
    FVI_TRY(get_text(p, o, "name", net->name, sizeof net->name));
    FVI_TRY(get_text(p, o, "file", net->file, sizeof net->file));
    if (strpbrk(net->file, "/\\") != NULL || strstr(net->file, "..") != NULL)
        return bad(p, "file", "\"%.60s\" is not a plain file name", net->file);
    FVI_TRY(get_text(p, o, "sha256", net->sha256, sizeof net->sha256));
    if (strspn(net->sha256, "0123456789abcdef") != 64)
        return bad(p, "sha256", "is not 64 lower-case hexadecimal digits");
    FVI_TRY(get_text(p, o, "licence", net->licence, sizeof net->licence));
    FVI_TRY(get_text(p, o, "source", net->source, sizeof net->source));
    (void)snprintf(at, sizeof at, "%.32s.input", p->at);
    const place input = {p->path, at, p->err};
    FVI_TRY(parse_input(&input, json_object_get(o, "input"), net));
    FVI_TRY(parse_outputs(p, json_object_get(o, "outputs"), net));
out:
    return st;
}

static fv_status parse_root(const place *p, json_t *o, fvi_pack_list *list)
{
    static const char *const keys[] = {"name", "networks"};
    fv_status st = FV_OK;

    FVI_TRY(check_keys(p, o, keys, sizeof keys / sizeof keys[0]));
    FVI_TRY(get_text(p, o, "name", list->name, sizeof list->name));
    json_t *nets = json_object_get(o, "networks");
    if (!json_is_array(nets)) return bad(p, "networks", "is not an array");
    list->n_nets = json_array_size(nets);
    if (list->n_nets == 0 || list->n_nets > FVI_ROLE_COUNT)
        return bad(p, "networks", "has %zu entries, not 1 to %d", list->n_nets, FVI_ROLE_COUNT);
    for (size_t i = 0; i < list->n_nets; i++) {
        char at[AT_MAX];
        (void)snprintf(at, sizeof at, "networks[%zu]", i);
        const place here = {p->path, at, p->err};
        FVI_TRY(parse_net(&here, json_array_get(nets, i), &list->nets[i]));
        for (size_t k = 0; k < i; k++) {
            if (list->nets[k].role == list->nets[i].role)
                return bad(&here, "role", "is that of networks[%zu] too", k);
        }
    }
out:
    return st;
}

fv_status fvi_pack_parse(fvi_pack_list *out, const char *path, fv_bytes json, fv_error *err)
{
    const place top = {path, "", err};
    fvi_pack_list list = {0};

    if (json.len == 0) return fvi_fail(err, FV_E_MODEL, "%s: is empty", path);
    json_t *root = NULL;
    fv_status st = fvi_json_parse(path, json, &root, err);
    if (st != FV_OK) return st;
    st = parse_root(&top, root, &list);
    json_decref(root);
    if (st == FV_OK) *out = list;
    return st;
}
