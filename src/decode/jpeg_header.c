/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_header.h"

#include <inttypes.h>
#include <string.h>

#include "decode/exif.h"
#include "decode/jpeg_marker.h"

enum {
    SOI_BYTES = 2,
    SOF_FIXED = 6, /* precision, height, width, number of components */
    SOF_EACH = 3,
    SOS_EACH = 2,
    SOS_AFTER = 3, /* first and last coefficient, bit positions */
    LAST_COEFFICIENT = 63,
    JFIF_MAJOR = 5,
};

static bool is_frame(uint8_t code)
{
    return code >= FVI_JPEG_SOF0 && code <= FVI_JPEG_SOF15 && code != FVI_JPEG_DHT &&
           code != FVI_JPEG_JPG && code != FVI_JPEG_DAC;
}

/* The processes of ISO/IEC 10918-1 that are not read; NULL for the three that are. */
static const char *foreign_process(uint8_t code)
{
    switch (code) {
    case FVI_JPEG_SOF0:
    case FVI_JPEG_SOF1:
    case FVI_JPEG_SOF2:
        return NULL;
    case 0xc3:
        return "lossless";
    case 0xc5:
    case 0xc6:
    case 0xc7:
        return "hierarchical";
    case FVI_JPEG_SOF55:
        return "JPEG-LS";
    default:
        return "arithmetic-coded";
    }
}

static bool read_frame(const fvi_jpeg_marker *m, const fvi_decode_limits *limits,
                       fvi_jpeg_header *h, fvi_photo *p)
{
    const uint8_t *b = m->body;
    const char *process = foreign_process(m->code);

    if (process != NULL) return fvi_refuse(p, FVI_DECODE_UNSUPPORTED, "%s JPEG", process);
    if (h->components != 0) return fvi_refuse(p, FVI_DECODE_CORRUPT, "second frame header");
    if (m->body_len < SOF_FIXED || m->body_len != SOF_FIXED + (size_t)b[5] * SOF_EACH)
        return fvi_refuse(p, FVI_DECODE_CORRUPT, "frame header of %zu bytes", m->body_len);
    if (b[0] != 8) return fvi_refuse(p, FVI_DECODE_UNSUPPORTED, "%u-bit JPEG", (unsigned)b[0]);
    h->height_px = (uint32_t)b[1] << 8 | b[2];
    h->width_px = (uint32_t)b[3] << 8 | b[4];
    if (h->height_px == 0)
        return fvi_refuse(p, FVI_DECODE_UNSUPPORTED, "JPEG whose height comes after its pixels");
    if (!fvi_size_allowed(p, limits, h->width_px, h->height_px)) return false;
    if (b[5] != 1 && b[5] != 3 && b[5] != FVI_JPEG_COMPONENTS)
        return fvi_refuse(p, FVI_DECODE_UNSUPPORTED, "JPEG of %u components", (unsigned)b[5]);
    h->components = b[5];
    h->progressive = m->code == FVI_JPEG_SOF2;
    for (int i = 0; i < h->components; i++)
        h->ids[i] = b[SOF_FIXED + i * SOF_EACH];
    return true;
}

/* Known encoders write nonsense here in sequential files, where nobody needs it. */
static bool odd_sequential(const uint8_t *params)
{
    return params[0] != 0 || params[1] != LAST_COEFFICIENT || params[2] != 0;
}

static bool read_scan(const fvi_jpeg_marker *m, const fvi_decode_limits *limits, fvi_jpeg_header *h,
                      fvi_photo *p)
{
    const uint8_t *b = m->body;

    if (h->components == 0)
        return fvi_refuse(p, FVI_DECODE_CORRUPT, "scan before the frame header");
    if (h->scans >= limits->jpeg_scans)
        return fvi_refuse(p, FVI_DECODE_TOO_LARGE, "more than %" PRIu32 " scans",
                          limits->jpeg_scans);
    h->scans++;
    if (m->body_len < 1 || m->body_len != 1 + (size_t)b[0] * SOS_EACH + SOS_AFTER)
        return fvi_refuse(p, FVI_DECODE_CORRUPT, "scan header of %zu bytes", m->body_len);

    const uint8_t *params = b + 1 + (size_t)b[0] * SOS_EACH;
    if (!h->progressive && odd_sequential(params)) h->repair = true;
    if (h->progressive && params[0] != 0) return true;
    for (int i = 0; i < b[0]; i++) {
        for (int c = 0; c < h->components; c++) {
            if (h->ids[c] == b[1 + i * SOS_EACH]) h->begun[c] = true;
        }
    }
    return true;
}

static void read_application(const fvi_jpeg_marker *m, fvi_jpeg_header *h)
{
    const uint8_t *b = m->body;
    size_t len = m->body_len;

    if (m->code == FVI_JPEG_APP0 && len > JFIF_MAJOR && memcmp(b, "JFIF", 5) == 0) {
        if (b[JFIF_MAJOR] != 1) h->repair = true;
    } else if (m->code == FVI_JPEG_APP1 && len >= 6 && memcmp(b, "Exif", 5) == 0) {
        if (h->orientation == 0)
            h->orientation = fvi_exif_orientation((fv_bytes){.data = b, .len = len});
    } else if (m->code == FVI_JPEG_APP14 && len >= 12 && memcmp(b, "Adobe", 5) == 0) {
        h->adobe = true;
    }
}

static bool finish(fv_bytes in, size_t scan_end, const fvi_jpeg_marker *eoi, fvi_jpeg_header *h,
                   fvi_photo *p)
{
    if (h->scans == 0) return fvi_refuse(p, FVI_DECODE_CORRUPT, "no scan before the end marker");
    for (int c = 0; c < h->components; c++) {
        if (!h->begun[c])
            return fvi_refuse(p, FVI_DECODE_CORRUPT, "component %d has no scan", c + 1);
    }
    h->len = eoi->at;
    for (size_t i = scan_end; i > 0 && in.data[i - 1] == 0; i--)
        h->zero_tail++;
    return true;
}

/* A damaged byte in the pixels can look like a marker with a length that reaches beyond the end of
   the file. That is damage and not a cut where the end marker is still there. */
static bool cut_or_damaged(fv_bytes in, size_t from, const fvi_jpeg_header *h, fvi_photo *p)
{
    if (p->fault != FVI_DECODE_TRUNCATED || h->scans == 0) return false;
    for (size_t i = from; i + 1 < in.len; i++) {
        if (in.data[i] == 0xff && in.data[i + 1] == FVI_JPEG_EOI)
            return fvi_refuse(p, FVI_DECODE_CORRUPT, "markers inside the pixels");
    }
    return false;
}

bool fvi_jpeg_header_read(fv_bytes in, const fvi_decode_limits *limits, fvi_jpeg_header *h,
                          fvi_photo *p)
{
    fvi_jpeg_marker m = {0};
    size_t pos = SOI_BYTES;
    bool ok = true;

    *h = (fvi_jpeg_header){0};
    while (ok) {
        size_t before = pos;
        if (!fvi_jpeg_next(in, &pos, &m, p)) return cut_or_damaged(in, before, h, p);
        if (m.junk) h->repair = true;
        if (m.code == FVI_JPEG_EOI) return finish(in, before, &m, h, p);
        if (is_frame(m.code) || m.code == FVI_JPEG_SOF55)
            ok = read_frame(&m, limits, h, p);
        else if (m.code == FVI_JPEG_SOS)
            ok = read_scan(&m, limits, h, p);
        else if (m.code == FVI_JPEG_SOI)
            ok = fvi_refuse(p, FVI_DECODE_CORRUPT, "second start marker");
        else
            read_application(&m, h);
    }
    return false;
}

static size_t put(uint8_t *out, size_t at, const uint8_t *from, size_t n)
{
    memcpy(out + at, from, n);
    return at + n;
}

size_t fvi_jpeg_repair(fv_bytes in, const fvi_jpeg_header *h, uint8_t *out)
{
    static const uint8_t soi[SOI_BYTES] = {0xff, FVI_JPEG_SOI};
    fvi_photo ignored = {0};
    fvi_jpeg_marker m = {0};
    size_t pos = SOI_BYTES;
    size_t n = put(out, 0, soi, sizeof soi);

    while (pos < h->len && fvi_jpeg_next(in, &pos, &m, &ignored)) {
        const uint8_t code[] = {0xff, m.code};
        n = put(out, n, code, sizeof code);
        uint8_t *copy = out + n + 2; /* of m.body */
        n = put(out, n, in.data + m.at, m.end - m.at);
        if (m.code == FVI_JPEG_APP0 && m.body_len > JFIF_MAJOR && memcmp(copy, "JFIF", 5) == 0)
            copy[JFIF_MAJOR] = 1;
        if (m.code == FVI_JPEG_SOS && !h->progressive) {
            uint8_t *params = copy + m.body_len - SOS_AFTER;
            params[0] = 0;
            params[1] = LAST_COEFFICIENT;
            params[2] = 0;
        }
    }
    return n;
}
