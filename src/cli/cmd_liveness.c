/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/error.h"
#include "cli/photos.h"

typedef struct args {
    cli_common common;
    bool details;
    char **paths;
    size_t n_paths;
} args;

static const struct argp_option options[] = {
    {"details", 'd', NULL, 0, "Also print the score and the limits that it was held against", 1},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    args *a = state->input;

    (void)arg;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        state->child_inputs[1] = &a->common;
        return 0;
    case 'd':
        a->details = true;
        return 0;
    case ARGP_KEY_ARGS:
        a->paths = state->argv + state->next;
        a->n_paths = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_NO_ARGS:
        if (a->common.help) return 0;
        (void)fvi_fail_field(&a->common.usage, FV_E_ARG, "image", "a selfie is needed: IMAGE...");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_liveness(int argc, char **argv)
{
    static const struct argp_child children[] = {{&cli_common_argp, 0, "Settings and output:", 10},
                                                 {&cli_service_argp, 0, "A running service:", 15},
                                                 {0}};
    static const struct argp argp = {
        options,
        parse,
        "IMAGE...",
        "Was each selfie taken of a person, or of a picture of one?\v"
        "IMAGE is a JPEG or PNG file; of several each is answered in turn, also after one that "
        "cannot be read. With --json there is one document an image, one after the other. Never "
        "give a photograph on record: it is a photograph.\n\n"
        "LIVE, ATTACK (a print or a screen is suspected), or CANNOT_JUDGE (too dark, too blurred, "
        "too small, too little around the face: take another). From one picture masks, deepfakes "
        "and injected cameras cannot be told.\n\n"
        "Examples:\n\n"
        "  faceverify liveness selfie.jpg\n"
        "  faceverify liveness --json *.jpg | jq -r '[.image, .liveness] | @tsv'\n\n"
        "Exit code:\n\n"
        "  0  all LIVE\n"
        "  1  some are not: the text says why and what to do\n"
        "  2  the command line or the settings are wrong, or a file cannot be read\n"
        "  3  no answer: a model is missing or damaged, out of memory, nowhere to write",
        children,
        NULL,
        NULL};
    args a = {.common = cli_common_init("liveness")};

    int code = cli_parse(&a.common, &argp, argc, argv, &a);
    if (code != CLI_GO_ON) return code;
    const cli_photos photos = {.common = &a.common,
                               .paths = a.paths,
                               .n_paths = a.n_paths,
                               .op = FVI_OP_LIVENESS,
                               .kind = FV_SELFIE,
                               .text = a.details ? cli_liveness_details : cli_liveness_text};
    return cli_photos_answer(&photos);
}
