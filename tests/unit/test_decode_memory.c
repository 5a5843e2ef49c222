/* SPDX-License-Identifier: Apache-2.0 */
/* What the decoder keeps, what it wipes, and what it does when memory runs out. */
#include "decode_fixture.h"

#include "decode/decoder.h"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t n);

static int calls;
static int fail_at; /* the call that fails, from 1; 0 for none */

static bool refused(void)
{
    calls++;
    return calls == fail_at;
}

void *__wrap_malloc(size_t n)
{
    return refused() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refused() ? NULL : __real_calloc(n, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
    return refused() ? NULL : __real_aligned_alloc(alignment, n);
}

static void count_from(int k)
{
    calls = 0;
    fail_at = k;
}

static fv_bytes view(blob b)
{
    return (fv_bytes){.data = b.data, .len = b.len};
}

static void test_memory__wipe_leaves_zeros(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(
        &(jpeg_spec){.width = 160, .height = 120, .orientation = 6, .colours = COLOURS_CMYK});
    blob_insert(&b, jpeg_find(&b, 0xdb, 0), "junk", 4); /* so that it is repaired */
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_OK);
    const fvi_buffer used[] = {f.decoder->pixels, f.decoder->raw, f.decoder->stream};
    const size_t sizes[] = {160 * 120 * 3, 160 * 120 * 4, b.len - 4};
    for (size_t i = 0; i < ARRAY_LEN(used); i++) {
        size_t coloured = 0;
        assert_true(used[i].dirty >= sizes[i]);
        for (size_t n = 0; n < sizes[i]; n++)
            coloured += used[i].data[n] != 0;
        assert_true(coloured > sizes[i] / 2);
    }
    fvi_decoder_wipe(f.decoder);
    for (size_t i = 0; i < ARRAY_LEN(used); i++) {
        for (size_t n = 0; n < sizes[i]; n++)
            assert_int_equal(used[i].data[n], 0);
    }
    assert_ptr_equal(f.decoder->pixels.data, used[0].data);
    free(b.data);
    fixture_close(&f);
}

static void test_memory__a_refused_file_is_wiped_as_well(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&(jpeg_spec){.width = 160, .height = 120});
    memcpy(b.data + b.len - 300, "\xff\xd9", 2);
    fixture_decode(&f, b);
    assert_fault(&f, FVI_DECODE_CORRUPT);
    fvi_decoder_wipe(f.decoder);
    for (size_t n = 0; n < 160 * 120 * 3; n++)
        assert_int_equal(f.decoder->pixels.data[n], 0);
    free(b.data);
    fixture_close(&f);
}

static void test_memory__one_decoder_big_small_bad_good(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob big = picture_jpeg(&(jpeg_spec){.width = 640, .height = 480, .orientation = 8});
    blob small = picture_jpeg(&(jpeg_spec){.width = 48, .height = 32, .colours = COLOURS_YCCK});
    blob bad = picture_jpeg(&(jpeg_spec){.width = 320, .height = 200, .progressive = true});
    blob good = picture_png(&(png_spec){.width = 320,
                                        .height = 200,
                                        .colour_type = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA,
                                        .bit_depth = 8});
    bad.data[bad.len / 2] ^= 0xff;
    bad.data[bad.len / 2 + 3] ^= 0xff;
    memcpy(bad.data + bad.len * 3 / 4, "\xff\xd9", 2);
    for (int round = 0; round < 3; round++) {
        fixture_decode(&f, big);
        assert_fault(&f, FVI_DECODE_OK);
        assert_true(worst_pixel(&f.photo.image, false) <= 12);
        fixture_decode(&f, small);
        assert_fault(&f, FVI_DECODE_OK);
        assert_int_equal(f.photo.image.width_px, 48);
        assert_true(worst_pixel(&f.photo.image, false) <= 12);
        fixture_decode(&f, bad);
        assert_fault(&f, FVI_DECODE_CORRUPT);
        fixture_decode(&f, good);
        assert_fault(&f, FVI_DECODE_OK);
        assert_int_equal(f.photo.image.height_px, 200);
        if (round == 1) fvi_decoder_wipe(f.decoder);
    }
    free(big.data);
    free(small.data);
    free(bad.data);
    free(good.data);
    fixture_close(&f);
}

static void test_memory__nothing_is_taken_after_the_first_picture(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(
        &(jpeg_spec){.width = 160, .height = 120, .orientation = 7, .colours = COLOURS_YCCK});
    fixture_decode(&f, b);
    fvi_decoder_wipe(f.decoder);
    count_from(0);
    assert_fv_ok(fvi_decode(f.decoder, view(b), &f.limits, &f.photo, &f.err), &f.err);
    assert_int_equal(calls, 0);
    assert_fault(&f, FVI_DECODE_OK);
    free(b.data);
    fixture_close(&f);
}

static void test_memory__refusals_take_none(void **state)
{
    fixture f = fixture_open();
    (void)state;
    blob b = picture_jpeg(&(jpeg_spec){.width = 160, .height = 120});
    count_from(0);
    f.limits.width_px = 159;
    assert_fv_ok(fvi_decode(f.decoder, view(b), &f.limits, &f.photo, &f.err), &f.err);
    assert_int_equal(f.photo.fault, FVI_DECODE_TOO_LARGE);
    f.limits = wide;
    b.len /= 2;
    assert_fv_ok(fvi_decode(f.decoder, view(b), &f.limits, &f.photo, &f.err), &f.err);
    assert_int_equal(f.photo.fault, FVI_DECODE_TRUNCATED);
    assert_int_equal(calls, 0);
    free(b.data);
    fixture_close(&f);
}

/* Creates a decoder and decodes with the k-th allocation failing; how far it came. */
static fv_status run_once(blob b, int k, fvi_photo *photo)
{
    fv_status st = FV_OK;
    fvi_decoder *d = NULL;
    fv_error err = {0};

    count_from(k);
    FVI_TRY(fvi_decoder_create(&d, &err));
    FVI_TRY(fvi_decode(d, view(b), &wide, photo, &err));
out:
    count_from(0);
    assert_int_equal(err.code, st);
    fvi_decoder_destroy(&d);
    return st;
}

static void test_memory__each_allocation_may_fail(void **state)
{
    blob files[3];
    (void)state;
    files[0] = picture_jpeg(&(jpeg_spec){.width = 64, .height = 48});
    files[1] = picture_jpeg(
        &(jpeg_spec){.width = 64, .height = 48, .orientation = 5, .colours = COLOURS_CMYK});
    blob_insert(&files[1], jpeg_find(&files[1], 0xdb, 0), "junk", 4);
    files[2] = picture_png(&(png_spec){
        .width = 64, .height = 48, .colour_type = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, .bit_depth = 8});
    static const int allocations[] = {2, 4, 3};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        int k = 1;
        fvi_photo photo;
        memset(&photo, 0x77, sizeof photo);
        const fvi_photo before = photo;
        while (run_once(files[i], k, &photo) != FV_OK) {
            assert_int_equal(run_once(files[i], k, &photo), FV_E_NOMEM);
            assert_memory_equal(&photo, &before, sizeof photo);
            k++;
        }
        assert_int_equal(k - 1, allocations[i]);
        assert_int_equal(photo.fault, FVI_DECODE_OK);
        free(files[i].data);
    }
}

static void test_memory__destroy_copes_with_nothing(void **state)
{
    fvi_decoder *d = NULL;
    (void)state;
    fvi_decoder_destroy(NULL);
    fvi_decoder_destroy(&d);
    assert_null(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory__wipe_leaves_zeros),
        cmocka_unit_test(test_memory__a_refused_file_is_wiped_as_well),
        cmocka_unit_test(test_memory__one_decoder_big_small_bad_good),
        cmocka_unit_test(test_memory__nothing_is_taken_after_the_first_picture),
        cmocka_unit_test(test_memory__refusals_take_none),
        cmocka_unit_test(test_memory__each_allocation_may_fail),
        cmocka_unit_test(test_memory__destroy_copes_with_nothing),
    };
    return cmocka_run_group_tests_name("decode_memory", tests, NULL, NULL);
}
