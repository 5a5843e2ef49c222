/* SPDX-License-Identifier: Apache-2.0 */
/* A client as a process of its own: asker URL PREFIX COUNT SELFIE RECORD asks COUNT times, one
 * after the other, and prints "ID STATUS REPLAYED" for each reply, or "ID LOST" where none came. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "client/exchange.h"
#include "wire/reply_decode.h"
#include "wire/wire.h"

enum { DEADLINE_MS = 60000 };

static int ask(fvi_link *link, const fvi_wire_request *request)
{
    fv_error err = {.code = FV_OK};
    fvi_exchange *x = NULL;
    fvi_reply *reply = NULL;
    uint8_t *bytes = NULL;
    size_t len = 0;
    fv_bytes got = {NULL, 0};

    if (fvi_wire_request_encode(request, &bytes, &len, &err) != FV_OK ||
        fvi_exchange_create(&x, link, NULL, NULL, &err) != FV_OK ||
        fvi_exchange_start(x, (fv_bytes){bytes, len}, DEADLINE_MS, &err) != FV_OK)
        return EXIT_FAILURE;
    free(bytes);
    fvi_exchange_wait(x);
    if (fvi_exchange_result(x, &got, &err) == FV_OK && fvi_reply_decode(got, &reply, &err) == FV_OK)
        (void)printf("%s %s %d\n", request->request_id,
                     fvi_answered_name((fvi_answered)fvi_reply_message(reply)->status),
                     fvi_reply_message(reply)->replayed);
    else
        (void)printf("%s LOST %s\n", request->request_id, err.text);
    (void)fflush(stdout);
    fvi_reply_destroy(&reply);
    fvi_exchange_destroy(&x);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    fv_error err = {.code = FV_OK};
    fvi_link *link = NULL;
    uint8_t *photos[2] = {NULL, NULL};
    size_t lens[2] = {0, 0};
    int code = EXIT_SUCCESS;

    if (argc != 6) return EXIT_FAILURE;
    fvi_link_options o = {.url = argv[1]};
    for (int i = 0; i < 2; i++) {
        if (fvi_file_read(argv[4 + i], 1 << 24, FV_E_ARG, &photos[i], &lens[i], &err) != FV_OK)
            return EXIT_FAILURE;
    }
    if (fvi_link_open(&link, &o, &err) != FV_OK) return EXIT_FAILURE;
    for (int i = 0; i < atoi(argv[3]) && code == EXIT_SUCCESS; i++) {
        fvi_wire_request q = {.op = FVI_OP_VERIFY,
                              .channel = "wechat",
                              .subject_ref = "",
                              .consent_ref = "",
                              .birth_date = "",
                              .id_number = "",
                              .selfie = {photos[0], lens[0]},
                              .record = {photos[1], lens[1]},
                              .deadline_ms = DEADLINE_MS,
                              .locale = FV_LOCALE_EN};
        (void)snprintf(q.request_id, sizeof q.request_id, "%s-%d", argv[2], i);
        code = ask(link, &q);
    }
    fvi_link_close(&link);
    free(photos[0]);
    free(photos[1]);
    return code;
}
