/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as pack.json: refused with a reason, or within every limit of pack.h. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "nn/pack_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
    if (!holds) abort();
}

static void check_net(const fvi_pack_net *n)
{
    const int channels = n->colour == FVI_COLOUR_GREY ? 1 : 3;

    must(n->onnx.data == NULL && n->role >= 0 && n->role < FVI_ROLE_COUNT);
    must(strchr(n->file, '/') == NULL && strlen(n->sha256) == 64);
    must(n->input_dims[0] == 1 && n->input_dims[1] == channels);
    must(n->input_dims[2] >= 1 && n->input_dims[3] >= 1);
    for (int c = 0; c < channels; c++)
        must(isfinite(n->mean[c]) && n->deviation[c] > 0.0F);
    must(n->n_outputs >= 1 && n->n_outputs <= FVI_PACK_OUTPUTS_MAX);
    for (size_t i = 0; i < n->n_outputs; i++) {
        size_t count = 1;
        for (int k = 0; k < n->outputs[i].n_dims; k++)
            count *= (size_t)n->outputs[i].dims[k];
        must(count == n->outputs[i].count && count >= 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static fvi_pack_list list;
    fv_error err = {.code = FV_OK};
    const fv_status st = fvi_pack_parse(&list, "pack.json", (fv_bytes){data, size}, &err);

    must(st == FV_OK || (err.code == st && strstr(err.text, "pack.json") == err.text));
    for (size_t i = 0; st == FV_OK && i < list.n_nets; i++)
        check_net(&list.nets[i]);
    return 0;
}
