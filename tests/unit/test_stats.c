/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>

#include "stats.h"

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-9)

static void test_stats__equal_values_share_the_mean_rank(void **state)
{
    const double v[] = {30, 10, 20, 10, 10, 30};
    const double expected[] = {5.5, 2, 4, 2, 2, 5.5};
    double ranks[6];
    (void)state;
    acc_ranks(v, 6, ranks);
    for (size_t i = 0; i < 6; i++)
        NEAR(ranks[i], expected[i]);
    acc_ranks(v, 0, ranks); /* touches nothing */
    NEAR(ranks[0], 5.5);
}

static void test_stats__auc_counts_pairs_and_half_of_the_ties(void **state)
{
    const double high[] = {3, 5, 5, 9}, low[] = {1, 3, 5};
    (void)state;
    /* 3 beats 1, ties 3; each 5 beats 1, 3, ties 5; 9 beats three: 1.5 + 2.5 + 2.5 + 3 of 12 */
    NEAR(acc_auc(high, 4, low, 3), 9.5 / 12.0);
    NEAR(acc_auc(low, 3, high, 4), 2.5 / 12.0);
    NEAR(acc_auc(high + 3, 1, low, 3), 1.0);
    NEAR(acc_auc(low, 1, high, 4), 0.0);
    NEAR(acc_auc(high + 1, 2, high + 1, 2), 0.5);
    assert_true(isnan(acc_auc(high, 0, low, 3)));
    assert_true(isnan(acc_auc(high, 4, low, 0)));
}

static void test_stats__spearman_knows_order_only(void **state)
{
    const double a[] = {1, 2, 3, 4, 5};
    const double up[] = {1, 8, 27, 640, 641}, down[] = {5, 3, 2, 0, -9};
    const double mixed[] = {2, 1, 4, 3, 5};
    (void)state;
    NEAR(acc_spearman(a, up, 5), 1.0);
    NEAR(acc_spearman(a, down, 5), -1.0);
    NEAR(acc_spearman(a, mixed, 5), 0.8); /* 1 - 6 (1+1+1+1) / (5 24) */
}

static void test_stats__spearman_with_ties_is_pearson_of_the_ranks(void **state)
{
    const double a[] = {1, 2, 3, 4}, b[] = {7, 7, 9, 9};
    const double same[] = {5, 5, 5, 5};
    (void)state;
    /* ranks 1.5 1.5 3.5 3.5: covariance 4, variances 5 and 4 */
    NEAR(acc_spearman(a, b, 4), 4.0 / sqrt(20.0));
    assert_true(isnan(acc_spearman(a, same, 4)));
    assert_true(isnan(acc_spearman(same, a, 4)));
    assert_true(isnan(acc_spearman(a, b, 1)));
    assert_true(isnan(acc_spearman(a, b, 0)));
}

static void test_stats__quantiles_lie_between_the_values(void **state)
{
    double v[] = {40, 10, 30, 20};
    (void)state;
    acc_sort_values(v, 4);
    NEAR(v[0], 10);
    NEAR(v[3], 40);
    NEAR(acc_quantile(v, 4, 0.0), 10);
    NEAR(acc_quantile(v, 4, 0.5), 25);
    NEAR(acc_quantile(v, 4, 0.9), 37); /* 0.9 3 = 2.7 */
    NEAR(acc_quantile(v, 4, 1.0), 40);
    NEAR(acc_quantile(v, 1, 0.7), 10);
    assert_true(isnan(acc_quantile(v, 0, 0.5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stats__equal_values_share_the_mean_rank),
        cmocka_unit_test(test_stats__auc_counts_pairs_and_half_of_the_ties),
        cmocka_unit_test(test_stats__spearman_knows_order_only),
        cmocka_unit_test(test_stats__spearman_with_ties_is_pearson_of_the_ranks),
        cmocka_unit_test(test_stats__quantiles_lie_between_the_values),
    };
    return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
