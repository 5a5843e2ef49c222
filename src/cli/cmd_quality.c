/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "cli/photos.h"
#include "verify/overlay.h"

typedef struct args {
    cli_common common;
    fv_image kind;
    const char *overlay; /* NULL: none */
    char **paths;
    size_t n_paths;
} args;

enum { OPT_AS = 256, OPT_OVERLAY };

static const struct argp_option options[] = {
    {"as", OPT_AS, "selfie|record", 0,
     "Which limits to hold it against: those of a selfie (the default), or those of the "
     "photograph that the police hold",
     1},
    {"overlay", OPT_OVERLAY, "OUT.png", 0,
     "Also draw what was seen: the box, the landmarks, the skin that was measured and its light. "
     "One IMAGE only; OUT.png is replaced, and readable by its owner alone",
     1},
    {0},
};

static error_t take_kind(args *a, const char *name)
{
    for (fv_image kind = FV_SELFIE; kind <= FV_RECORD; kind++) {
        if (strcmp(name, fv_image_name(kind)) != 0) continue;
        a->kind = kind;
        return 0;
    }
    return cli_wrong(&a->common, "as", "unknown kind; known: selfie, record");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        state->child_inputs[1] = &a->common;
        return 0;
    case OPT_AS:
        return take_kind(a, arg);
    case OPT_OVERLAY:
        a->overlay = arg;
        return 0;
    case ARGP_KEY_ARGS:
        a->paths = state->argv + state->next;
        a->n_paths = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_NO_ARGS:
        return a->common.help ? 0
                              : cli_wrong(&a->common, "image", "a photograph is needed: IMAGE...");
    case ARGP_KEY_END:
        if (a->overlay != NULL && a->n_paths > 1 && !a->common.help)
            return cli_wrong(&a->common, "overlay", "draws one image; name one only");
        if (a->overlay != NULL && a->common.url != NULL && !a->common.help)
            return cli_wrong(&a->common, "overlay",
                             "cannot be drawn by a service; leave out --url");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static fv_status ask_and_draw(const void *self, cli_source *source, cli_photo *photo)
{
    const args *a = self;
    cli_answer *answer = &photo->answer;
    fv_status st = FV_OK;
    fv_quality_result quality = FV_QUALITY_RESULT_INIT;
    fvi_quality_ask what = {.photo = photo->bytes, .kind = photo->kind};
    cli_target to = {.path = a->overlay, .field = "overlay", .never = a->paths[0]};
    fvi_png png = {NULL, 0};

    FVI_TRY(fvi_quality_overlay(cli_source_session(source), &what, &png, &quality, &answer->err));
    if (png.data == NULL)
        cli_error(&a->common, "overlay: not written: the file could not be decoded");
    else
        FVI_TRY(cli_write_file(&to, (fv_bytes){png.data, png.len}, &answer->err));
    FVI_TRY(cli_source_take_quality(&quality, photo->kind, &a->common, answer));
out:
    if (png.data != NULL) fvi_wipe(png.data, png.len);
    free(png.data);
    return st;
}

int cmd_quality(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, "Settings and output:", 10},
                                                 {&cli_service_argp, 0, "A running service:", 15},
                                                 {0}};
    static const struct argp argp = {
        options,
        parse,
        "IMAGE...",
        "What each photograph is like, what is wrong with it, and what the person can do.\v"
        "IMAGE is a JPEG or PNG file; of several each is answered in turn, also after one that "
        "cannot be read. With --json there is one document an image, one after the other.\n\n"
        "The table: outside \"must be\" the photograph is not used; outside \"should be\" it is, "
        "but may be why the answer is no. The limits are settings: faceverify config.\n\n"
        "Examples:\n\n"
        "  faceverify quality selfie.jpg\n"
        "  faceverify quality --as record --locale zh-CN record.jpg\n"
        "  faceverify quality --overlay seen.png selfie.jpg\n"
        "  faceverify quality --json *.jpg | jq -c '[.image, .usable, .remedies[0]]'\n\n"
        "Exit code:\n\n"
        "  0  all can be used\n"
        "  1  some cannot: the text says why and what to do\n"
        "  2  the command line or the settings are wrong, or a file cannot be read\n"
        "  3  no answer: a model is damaged, out of memory, nowhere to write",
        children,
        NULL,
        NULL};
    args a = {.common = cli_common_init("quality"), .kind = FV_SELFIE};

    int code = cli_parse(&a.common, &argp, argc, argv, &a);
    if (code != CLI_GO_ON) return code;
    const cli_photos photos = {.common = &a.common,
                               .paths = a.paths,
                               .n_paths = a.n_paths,
                               .op = FVI_OP_QUALITY,
                               .kind = a.kind,
                               .self = &a,
                               .ask = a.overlay != NULL ? ask_and_draw : NULL,
                               .text = cli_quality_text};
    return cli_photos_answer(&photos);
}
