/* SPDX-License-Identifier: Apache-2.0 */
/* crop IN OUT X Y WIDTH HEIGHT: cuts a JPEG without decoding it; X and Y are multiples of 16. */
#include <stdio.h>
#include <stdlib.h>

#include <turbojpeg.h>

enum { MAX_BYTES = 4 << 20 };

static unsigned char bytes[MAX_BYTES];

static size_t read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) return 0;
    size_t n = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    return n;
}

static int write_file(const char *path, const unsigned char *data, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (f == NULL) return -1;
    size_t written = fwrite(data, 1, n, f);
    return fclose(f) == 0 && written == n ? 0 : -1;
}

int main(int argc, char **argv)
{
    tjtransform cut = {.options = TJXOPT_CROP | TJXOPT_COPYNONE};
    unsigned char *out = NULL;
    unsigned long out_len = 0;

    if (argc != 7) return EXIT_FAILURE;
    cut.r = (tjregion){atoi(argv[3]), atoi(argv[4]), atoi(argv[5]), atoi(argv[6])};
    size_t n = read_file(argv[1]);
    tjhandle tj = tjInitTransform();
    int failed = tj == NULL || tjTransform(tj, bytes, n, 1, &out, &out_len, &cut, 0) != 0 ||
                 write_file(argv[2], out, out_len) != 0;
    if (failed)
        (void)fprintf(stderr, "crop: %s: %s\n", argv[1], tj != NULL ? tjGetErrorStr2(tj) : "");
    tjFree(out);
    if (tj != NULL) (void)tjDestroy(tj);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
