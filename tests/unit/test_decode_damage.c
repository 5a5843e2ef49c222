/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are cut, damaged or hostile, and files that only look so. */
#include "decode_fixture.h"

#include <turbojpeg.h>

#include "decode/exif.h"

enum { W = 160, H = 120, TOLERANCE = 12 };

static const jpeg_spec baseline = {.width = W, .height = H};
static const jpeg_spec progressive = {.width = W, .height = H, .progressive = true};
static const jpeg_spec busy_baseline = {.width = W, .height = H, .busy = true};
static const jpeg_spec busy_progressive = {
    .width = W, .height = H, .busy = true, .progressive = true};
static const png_spec png = {
    .width = W, .height = H, .colour_type = SPNG_COLOR_TYPE_TRUECOLOR, .bit_depth = 8};

static void assert_good(fixture *f, blob b)
{
    fixture_decode(f, b);
    assert_fault(f, FVI_DECODE_OK);
    assert_int_equal(f->photo.image.width_px, W);
    assert_true(worst_pixel(&f->photo.image, f->photo.grey) <= TOLERANCE);
}

static void cut_everywhere(fixture *f, blob b, size_t header)
{
    fixture_decode(f, b);
    assert_fault(f, FVI_DECODE_OK);
    for (size_t len = 1; len < b.len; len++) {
        bool told = len % (b.len / 16) == 0 || len < header || b.len - len < 16;
        if (!told) continue;
        fixture_decode_part(f, b.data, len);
        assert_int_not_equal(f->photo.fault, FVI_DECODE_OK);
        if (len >= header) assert_fault(f, FVI_DECODE_TRUNCATED);
    }
    free(b.data);
}

static void test_damage__a_cut_file_is_truncated(void **state)
{
    static const jpeg_spec specs[] = {
        {.width = W, .height = H},
        {.width = W, .height = H, .progressive = true},
        {.width = W, .height = H, .restart_rows = 1},
        {.width = W, .height = H, .separate_scans = true, .orientation = 6},
        {.width = W, .height = H, .colours = COLOURS_YCCK},
        {.width = W, .height = H, .busy = true},
        {.width = W, .height = H, .busy = true, .progressive = true},
    };
    fixture f = fixture_open();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(specs); i++)
        cut_everywhere(&f, picture_jpeg(&specs[i]), 3);
    cut_everywhere(&f, picture_png(&png), 4);
    fixture_close(&f);
}

static void test_damage__a_file_cut_and_closed_again_is_corrupt(void **state)
{
    static const uint8_t eoi[] = {0xff, 0xd9};
    static const jpeg_spec *const specs[] = {&busy_baseline, &busy_progressive};
    fixture f = fixture_open();
    (void)state;
    for (size_t s = 0; s < ARRAY_LEN(specs); s++) {
        blob b = picture_jpeg(specs[s]);
        for (int i = 8; i < 16; i++) {
            blob cut = blob_copy(b.data, b.len * (size_t)i / 16);
            while (cut.data[cut.len - 1] == 0xff)
                cut.len--;
            blob_insert(&cut, cut.len, eoi, sizeof eoi);
            fixture_decode(&f, cut);
            assert_fault(&f, FVI_DECODE_CORRUPT);
            free(cut.data);
        }
        free(b.data);
    }
    fixture_close(&f);
}

static bool plain_turbojpeg_complains(blob b)
{
    static uint8_t rgb[W * H * 3];
    tjhandle tj = tjInitDecompress();
    assert_non_null(tj);
    int code = tjDecompress2(tj, b.data, b.len, rgb, W, 0, H, TJPF_RGB, 0);
    (void)tjDestroy(tj);
    return code != 0;
}

static void test_damage__flipped_bytes_that_show_are_corrupt(void **state)
{
    static const jpeg_spec *const specs[] = {&busy_baseline, &busy_progressive};
    fixture f = fixture_open();
    int seen[FVI_DECODE_CORRUPT + 1] = {0};
    (void)state;
    for (size_t s = 0; s < ARRAY_LEN(specs); s++) {
        blob b = picture_jpeg(specs[s]);
        size_t from = jpeg_find(&b, 0xda, 0) + 16;
        for (size_t at = from; at < b.len - 2; at += 29) {
            uint8_t was = b.data[at];
            b.data[at] ^= 0xff;
            fixture_decode(&f, b);
            assert_fault(&f, plain_turbojpeg_complains(b) ? FVI_DECODE_CORRUPT : FVI_DECODE_OK);
            seen[f.photo.fault]++;
            b.data[at] = was;
        }
        fixture_decode(&f, b);
        assert_fault(&f, FVI_DECODE_OK);
        free(b.data);
    }
    /* Some flips make other pixels and nothing else; nobody can see those. */
    print_message("%d flips seen, %d not\n", seen[FVI_DECODE_CORRUPT], seen[FVI_DECODE_OK]);
    assert_true(seen[FVI_DECODE_CORRUPT] > seen[FVI_DECODE_OK]);
    fixture_close(&f);
}

static void test_damage__a_lost_restart_marker_is_corrupt(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&(jpeg_spec){.width = W, .height = H, .restart_rows = 1});
    size_t at = jpeg_find(&b, 0xd2, 0);
    b.data[at + 1] = 0xd5;
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_CORRUPT);
    free(b.data);
    fixture_close(&f);
}

static void test_damage__flipped_png_bytes_are_faults(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_png(&png);
    for (size_t at = 8; at < b.len; at++) {
        b.data[at] ^= 0x10;
        fixture_decode(&f, b);
        assert_int_not_equal(f.photo.fault, FVI_DECODE_OK);
        b.data[at] ^= 0x10;
    }
    assert_good(&f, b);
    b.data[4] = '\n';
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_CORRUPT);
    assert_non_null(strstr(f.photo.detail, "text-mode"));
    free(b.data);
    fixture_close(&f);
}

/* Appends junk to the picture in many ways: all of these show it whole. */
static void test_damage__what_follows_the_picture_is_ignored(void **state)
{
    fixture f = fixture_open();
    (void)state;
    for (int k = 0; k < 3; k++) {
        blob b = k == 0   ? picture_jpeg(&baseline)
                 : k == 1 ? picture_jpeg(&progressive)
                          : picture_png(&png);
        blob second = picture_jpeg(&progressive);
        blob_insert(&b, b.len,
                    "MotionPhoto_Data\0\0\0\x18"
                    "ftypmp42",
                    28);
        assert_good(&f, b);
        blob_insert(&b, b.len, second.data, second.len / 2);
        assert_good(&f, b);
        free(second.data);
        free(b.data);
    }
    fixture_close(&f);
}

static void test_damage__harmless_oddities_pass(void **state)
{
    static const uint8_t fill[] = {0xff, 0xff, 0xff};
    static const uint8_t zeros[64] = {0};
    static const jpeg_spec *const specs[] = {&baseline, &progressive};
    fixture f = fixture_open();
    (void)state;
    for (size_t s = 0; s < ARRAY_LEN(specs); s++) {
        blob b = picture_jpeg(specs[s]);
        for (int n = 0; n < 3; n++) {
            static const uint8_t codes[] = {0xdb, 0xc4, 0xda};
            blob_insert(&b, jpeg_find(&b, codes[n], 0), fill, sizeof fill);
            assert_good(&f, b);
        }
        blob_insert(&b, b.len - 2, fill, sizeof fill);
        assert_good(&f, b);
        blob_insert(&b, b.len - 2, zeros, sizeof zeros);
        assert_good(&f, b);
        blob_insert(&b, jpeg_find(&b, 0xdb, 0) - sizeof fill, "junk\x01\xff\x00\xff\xd3", 9);
        assert_good(&f, b);
        blob thumbnail = picture_jpeg(&(jpeg_spec){.width = 32, .height = 24});
        jpeg_insert_app(&b, 0xe1, "Exif\0", 6, thumbnail.data, thumbnail.len);
        assert_good(&f, b);
        free(thumbnail.data);
        blob_insert(&b, 2, "\0", 1);
        fixture_decode(&f, b); /* what begins so is taken for something else */
        assert_fault(&f, FVI_DECODE_NOT_PICTURE);
        free(b.data);
    }
    fixture_close(&f);
}

static void test_damage__zeros_at_the_end_hide_no_damage(void **state)
{
    static const uint8_t zeros[64] = {0};
    static const jpeg_spec *const specs[] = {&busy_baseline, &busy_progressive};
    fixture f = fixture_open();
    (void)state;
    for (size_t s = 0; s < ARRAY_LEN(specs); s++) {
        int seen = 0;
        for (int i = 4; i < 16; i++) {
            blob b = picture_jpeg(specs[s]);
            b.data[b.len * (size_t)i / 16] ^= 0xff;
            bool damaged = plain_turbojpeg_complains(b);
            blob_insert(&b, b.len - 2, zeros, sizeof zeros);
            fixture_decode(&f, b);
            if (damaged) assert_fault(&f, FVI_DECODE_CORRUPT);
            seen += damaged;
            free(b.data);
        }
        assert_true(seen > 0);
    }
    fixture_close(&f);
}

static void test_damage__bytes_that_are_left_over_in_the_scan_are_corrupt(void **state)
{
    static const jpeg_spec *const specs[] = {&baseline, &progressive};
    uint8_t rest[64];
    fixture f = fixture_open();
    (void)state;
    memset(rest, 0x5a, sizeof rest);
    for (size_t s = 0; s < ARRAY_LEN(specs); s++) {
        blob b = picture_jpeg(specs[s]);
        blob_insert(&b, b.len - 2, rest, sizeof rest);
        fixture_decode(&f, b);
        assert_fault(&f, FVI_DECODE_CORRUPT);
        free(b.data);
    }
    fixture_close(&f);
}

static void test_damage__versions_and_parameters_that_nobody_needs_pass(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&baseline);
    b.data[jpeg_find(&b, 0xe0, 0) + 9] = 2; /* JFIF's major version */
    assert_good(&f, b);
    size_t sos = jpeg_find(&b, 0xda, 0);
    b.data[sos + 4 + 7 + 1] = 0; /* last coefficient */
    assert_good(&f, b);
    /* The repair must not hide what comes later. */
    b.data[b.len / 2] ^= 0xff;
    b.data[b.len / 2 + 9] ^= 0xff;
    b.len -= 200;
    memcpy(b.data + b.len - 2, "\xff\xd9", 2);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_CORRUPT);
    free(b.data);
    fixture_close(&f);
}

static void test_damage__huge_headers_are_refused_at_once(void **state)
{
    static const uint8_t huge[] = {60000 >> 8, 60000 & 255, 60000 >> 8, 60000 & 255};
    static const uint8_t beyond[] = {0x80, 0, 0, 0};
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&baseline);
    size_t sof = jpeg_find(&b, 0xc0, 0);
    memcpy(b.data + sof + 5, huge, 4);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_TOO_LARGE);
    fixture_decode_part(&f, b.data, sof + 32); /* nothing behind the header is needed */
    assert_fault(&f, FVI_DECODE_TOO_LARGE);
    free(b.data);

    b = picture_png(&png);
    memset(b.data + 16, 0, 8);
    memcpy(b.data + 18, huge, 2);
    memcpy(b.data + 22, huge, 2);
    png_fix_crc(b.data + 8);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_TOO_LARGE);
    fixture_decode_part(&f, b.data, 33);
    assert_fault(&f, FVI_DECODE_TOO_LARGE);
    f.limits.width_px = f.limits.height_px = UINT32_MAX;
    f.limits.pixels = UINT64_MAX;
    memcpy(b.data + 16, beyond, 4);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_TOO_LARGE);
    free(b.data);
    fixture_close(&f);
}

static void test_damage__a_file_of_a_thousand_scans_is_refused(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&progressive);
    size_t at = jpeg_find(&b, 0xda, 9);
    blob scan = blob_copy(b.data + at, b.len - 2 - at);
    for (int i = 0; i < 1000; i++)
        blob_insert(&b, b.len - 2, scan.data, scan.len);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_TOO_LARGE);
    assert_string_equal(f.photo.detail, "more than 100 scans");
    free(scan.data);
    free(b.data);
    fixture_close(&f);
}

static void test_damage__processes_that_are_not_read_are_named(void **state)
{
    static const struct {
        uint8_t sof;
        const char *word;
    } cases[] = {
        {0xc3, "lossless"},         {0xc5, "hierarchical"},     {0xc6, "hierarchical"},
        {0xc7, "hierarchical"},     {0xc9, "arithmetic-coded"}, {0xca, "arithmetic-coded"},
        {0xcb, "arithmetic-coded"}, {0xf7, "JPEG-LS"},
    };
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&baseline);
    size_t sof = jpeg_find(&b, 0xc0, 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        b.data[sof + 1] = cases[i].sof;
        fixture_decode(&f, b);
        assert_fault(&f, FVI_DECODE_UNSUPPORTED);
        assert_string_equal(f.photo.format, "JPEG");
        assert_non_null(strstr(f.photo.detail, cases[i].word));
    }
    b.data[sof + 1] = 0xc1;
    b.data[sof + 4] = 12;
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_UNSUPPORTED);
    assert_string_equal(f.photo.detail, "12-bit JPEG");
    b.data[sof + 4] = 8;
    assert_good(&f, b);
    memset(b.data + sof + 5, 0, 2);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_UNSUPPORTED);
    free(b.data);

    b = picture_jpeg(&(jpeg_spec){.width = W, .height = H, .arithmetic = true});
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_UNSUPPORTED);
    assert_string_equal(f.photo.detail, "arithmetic-coded JPEG");
    free(b.data);
    fixture_close(&f);
}

/* One byte of a good file set to another value: what the walk has to say about it. */
static void test_damage__headers_that_make_no_sense(void **state)
{
    static const struct {
        uint8_t marker;
        int n;
        size_t at;
        uint8_t value;
        fvi_decode_fault fault;
    } cases[] = {
        {0xc0, 0, 3, 16, FVI_DECODE_CORRUPT},    /* length of the frame header */
        {0xc0, 0, 9, 2, FVI_DECODE_CORRUPT},     /* components against length */
        {0xc0, 0, 11, 0x55, FVI_DECODE_CORRUPT}, /* sampling of 5 */
        {0xc0, 0, 1, 0xc4, FVI_DECODE_CORRUPT},  /* no frame header at all */
        {0xda, 0, 4, 4, FVI_DECODE_CORRUPT},     /* components against length */
        {0xda, 0, 5, 9, FVI_DECODE_CORRUPT},     /* a scan of an unknown component */
        {0xdb, 0, 1, 0x30, FVI_DECODE_CORRUPT},  /* reserved marker */
        {0xdb, 0, 1, 0xd8, FVI_DECODE_CORRUPT},  /* second start marker */
        {0xdb, 0, 1, 0xd9, FVI_DECODE_CORRUPT},  /* ends before it begins */
        {0xc4, 0, 4, 0x07, FVI_DECODE_CORRUPT},  /* table number */
        {0xc4, 0, 1, 0xc0, FVI_DECODE_CORRUPT},  /* second frame header */
        {0xdb, 0, 3, 1, FVI_DECODE_CORRUPT},     /* segment shorter than its length field */
    };
    fixture f = fixture_open();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        blob b = picture_jpeg(&baseline);
        b.data[jpeg_find(&b, cases[i].marker, cases[i].n) + cases[i].at] = cases[i].value;
        fixture_decode(&f, b);
        if (f.photo.fault != cases[i].fault)
            fail_msg("case %zu: fault %d (%s)", i, (int)f.photo.fault, f.photo.detail);
        free(b.data);
    }
    fixture_close(&f);
}

static void test_damage__a_component_without_a_scan_is_corrupt(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&(jpeg_spec){.width = W, .height = H, .separate_scans = true});
    assert_good(&f, b);
    size_t last = jpeg_find(&b, 0xda, 2);
    memcpy(b.data + last, "\xff\xd9", 2);
    b.len = last + 2;
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_CORRUPT);
    assert_string_equal(f.photo.detail, "component 3 has no scan");
    free(b.data);
    fixture_close(&f);
}

static void test_damage__odd_numbers_of_components_are_unsupported(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&baseline);
    size_t sof = jpeg_find(&b, 0xc0, 0);
    b.data[sof + 3] = 14;
    b.data[sof + 9] = 2;
    memmove(b.data + sof + 16, b.data + sof + 19, b.len - sof - 19);
    b.len -= 3;
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_UNSUPPORTED);
    assert_string_equal(f.photo.detail, "JPEG of 2 components");
    free(b.data);
    /* Sampling that libjpeg has no code for: 3 of 4. */
    b = picture_jpeg(&baseline);
    sof = jpeg_find(&b, 0xc0, 0);
    b.data[sof + 11] = 0x31;
    b.data[sof + 14] = 0x21;
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_UNSUPPORTED);
    free(b.data);
    fixture_close(&f);
}

static void assert_orientation(fixture *f, const void *block, size_t len, int expected)
{
    blob b = picture_jpeg(&baseline);
    jpeg_insert_app(&b, 0xe1, "Exif\0", 6, block, len);
    fixture_decode(f, b);
    assert_fault(f, FVI_DECODE_OK);
    assert_int_equal(f->photo.orientation, expected);
    free(b.data);
}

static void test_exif__broken_blocks_mean_upright(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        int expected;
    } cases[] = {
        {0, 'I', 1}, {2, 1, 1},  {4, 0xff, 1}, {7, 0xff, 1}, {7, 37, 1},    {8, 0xff, 6},
        {9, 0, 1},   {9, 1, 1},  {25, 1, 1},   {25, 4, 1},   {25, 9, 1},    {29, 2, 1},
        {29, 0, 1},  {31, 0, 1}, {31, 9, 1},   {30, 1, 1},   {23, 0x13, 1}, {31, 8, 8},
    };
    fixture f = fixture_open();
    uint8_t block[64];
    (void)state;
    for (int big = 0; big <= 1; big++) {
        size_t len = exif_block(block, 6, big == 1);
        assert_orientation(&f, block, len, 6);
        /* Cut within the entry: nothing to be read. Cut behind it: all that is needed. */
        for (size_t n = 0; n <= len; n++)
            assert_orientation(&f, block, n, n >= 34 ? 6 : 1);
    }
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t len = exif_block(block, 6, true);
        block[cases[i].at] = cases[i].value;
        assert_orientation(&f, block, len, cases[i].expected);
    }
    size_t len = exif_block(block, 0, true); /* as LONG and as BYTE, which some write */
    block[25] = 4;
    block[33] = 3;
    assert_orientation(&f, block, len, 3);
    block[25] = 1;
    block[30] = 8;
    assert_orientation(&f, block, len, 8);
    fixture_close(&f);
}

static void test_exif__nothing_behind_the_block_is_read(void **state)
{
    uint8_t block[64];
    uint8_t memory[128] = {0};
    (void)state;
    size_t len = exif_block(block, 6, true);
    /* The directory of a second block, right behind the first's end, and its offset in the first.
     */
    memcpy(memory, block, len);
    memcpy(memory + len, block + 8, len - 8);
    memory[7] = (uint8_t)len;
    assert_int_equal(fvi_exif_orientation((fv_bytes){.data = memory, .len = 2 * len}), 6);
    for (size_t n = 0; n < len + 2 + 24; n++)
        assert_int_equal(fvi_exif_orientation((fv_bytes){.data = memory, .len = n}), 0);
    memory[7] = (uint8_t)(len + 1);
    assert_int_equal(fvi_exif_orientation((fv_bytes){.data = memory, .len = len}), 0);
}

static void test_exif__the_first_valid_of_several_counts(void **state)
{
    fixture f = fixture_open();
    uint8_t block[64];
    (void)state;
    blob b = picture_jpeg(&baseline);
    size_t len = exif_block(block, 3, false);
    jpeg_insert_app(&b, 0xe1, "Exif\0", 6, block, len);
    (void)exif_block(block, 8, false);
    jpeg_insert_app(&b, 0xe1, "Exif\0\xff", 6, block, len);
    (void)exif_block(block, 77, true);
    jpeg_insert_app(&b, 0xe1, "Exif\0", 6, block, len);
    jpeg_insert_app(&b, 0xe1, "http://ns.adobe.com/xap/1.0/", 29, "<x/>", 4);
    jpeg_insert_app(&b, 0xe1, "", 0, "", 0);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_OK);
    assert_int_equal(f.photo.orientation, 8);
    assert_int_equal(f.photo.image.width_px, H);
    free(b.data);
    fixture_close(&f);
}

static void insert_chunk(blob *b, size_t at, const char *type, const void *data, uint32_t len)
{
    uint8_t *c = calloc(1, 12 + (size_t)len);
    assert_non_null(c);
    for (int i = 0; i < 4; i++)
        c[i] = (uint8_t)(len >> (24 - 8 * i));
    memcpy(c + 4, type, 4);
    memcpy(c + 8, data, len);
    png_fix_crc(c);
    blob_insert(b, at, c, 12 + (size_t)len);
    free(c);
}

static void test_png__chunks_that_are_not_needed(void **state)
{
    fixture f = fixture_open();
    uint8_t *big = calloc(1, 5 << 20);
    (void)state;
    assert_non_null(big);
    blob b = picture_png(&png);
    insert_chunk(&b, 33, "tIME", "wrong", 5);
    insert_chunk(&b, 33, "prIv", "private", 7);
    insert_chunk(&b, b.len - 12, "eXIf", "late and wrong", 14);
    assert_good(&f, b);
    insert_chunk(&b, 33, "a1bc", "x", 1);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_CORRUPT);
    free(b.data);

    b = picture_png(&png);
    memcpy(big, "Comment", 8);
    memset(big + 8, 'x', (5 << 20) - 8);
    insert_chunk(&b, 33, "tEXt", big, 5 << 20);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_TOO_LARGE);
    free(b.data);

    b = picture_png(&png);
    memcpy(b.data + 12, "IHDX", 4);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_CORRUPT);
    free(b.data);
    free(big);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage__a_cut_file_is_truncated),
        cmocka_unit_test(test_damage__a_file_cut_and_closed_again_is_corrupt),
        cmocka_unit_test(test_damage__flipped_bytes_that_show_are_corrupt),
        cmocka_unit_test(test_damage__a_lost_restart_marker_is_corrupt),
        cmocka_unit_test(test_damage__flipped_png_bytes_are_faults),
        cmocka_unit_test(test_damage__what_follows_the_picture_is_ignored),
        cmocka_unit_test(test_damage__harmless_oddities_pass),
        cmocka_unit_test(test_damage__zeros_at_the_end_hide_no_damage),
        cmocka_unit_test(test_damage__bytes_that_are_left_over_in_the_scan_are_corrupt),
        cmocka_unit_test(test_damage__versions_and_parameters_that_nobody_needs_pass),
        cmocka_unit_test(test_damage__huge_headers_are_refused_at_once),
        cmocka_unit_test(test_damage__a_file_of_a_thousand_scans_is_refused),
        cmocka_unit_test(test_damage__processes_that_are_not_read_are_named),
        cmocka_unit_test(test_damage__headers_that_make_no_sense),
        cmocka_unit_test(test_damage__a_component_without_a_scan_is_corrupt),
        cmocka_unit_test(test_damage__odd_numbers_of_components_are_unsupported),
        cmocka_unit_test(test_exif__broken_blocks_mean_upright),
        cmocka_unit_test(test_exif__nothing_behind_the_block_is_read),
        cmocka_unit_test(test_exif__the_first_valid_of_several_counts),
        cmocka_unit_test(test_png__chunks_that_are_not_needed),
    };
    return cmocka_run_group_tests_name("decode_damage", tests, NULL, NULL);
}
