/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <string.h>

#include "quality/quality.h"

static void side_at_the_ends(const char *what, fvi_limit l)
{
    const struct {
        double value;
        fvi_side side;
    } rows[] = {
        {l.min, FVI_WITHIN},
        {l.max, FVI_WITHIN},
        {nextafter(l.min, -INFINITY), isinf(l.min) ? FVI_WITHIN : FVI_BELOW},
        {nextafter(l.max, INFINITY), isinf(l.max) ? FVI_WITHIN : FVI_ABOVE},
        {l.min == l.max ? l.min : nextafter(l.min, INFINITY), FVI_WITHIN},
        {l.min == l.max ? l.min : nextafter(l.max, -INFINITY), FVI_WITHIN},
        {-INFINITY, isinf(l.min) ? FVI_WITHIN : FVI_BELOW},
        {INFINITY, isinf(l.max) ? FVI_WITHIN : FVI_ABOVE},
        {NAN, FVI_NOT_ASSESSED},
        {-NAN, FVI_NOT_ASSESSED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        fvi_side side = fvi_limit_side(l, rows[i].value);
        if (side != rows[i].side)
            fail_msg("%s %g..%g: %.17g is on side %d", what, l.min, l.max, rows[i].value,
                     (int)side);
    }
}

static void test_limit__every_row_of_the_table_at_its_ends(void **state)
{
    (void)state;
    for (int i = 0; i < FVI_Q_COUNT; i++) {
        side_at_the_ends(fvi_measures[i].name, fvi_selfie_limits.gate[i]);
        side_at_the_ends(fvi_measures[i].name, fvi_selfie_limits.advice[i]);
        side_at_the_ends(fvi_measures[i].name, fvi_record_limits.gate[i]);
        side_at_the_ends(fvi_measures[i].name, fvi_record_limits.advice[i]);
    }
    side_at_the_ends("no limit", (fvi_limit){-INFINITY, INFINITY});
    side_at_the_ends("both", (fvi_limit){-1e-300, 1e300});
}

static void test_measures__table_is_whole(void **state)
{
    (void)state;
    assert_true(FVI_Q_COUNT >= 6);
    for (int i = 0; i < FVI_Q_COUNT; i++) {
        const fvi_measure_info *m = &fvi_measures[i];
        size_t n = strlen(m->name);
        assert_true(n > 0 && strlen(m->unit) > 0);
        assert_int_equal(strlen(m->key), n);
        for (size_t k = 0; k < n; k++) { /* the key is the name in small letters */
            char c = m->name[k];
            assert_int_equal(m->key[k], c == '_' ? '_' : c - 'A' + 'a');
        }
        for (int j = 0; j < i; j++)
            assert_string_not_equal(m->name, fvi_measures[j].name);
        const fvi_limits_set *sets[] = {&fvi_selfie_limits, &fvi_record_limits};
        for (size_t k = 0; k < ARRAY_LEN(sets); k++) {
            fvi_limit gate = sets[k]->gate[i];
            fvi_limit advice = sets[k]->advice[i];
            assert_true(gate.min <= gate.max); /* no NaN either */
            assert_true(advice.min <= advice.max);
            /* advice beyond the gate would never be given */
            assert_true(isinf(advice.min) || advice.min > gate.min);
            assert_true(isinf(advice.max) || advice.max < gate.max);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit__every_row_of_the_table_at_its_ends),
        cmocka_unit_test(test_measures__table_is_whole),
    };
    return cmocka_run_group_tests_name("quality", tests, NULL, NULL);
}
