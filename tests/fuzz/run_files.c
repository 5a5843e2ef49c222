/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target's function over files: the corpus as a test, without libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_one(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *p = NULL;
    size_t n = 0;
    int rc = 1;

    if (f == NULL || fseek(f, 0, SEEK_END) != 0) goto out;
    long end = ftell(f);
    if (end < 0 || fseek(f, 0, SEEK_SET) != 0) goto out;
    n = (size_t)end;
    p = malloc(n + 1);
    if (p == NULL || fread(p, 1, n, f) != n) goto out;
    (void)LLVMFuzzerTestOneInput(p, n);
    rc = 0;
out:
    if (rc != 0) (void)fprintf(stderr, "%s: cannot be read\n", path);
    free(p);
    if (f != NULL) (void)fclose(f);
    return rc;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed += run_one(argv[i]);
    (void)printf("%d files, %d unreadable\n", argc - 1, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
