/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what to tell the person on the selfie: verify SELFIE RECORD */
#include <stdio.h>

#include <faceverify/faceverify.h>

/* README.md shows verify() as it stands here; a test compares the two. */
static fv_decision verify(fv_bytes selfie, fv_bytes record)
{
    fv_engine *engine = NULL;   /* models and settings: one a program, shared by its threads */
    fv_session *session = NULL; /* scratch memory: one a thread, for request after request */
    fv_request request = FV_REQUEST_INIT;
    fv_result result = FV_RESULT_INIT;
    fv_error err = {0};
    request.selfie = selfie;
    request.record = record;
    if (fv_engine_create(&engine, NULL, &err) != FV_OK ||
        fv_session_create(&session, engine, &err) != FV_OK ||
        fv_verify(session, &request, &result, &err) != FV_OK)
        (void)fprintf(stderr, "no answer: %s %s\n", err.field, err.text);
    else
        (void)puts(fv_decision_text(result.decision, FV_LOCALE_EN));
    for (uint32_t i = 0; i < result.n_remedies; i++)
        (void)printf("- %s\n", fv_remedy_text(result.remedies[i], FV_LOCALE_EN));
    fv_session_destroy(&session);
    fv_engine_destroy(&engine);
    return result.decision; /* FV_UNDECIDED where there was no answer */
}

static fv_bytes load(const char *path, uint8_t *to, size_t cap)
{
    FILE *f = fopen(path, "rb");
    size_t n = f == NULL ? 0 : fread(to, 1, cap, f);
    if (f != NULL) (void)fclose(f);
    return (fv_bytes){to, n};
}

int main(int argc, char **argv)
{
    static uint8_t selfie[16 << 20], record[16 << 20];

    if (argc != 3) {
        (void)fputs("usage: verify SELFIE RECORD\n", stderr);
        return 2;
    }
    switch (verify(load(argv[1], selfie, sizeof selfie), load(argv[2], record, sizeof record))) {
    case FV_PASS:
    case FV_NOT_REQUIRED:
        return 0;
    case FV_UNDECIDED:
        return 3;
    default:
        return 1;
    }
}
