/* SPDX-License-Identifier: Apache-2.0 */
#include "decode_fixture.h"

enum { W = 120, H = 72, JPEG_TOLERANCE = 12 };

static void assert_picture(fixture *f, blob b, const char *format, int tolerance)
{
    fixture_decode(f, b);
    assert_fault(f, FVI_DECODE_OK);
    assert_string_equal(f->photo.format, format);
    assert_string_equal(f->photo.detail, "");
    assert_int_equal(f->photo.full_width_px, W);
    assert_int_equal(f->photo.full_height_px, H);
    assert_int_equal(f->photo.image.width_px, W);
    assert_int_equal(f->photo.image.height_px, H);
    assert_int_equal(f->photo.image.channels, 3);
    assert_true(f->photo.image.stride_bytes >= W * 3);
    assert_float_equal(f->photo.scale, 1.0f, 0.0f);
    int worst = worst_pixel(&f->photo.image, f->photo.grey);
    if (worst > tolerance) fail_msg("%s: a pixel is off by %d", format, worst);
    free(b.data);
}

static void test_decode__eight_orientations_show_one_picture(void **state)
{
    fixture f = fixture_open();
    (void)state;
    for (int o = 1; o <= 8; o++) {
        assert_picture(&f, picture_jpeg(&(jpeg_spec){.width = W, .height = H, .orientation = o}),
                       "JPEG", JPEG_TOLERANCE);
        assert_int_equal(f.photo.orientation, o);
        assert_picture(&f,
                       picture_png(&(png_spec){.width = W,
                                               .height = H,
                                               .orientation = o,
                                               .bit_depth = 8,
                                               .colour_type = SPNG_COLOR_TYPE_TRUECOLOR}),
                       "PNG", 0);
        assert_int_equal(f.photo.orientation, o);
        assert_picture(&f,
                       picture_jpeg(&(jpeg_spec){
                           .width = W, .height = H, .orientation = o, .colours = COLOURS_CMYK}),
                       "JPEG", JPEG_TOLERANCE);
    }
    fixture_close(&f);
}

static void test_decode__odd_sizes_turn_too(void **state)
{
    static const struct {
        int w, h;
    } sizes[] = {{16, 17}, {33, 65}, {97, 31}};
    fixture f = fixture_open();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        for (int o = 1; o <= 8; o++) {
            blob b = picture_png(&(png_spec){.width = sizes[i].w,
                                             .height = sizes[i].h,
                                             .orientation = o,
                                             .bit_depth = 8,
                                             .colour_type = SPNG_COLOR_TYPE_TRUECOLOR});
            fixture_decode(&f, b);
            assert_fault(&f, FVI_DECODE_OK);
            assert_int_equal(f.photo.image.width_px, sizes[i].w);
            assert_int_equal(f.photo.image.height_px, sizes[i].h);
            assert_int_equal(worst_pixel(&f.photo.image, false), 0);
            free(b.data);
        }
    }
    fixture_close(&f);
}

static void test_decode__every_kind_of_jpeg(void **state)
{
    static const jpeg_spec specs[] = {
        {.progressive = true},
        {.restart_rows = 1},
        {.separate_scans = true},
        {.colours = COLOURS_GREY},
        {.colours = COLOURS_GREY, .progressive = true},
        {.colours = COLOURS_RGB},
        {.colours = COLOURS_CMYK},
        {.colours = COLOURS_CMYK, .straight_cmyk = true},
        {.colours = COLOURS_YCCK},
        {.colours = COLOURS_YCCK, .progressive = true},
    };
    fixture f = fixture_open();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        jpeg_spec s = specs[i];
        s.width = W;
        s.height = H;
        assert_picture(&f, picture_jpeg(&s), "JPEG", JPEG_TOLERANCE);
        assert_int_equal(f.photo.grey, s.colours == COLOURS_GREY);
        assert_int_equal(f.photo.orientation, 1);
    }
    fixture_close(&f);
}

static void test_decode__every_kind_of_png(void **state)
{
    static const png_spec specs[] = {
        {.colour_type = SPNG_COLOR_TYPE_TRUECOLOR, .bit_depth = 8},
        {.colour_type = SPNG_COLOR_TYPE_TRUECOLOR, .bit_depth = 16},
        {.colour_type = SPNG_COLOR_TYPE_TRUECOLOR, .bit_depth = 8, .interlaced = true},
        {.colour_type = SPNG_COLOR_TYPE_GRAYSCALE, .bit_depth = 8},
        {.colour_type = SPNG_COLOR_TYPE_GRAYSCALE, .bit_depth = 16, .interlaced = true},
    };
    fixture f = fixture_open();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        png_spec s = specs[i];
        s.width = W;
        s.height = H;
        assert_picture(&f, picture_png(&s), "PNG", 0);
        assert_int_equal(f.photo.grey, s.colour_type == SPNG_COLOR_TYPE_GRAYSCALE);
    }
    fixture_close(&f);
}

static void test_decode__palette_png_by_value(void **state)
{
    fixture f = fixture_open();
    (void)state;
    for (int transparent = 0; transparent <= 1; transparent++) {
        blob b = picture_png(&(png_spec){.width = W,
                                         .height = H,
                                         .colour_type = SPNG_COLOR_TYPE_INDEXED,
                                         .bit_depth = 8,
                                         .transparent = transparent == 1});
        fixture_decode(&f, b);
        assert_fault(&f, FVI_DECODE_OK);
        assert_false(f.photo.grey);
        for (int i = 0; i < W * H; i++) {
            uint8_t rgb[3];
            picture_pixel(i % W, i / W, W, H, rgb);
            uint8_t entry = (uint8_t)((rgb[0] >> 4) << 4 | rgb[1] >> 4);
            uint8_t want[3] = {(uint8_t)((entry >> 4) * 17), (uint8_t)((entry & 15) * 17), entry};
            picture_pixel(0, 0, W, H, rgb);
            if (transparent == 1 && entry == (uint8_t)((rgb[0] >> 4) << 4 | rgb[1] >> 4))
                memset(want, 255, 3);
            assert_int_equal(distance(want, pixel(&f.photo.image, i % W, i / W)), 0);
        }
        free(b.data);
    }
    fixture_close(&f);
}

static void test_decode__alpha_is_laid_over_white(void **state)
{
    static const struct {
        uint8_t type, depth;
    } kinds[] = {
        {SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, 8},
        {SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, 16},
        {SPNG_COLOR_TYPE_GRAYSCALE_ALPHA, 8},
    };
    fixture f = fixture_open();
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        blob b = picture_png(&(png_spec){
            .width = W, .height = H, .colour_type = kinds[k].type, .bit_depth = kinds[k].depth});
        bool grey = kinds[k].type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
        fixture_decode(&f, b);
        assert_fault(&f, FVI_DECODE_OK);
        assert_int_equal(f.photo.grey, grey);
        for (int i = 0; i < W * H; i++) {
            uint8_t want[3];
            double alpha = picture_alpha(i % W, W) / 255.0;
            picture_pixel(i % W, i / W, W, H, want);
            if (grey) want[0] = want[2] = want[1];
            for (int c = 0; c < 3; c++)
                want[c] = (uint8_t)(255.5 - (255 - want[c]) * alpha);
            assert_true(distance(want, pixel(&f.photo.image, i % W, i / W)) <= 1);
        }
        assert_int_equal(pixel(&f.photo.image, 0, 5)[0], 255);
        free(b.data);
    }
    fixture_close(&f);
}

static void test_decode__a_transparent_colour_is_white(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_png(&(png_spec){.width = W,
                                     .height = H,
                                     .colour_type = SPNG_COLOR_TYPE_TRUECOLOR,
                                     .bit_depth = 8,
                                     .transparent = true});
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_OK);
    const uint8_t white[3] = {255, 255, 255};
    uint8_t rgb[3];
    assert_memory_equal(pixel(&f.photo.image, 0, 0), white, 3);
    picture_pixel(W - 1, H - 1, W, H, rgb);
    assert_memory_equal(pixel(&f.photo.image, W - 1, H - 1), rgb, 3);
    free(b.data);
    fixture_close(&f);
}

static void test_decode__large_jpegs_come_smaller_but_not_below_the_target(void **state)
{
    static const struct {
        uint32_t target;
        int width, height;
    } cases[] = {
        {0, 800, 480},   {800, 800, 480}, {401, 800, 480}, {400, 400, 240},
        {399, 400, 240}, {201, 400, 240}, {200, 200, 120}, {101, 200, 120},
        {100, 100, 60},  {1, 100, 60},    {900, 800, 480},
    };
    fixture f = fixture_open();
    (void)state;
    for (int o = 1; o <= 6; o += 5) {
        blob b = picture_jpeg(&(jpeg_spec){.width = 800, .height = 480, .orientation = o});
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            f.limits.target_px = cases[i].target;
            fixture_decode(&f, b);
            assert_fault(&f, FVI_DECODE_OK);
            assert_int_equal(f.photo.full_width_px, 800);
            assert_int_equal(f.photo.full_height_px, 480);
            assert_int_equal(f.photo.image.width_px, cases[i].width);
            assert_int_equal(f.photo.image.height_px, cases[i].height);
            assert_float_equal(f.photo.scale, (float)cases[i].width / 800.0f, 1e-6f);
            assert_true(worst_pixel(&f.photo.image, false) <= JPEG_TOLERANCE);
        }
        free(b.data);
    }
    fixture_close(&f);
}

static void test_decode__scaling_keeps_sixteen_pixels_of_a_narrow_picture(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&(jpeg_spec){.width = 1000, .height = 40});
    f.limits.target_px = 100;
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_OK);
    assert_int_equal(f.photo.image.height_px, 20);
    assert_int_equal(f.photo.image.width_px, 500);
    free(b.data);
    fixture_close(&f);
}

static void test_decode__each_limit_holds_at_its_value(void **state)
{
    blob jpeg = picture_jpeg(&(jpeg_spec){.width = W, .height = H, .progressive = true});
    blob png = picture_png(&(png_spec){
        .width = W, .height = H, .colour_type = SPNG_COLOR_TYPE_TRUECOLOR, .bit_depth = 8});
    const blob files[] = {jpeg, png};
    fixture f = fixture_open();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        const fvi_decode_limits exact = {
            .image_bytes = files[i].len,
            .width_px = W,
            .height_px = H,
            .pixels = W * H,
            .jpeg_scans = 10, /* of libjpeg's progression for three components */
        };
        f.limits = exact;
        fixture_decode(&f, files[i]);
        assert_fault(&f, FVI_DECODE_OK);
        f.limits.image_bytes--;
        fixture_decode(&f, files[i]);
        assert_fault(&f, FVI_DECODE_TOO_LARGE);
        assert_non_null(strstr(f.photo.detail, "bytes"));
        f.limits = exact;
        f.limits.width_px--;
        fixture_decode(&f, files[i]);
        assert_fault(&f, FVI_DECODE_TOO_LARGE);
        assert_string_equal(f.photo.detail, "120 px wide, at most 119");
        f.limits = exact;
        f.limits.height_px--;
        fixture_decode(&f, files[i]);
        assert_fault(&f, FVI_DECODE_TOO_LARGE);
        assert_string_equal(f.photo.detail, "72 px high, at most 71");
        f.limits = exact;
        f.limits.pixels--;
        fixture_decode(&f, files[i]);
        assert_fault(&f, FVI_DECODE_TOO_LARGE);
        assert_string_equal(f.photo.detail, "8640 pixels, at most 8639");
        f.limits = exact;
        f.limits.jpeg_scans--;
        fixture_decode(&f, files[i]);
        assert_fault(&f, i == 0 ? FVI_DECODE_TOO_LARGE : FVI_DECODE_OK);
    }
    fixture_close(&f);
    free(jpeg.data);
    free(png.data);
}

static void test_decode__fifteen_pixels_are_no_photograph(void **state)
{
    static const struct {
        int w, h;
        fvi_decode_fault fault;
    } cases[] = {
        {16, 16, FVI_DECODE_OK}, {15, 16, FVI_DECODE_TOO_SMALL}, {16, 15, FVI_DECODE_TOO_SMALL}};
    fixture f = fixture_open();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        blob jpeg = picture_jpeg(&(jpeg_spec){.width = cases[i].w, .height = cases[i].h});
        blob png = picture_png(&(png_spec){.width = cases[i].w,
                                           .height = cases[i].h,
                                           .colour_type = SPNG_COLOR_TYPE_TRUECOLOR,
                                           .bit_depth = 8});
        fixture_decode(&f, jpeg);
        assert_fault(&f, cases[i].fault);
        fixture_decode(&f, png);
        assert_fault(&f, cases[i].fault);
        free(jpeg.data);
        free(png.data);
    }
    fixture_close(&f);
}

static void test_decode__other_formats_are_named(void **state)
{
    static const struct {
        const char *name;
        size_t len;
        const char *bytes;
    } cases[] = {
        {"HEIC", 24,
         "\0\0\0\x18"
         "ftypheic\0\0\0\0mif1heic"},
        {"HEIC", 24,
         "\0\0\0\x18"
         "ftypmif1\0\0\0\0mif1heix"},
        {"HEIC", 24,
         "\0\0\0\x18"
         "ftypmsf1\0\0\0\0msf1hevc"},
        {"HEIC", 16,
         "\0\0\0\0"
         "ftypheic\0\0\0\0"},
        {"AVIF", 24,
         "\0\0\0\x18"
         "ftypavif\0\0\0\0mif1miaf"},
        {"AVIF", 24,
         "\0\0\0\x18"
         "ftypmif1\0\0\0\0mif1avif"},
        {"AVIF", 20,
         "\0\0\0\x14"
         "ftypavis\0\0\0\0avif"},
        {"WebP", 16, "RIFF\x10\0\0\0WEBPVP8 "},
        {"GIF", 6, "GIF89a"},
        {"GIF", 6, "GIF87a"},
        {"BMP", 6, "BM\x36\0\0\0"},
        {"TIFF", 8, "II*\0\x08\0\0\0"},
        {"TIFF", 8, "MM\0*\0\0\0\x08"},
        {"TIFF", 8, "II+\0\x08\0\0\0"},
        {"TIFF", 8, "MM\0+\0\x08\0\0"},
        {"PDF", 8, "%PDF-1.7"},
        {"JXL", 4, "\xff\x0a\0\0"},
        {"JXL", 16, "\0\0\0\x0cJXL \r\n\x87\n\0\0\0\0"},
        {"JP2", 16, "\0\0\0\x0cjP  \r\n\x87\n\0\0\0\0"},
        {"JP2", 6, "\xff\x4f\xff\x51\0\0"},
    };
    fixture f = fixture_open();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fixture_decode_part(&f, cases[i].bytes, cases[i].len);
        assert_fault(&f, FVI_DECODE_UNSUPPORTED);
        assert_string_equal(f.photo.format, cases[i].name);
        assert_non_null(strstr(f.photo.detail, cases[i].name));
    }
    fixture_close(&f);
}

static void test_decode__what_is_no_picture_is_refused(void **state)
{
    static const struct {
        size_t len;
        const char *bytes;
    } cases[] = {
        {1, "\xff"},
        {2, "\xff\xd8"},
        {4, "\xff\xd8\x00\xff"},
        {13, "hello, world\n"},
        {16, "RIFF\x10\0\0\0WAVEfmt "},
        {24, "\0\0\0\x18"
             "ftypisom\0\0\0\0isommp42"},
        {24, "\0\0\0\x10"
             "ftypisom\0\0\0\0heicheic"},
        {10, "\0\0\0\x18"
             "ftyphe"},
        {8, "\0\0\0\0\0\0\0\0"},
    };
    fixture f = fixture_open();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fixture_decode_part(&f, cases[i].bytes, cases[i].len);
        assert_fault(&f, FVI_DECODE_NOT_PICTURE);
        assert_string_equal(f.photo.format, "");
    }
    fixture_decode_part(&f, "", 0);
    assert_fault(&f, FVI_DECODE_EMPTY);
    assert_fv_ok(fvi_decode(f.decoder, (fv_bytes){.len = 7}, &f.limits, &f.photo, &f.err), &f.err);
    assert_fault(&f, FVI_DECODE_EMPTY);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode__eight_orientations_show_one_picture),
        cmocka_unit_test(test_decode__odd_sizes_turn_too),
        cmocka_unit_test(test_decode__every_kind_of_jpeg),
        cmocka_unit_test(test_decode__every_kind_of_png),
        cmocka_unit_test(test_decode__palette_png_by_value),
        cmocka_unit_test(test_decode__alpha_is_laid_over_white),
        cmocka_unit_test(test_decode__a_transparent_colour_is_white),
        cmocka_unit_test(test_decode__large_jpegs_come_smaller_but_not_below_the_target),
        cmocka_unit_test(test_decode__scaling_keeps_sixteen_pixels_of_a_narrow_picture),
        cmocka_unit_test(test_decode__each_limit_holds_at_its_value),
        cmocka_unit_test(test_decode__fifteen_pixels_are_no_photograph),
        cmocka_unit_test(test_decode__other_formats_are_named),
        cmocka_unit_test(test_decode__what_is_no_picture_is_refused),
    };
    return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
