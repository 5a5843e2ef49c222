/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "nn/pack_parse.h"

enum { JSON_BYTES_MAX = 1 << 20, NETWORK_BYTES_MAX = 256 << 20 };

const char *fvi_role_name(fvi_role role)
{
    switch (role) {
#define Y(id, name)                                                                                \
    case FVI_ROLE_##id:                                                                            \
        return name;
        FVI_ROLE_LIST(Y)
#undef Y
    case FVI_ROLE_COUNT:
        break;
    }
    return "unknown";
}

static fv_status read_in(const char *dir, const char *file, size_t max_bytes, fv_bytes *out,
                         fv_error *err)
{
    char path[sizeof((fvi_pack *)0)->dir + sizeof((fvi_pack_net *)0)->file + 1];
    uint8_t *data = NULL;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/%s", dir, file);
    fv_status st = fvi_file_read(path, max_bytes, FV_E_MODEL, &data, &len, err);
    if (st == FV_OK) *out = (fv_bytes){data, len};
    return st;
}

static fv_status load_net(fvi_pack *pack, const fvi_pack_net *from, fv_error *err)
{
    fvi_pack_net *net = &pack->nets[from->role];
    char hex[65];
    fv_status st = FV_OK;

    *net = *from;
    FVI_TRY(read_in(pack->dir, net->file, NETWORK_BYTES_MAX, &net->onnx, err));
    if (net->onnx.len == 0) return fvi_fail(err, FV_E_MODEL, "%s: is empty", net->file);
    FVI_TRY(fvi_sha256_hex(net->onnx.data, net->onnx.len, hex, err));
    if (strcmp(hex, net->sha256) != 0)
        return fvi_fail(err, FV_E_MODEL, "%s: its SHA-256 is %s, the pack says %s", net->file, hex,
                        net->sha256);
out:
    return st;
}

fv_status fvi_pack_open(fvi_pack **out, const char *dir, fv_error *err)
{
    char path[sizeof((fvi_pack *)0)->dir + 16];
    fv_bytes json = {0};
    fv_status st = FV_OK;
    fvi_pack_list *list = calloc(1, sizeof *list);
    fvi_pack *p = calloc(1, sizeof *p);

    if (list == NULL || p == NULL) {
        st = fvi_fail(err, FV_E_NOMEM, "model pack");
        goto out;
    }
    const size_t n = strlen(dir);
    if (n == 0 || n >= sizeof p->dir) {
        st = fvi_fail(err, FV_E_MODEL, "the folder of the model pack has a name of %zu bytes", n);
        goto out;
    }
    memcpy(p->dir, dir, n + 1);
    (void)snprintf(path, sizeof path, "%s/pack.json", dir);
    FVI_TRY(read_in(dir, "pack.json", JSON_BYTES_MAX, &json, err));
    FVI_TRY(fvi_sha256_hex(json.data, json.len, p->sha256, err));
    FVI_TRY(fvi_pack_parse(list, path, json, err));
    memcpy(p->name, list->name, sizeof p->name);
    for (size_t i = 0; i < list->n_nets; i++)
        FVI_TRY(load_net(p, &list->nets[i], err));
    *out = p;
    p = NULL;
out:
    free((void *)json.data);
    free(list);
    fvi_pack_close(&p);
    return st;
}

void fvi_pack_close(fvi_pack **pack)
{
    if (pack == NULL || *pack == NULL) return;
    for (int r = 0; r < FVI_ROLE_COUNT; r++)
        free((void *)(*pack)->nets[r].onnx.data);
    free(*pack);
    *pack = NULL;
}
