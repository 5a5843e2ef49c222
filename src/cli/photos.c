/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/photos.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"

static fv_status look(const cli_photos *p, fv_session *session, const char *path, cli_photo *photo)
{
    fv_status st = FV_OK;
    uint8_t *bytes = NULL;
    size_t len = 0;

    FVI_TRY(cli_read_photo(path, "image", &bytes, &len, &photo->err));
    photo->bytes = (fv_bytes){bytes, len};
    FVI_TRY(p->ask(p->self, session, photo, &photo->err));
out:
    photo->bytes = (fv_bytes){NULL, 0};
    if (bytes != NULL) fvi_wipe(bytes, len);
    free(bytes);
    return st;
}

static int print(const cli_photos *p, cli_photo *photo)
{
    const cli_common *c = p->common;
    int code = EXIT_YES;

    if (photo->status != FV_OK)
        code = cli_tell_failure(c, photo->status, &photo->err);
    else if (!p->good(photo))
        code = EXIT_NO;
    if (c->json) return cli_print_json(c, p->json(photo, c->locale), code);
    if (photo->status == FV_OK) p->text(photo, c->locale, stdout);
    return cli_finish(c, code);
}

static int answer_each(const cli_photos *p, fv_session *session, const fv_versions *versions)
{
    int worst = EXIT_YES;

    for (size_t i = 0; i < p->n_paths; i++) {
        cli_photo photo = {.versions = *versions, .kind = p->kind};
        cli_show_path(p->paths[i], photo.image, sizeof photo.image);
        photo.status = look(p, session, p->paths[i], &photo);
        if (i > 0 && !p->common->json && photo.status == FV_OK) (void)fputc('\n', stdout);
        int code = print(p, &photo);
        if (code > worst) worst = code;
        if (ferror(stdout)) break; /* nobody reads the rest */
    }
    return worst;
}

int cli_photos_answer(const cli_photos *p)
{
    fv_status st = FV_OK;
    fv_engine *engine = NULL;
    fv_session *session = NULL;
    fv_engine_options wanted = cli_engine_options(p->common);
    cli_answer failed = {.versions = FV_VERSIONS_INIT};
    int code = EXIT_YES;

    FVI_TRY(fv_engine_create(&engine, &wanted, &failed.err));
    FVI_TRY(fv_engine_versions(engine, &failed.versions, &failed.err));
    FVI_TRY(fv_session_create(&session, engine, &failed.err));
    code = answer_each(p, session, &failed.versions);
out:
    failed.status = st;
    if (st != FV_OK) code = cli_fail(p->common, &failed);
    fv_session_destroy(&session);
    fv_engine_destroy(&engine);
    return code;
}
