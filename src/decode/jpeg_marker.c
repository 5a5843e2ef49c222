/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/jpeg_marker.h"

#include <string.h>

enum { TEM = 0x01, RST0 = 0xd0, RST7 = 0xd7, FIRST_KNOWN = 0xc0, LENGTH_BYTES = 2 };

static bool is_restart(uint8_t code)
{
    return code >= RST0 && code <= RST7;
}

/* Offset of the 0xff that begins the marker after a scan's data; len where there is none. */
static size_t scan_end(fv_bytes in, size_t pos)
{
    while (pos < in.len) {
        const uint8_t *ff = memchr(in.data + pos, 0xff, in.len - pos);
        if (ff == NULL) break;
        pos = (size_t)(ff - in.data);
        if (pos + 1 >= in.len) break;
        uint8_t next = in.data[pos + 1];
        if (next == 0xff)
            pos++;
        else if (next == 0 || is_restart(next))
            pos += 2;
        else
            return pos;
    }
    return in.len;
}

static bool ends_early(fvi_photo *p)
{
    return fvi_refuse(p, FVI_DECODE_TRUNCATED, "ends before its end marker");
}

/* Leaves *pos behind the marker's code. */
static bool find_code(fv_bytes in, size_t *pos, fvi_jpeg_marker *m, fvi_photo *p)
{
    size_t at = *pos;

    m->junk = false;
    while (at + 1 < in.len) {
        uint8_t next = in.data[at + 1];
        if (in.data[at] == 0xff && next == 0xff) {
            at++; /* a fill byte */
        } else if (in.data[at] != 0xff || next == 0 || next == TEM || is_restart(next)) {
            m->junk = true;
            at++;
        } else {
            m->code = next;
            *pos = at + 2;
            return true;
        }
    }
    return ends_early(p);
}

bool fvi_jpeg_next(fv_bytes in, size_t *pos, fvi_jpeg_marker *m, fvi_photo *p)
{
    if (!find_code(in, pos, m, p)) return false;
    m->at = *pos;
    m->end = *pos;
    m->body = NULL;
    m->body_len = 0;
    if (m->code == FVI_JPEG_SOI || m->code == FVI_JPEG_EOI) return true;
    if (m->code < FIRST_KNOWN)
        return fvi_refuse(p, FVI_DECODE_CORRUPT, "reserved marker 0x%02x", (unsigned)m->code);

    if (in.len - *pos < LENGTH_BYTES) return ends_early(p);
    size_t len = (size_t)in.data[*pos] << 8 | in.data[*pos + 1];
    if (len < LENGTH_BYTES)
        return fvi_refuse(p, FVI_DECODE_CORRUPT, "marker 0x%02x of %zu bytes", (unsigned)m->code,
                          len);
    if (len > in.len - *pos) return ends_early(p);
    m->body = in.data + *pos + LENGTH_BYTES;
    m->body_len = len - LENGTH_BYTES;
    m->end = *pos + len;
    if (m->code == FVI_JPEG_SOS) m->end = scan_end(in, m->end);
    *pos = m->end;
    return true;
}
