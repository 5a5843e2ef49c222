/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/photos.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"

static fv_status look(const cli_photos *p, cli_source *source, const char *path, cli_photo *photo)
{
    fv_client_request request = FV_CLIENT_REQUEST_INIT;
    cli_answer *a = &photo->answer;
    uint8_t *bytes = NULL;
    size_t len = 0;

    fv_status st = cli_read_photo(path, "image", &bytes, &len, &a->err);
    if (st != FV_OK) return st;
    photo->bytes = (fv_bytes){bytes, len};
    request.selfie = photo->bytes;
    request.kind = photo->kind;
    if (p->ask != NULL)
        a->status = p->ask(p->self, source, photo);
    else
        cli_source_ask(source, p->op, &request, a);
    photo->bytes = (fv_bytes){NULL, 0};
    fvi_wipe(bytes, len);
    free(bytes);
    return a->status;
}

static bool is_good(const cli_photos *p, const Faceverify__Reply *m)
{
    if (p->op == FVI_OP_QUALITY) return m->quality->usable != 0;
    return m->liveness->liveness == FACEVERIFY__LIVENESS__LIVE;
}

static char **name_in(const cli_photos *p, Faceverify__Reply *m)
{
    return p->op == FVI_OP_QUALITY ? &m->quality->image : &m->liveness->image;
}

static int print(const cli_photos *p, cli_photo *photo)
{
    const cli_common *c = p->common;
    cli_answer *a = &photo->answer;
    int code = EXIT_YES;

    if (a->status != FV_OK)
        code = cli_tell_failure(c, a->status, &a->err);
    else if (!is_good(p, a->message))
        code = EXIT_NO;
    if (c->json) return cli_print_json(c, cli_photo_json(p, photo), code);
    if (a->status == FV_OK) p->text(a->message, c->locale, stdout);
    return cli_finish(c, code);
}

static int answer_one(const cli_photos *p, cli_source *source, const fv_versions *versions,
                      size_t i)
{
    cli_photo photo = {.kind = p->kind, .answer = {.versions = *versions}};

    cli_show_path(p->paths[i], photo.image, sizeof photo.image);
    photo.answer.status = look(p, source, p->paths[i], &photo);
    const bool answered = photo.answer.status == FV_OK;
    char **name = answered ? name_in(p, photo.answer.message) : NULL;
    char *was = answered ? *name : NULL;
    if (answered) *name = photo.image; /* the service knows no names of files */
    if (i > 0 && !p->common->json && answered) (void)fputc('\n', stdout);
    int code = print(p, &photo);
    if (answered) *name = was; /* the reply frees its texts */
    cli_answer_free(&photo.answer);
    return code;
}

int cli_photos_answer(const cli_photos *p)
{
    cli_source *source = NULL;
    cli_answer failed = {.versions = FV_VERSIONS_INIT};
    int worst = EXIT_YES;

    failed.status = cli_source_open(&source, p->common, &failed.versions, &failed.err);
    if (failed.status != FV_OK) worst = cli_fail(p->common, &failed);
    for (size_t i = 0; i < p->n_paths && failed.status == FV_OK; i++) {
        int code = answer_one(p, source, &failed.versions, i);
        if (code > worst) worst = code;
        if (ferror(stdout)) break; /* nobody reads the rest */
    }
    cli_source_close(&source);
    return worst;
}
