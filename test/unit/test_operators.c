/* What counts toward an operator's limit, and which limit an event has. */
#include "unit.h"

#include "engine/limits.h"

static void
test_which(void)
{
	PvPolicy policy = {.limits = {.inject = 5, .grant_points = PV_UNSET}};

	CHECK(pv_limit_of(&policy, PV_KIND_INJECT) == PV_UNSET); /* the section is off */
	policy.has_limits = true;
	CHECK(pv_limit_of(&policy, PV_KIND_INJECT) == 5);
	CHECK(pv_limit_of(&policy, PV_KIND_GRANT_POINTS) == PV_UNSET);
	policy.limits.grant_points = 0;
	CHECK(pv_limit_of(&policy, PV_KIND_GRANT_POINTS) == 0);
	CHECK(pv_limit_of(&policy, PV_KIND_PURCHASE) == PV_UNSET);
}

static void
test_counts(void)
{
	const PvAssets none = {0};

	CHECK(pv_counts_for_limit(PV_KIND_ADJUST, 7, &none) == 7);
	CHECK(pv_counts_for_limit(PV_KIND_ADJUST, -7, &none) == 7); /* each way */
	CHECK(pv_counts_for_limit(PV_KIND_ADJUST, 0, &(PvAssets){.cash = 3}) == 3);
	CHECK(pv_counts_for_limit(PV_KIND_ADJUST, 0, &(PvAssets){.quota = -3}) == 3);
	CHECK(pv_counts_for_limit(PV_KIND_ADJUST, 7, &(PvAssets){.credits = 6}) ==
		  7); /* paid for, not counted twice */
	CHECK(pv_counts_for_limit(PV_KIND_ADJUST, 7, &(PvAssets){.credits = -8}) == 8);
	/* those that are no amounts count by their money alone */
	CHECK(pv_counts_for_limit(PV_KIND_ADJUST, 7, &(PvAssets){.points = 900, .shares = 900}) == 7);
	CHECK(pv_counts_for_limit(PV_KIND_ADJUST, INT64_MIN, &none) == INT64_MAX);
	CHECK(pv_counts_for_limit(PV_KIND_ADJUST, 0, &(PvAssets){.reward = INT64_MIN}) == INT64_MAX);
}

void
test_operators(void)
{
	test_which();
	test_counts();
}
