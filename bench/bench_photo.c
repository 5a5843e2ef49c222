/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_photo.h"

#include <stdlib.h>

enum { WIDTH = 720, HEIGHT = 960, QUALITY = 90 };

blob bench_photo(const char *name)
{
    pixels p = portrait_read(name);
    int width = p.height * WIDTH / HEIGHT;
    pixels cut = width <= p.width ? pixels_cut(&p, (p.width - width) / 2, 0, width, p.height)
                                  : pixels_cut(&p, 0, 0, p.width, p.width * HEIGHT / WIDTH);
    pixels scaled = pixels_scaled(&cut, WIDTH, HEIGHT);
    blob jpeg = pixels_jpeg(&scaled, QUALITY);
    free(p.rgb);
    free(cut.rgb);
    free(scaled.rgb);
    return jpeg;
}
