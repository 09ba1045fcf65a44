/*
 * rebuild.c
 *	  The event of a journal row again, as the engine wants it.
 */
#include "audit/rebuild.h"

#include "engine/cycle.h"
#include "engine/figures.h"
#include "engine/fixed.h"
#include "engine/kinds.h"
#include "engine/lots.h"
#include "engine/parties.h"
#include "engine/partner.h"
#include "engine/sale.h"

/* Makes room for so many parties. */
static void
begin_parties(PvReplay *replay, int most)
{
	replay->members = palloc0(sizeof(PvMember) * Max(most, 1));
	replay->stored = palloc0(sizeof(PvAssets) * Max(most, 1));
}

static void
add_party(PvReplay *replay, PvRole role, int64_t id, const PvAssets *stored)
{
	int place = replay->event.parties.count;

	replay->members[place] = (PvMember){.id = id, .merchant = true};
	replay->stored[place] = *stored;
	(void) pv_add_party(&replay->event.parties, role, &replay->members[place]);
}

/* Those beside its own member, who have a movement. */
static int
first_other(const PvEntry *entry)
{
	return pv_own(&entry->parties) ? 1 : 0;
}

/* The others of an event are those who have a movement. */
static void
bring_movements(const PvEntry *entry, PvReplay *replay)
{
	for (int i = first_other(entry); i < entry->parties.count; i++)
	{
		const PvParty *other = &entry->parties.list[i];

		add_party(replay, other->role, other->id, &other->change);
	}
}

/* What the movement beside the row brought or took a member; false where there is none. */
static bool
find_movement(const PvEntry *entry, int64_t member, PvAssets *stored)
{
	*stored = (PvAssets){0};
	for (int i = first_other(entry); i < entry->parties.count; i++)
		if (entry->parties.list[i].id == member)
		{
			*stored = entry->parties.list[i].change;
			return true;
		}
	return false;
}

/*
 * G15: whoever earned by the sale, once each.  Returns how many of them have a movement.
 */
static int
bring_earners(const PvEntry *entry, PvReplay *replay)
{
	int found = 0;

	for (int i = 0; i < replay->sale.commissions.count; i++)
	{
		int64_t member = replay->sale.commissions.list[i].member;
		PvAssets stored;

		if (member == 0 || pv_party_of(&replay->event.parties, member))
			continue;
		found += find_movement(entry, member, &stored);
		add_party(replay, PV_EARNER, member, &stored);
	}
	return found;
}

/*
 * G15: those of a refund are the sale's, or who took over from them by now, with a movement
 * or not.
 */
static void
bring_parts(const PvPast *past, const PvEntry *entry, PvReplay *replay)
{
	int found = 0;

	past->differs(past->arg, "member", past->member_now(past->arg, replay->sale.parts[0].member),
				  entry->member);
	for (int i = 1; i < replay->sale.nparts; i++)
	{
		const PvSalePart *part = &replay->sale.parts[i];
		int64_t member = past->member_now(past->arg, part->member);
		PvAssets stored;

		found += find_movement(entry, member, &stored);
		add_party(replay, part->role, member, &stored);
	}
	found += bring_earners(entry, replay);
	if (found != entry->parties.count - first_other(entry))
		past->stray_movement(past->arg);
}

/* A member as if all its points were in one lot, that of event `seq`. */
static void
give_points(PvMember *member, int64_t seq, int64_t points)
{
	member->has.points = points;
	(void) pv_add_lot(member, (PvLot){.seq = seq, .left = points, .minted = points});
}

/*
 * C1: as much counted toward its next share, or as many shares, as explain that
 * this spending changed them so; whether it was so is for the second pass of verify.
 */
static void
give_shares(PvMember *member, int64_t change, int64_t spending, int64_t share_price)
{
	pv_int128 missing = (pv_int128) change * share_price - spending;

	if (change < 0)
		member->has.shares = -change;
	else if (missing > 0 && missing <= INT64_MAX)
		member->spent = (int64_t) missing;
}

static void
give_spending(const PvPolicy *policy, PvReplay *replay)
{
	for (int i = 0; policy->has_cycle && i < replay->event.parties.count; i++)
	{
		PvSalePart part = {.role = replay->event.parties.list[i].role};

		if (pv_cycle_promise(policy, replay->event.amount, &part))
			give_shares(&replay->members[i], replay->stored[i].shares, part.spending,
						policy->cycle.share_price);
	}
}

/* The entry that a row takes back, if that is of a kind which it can. */
static PvEntry *
read_reversed(const PvPast *past, const PvEntry *entry)
{
	PvEntry *cause =
		entry->cause < entry->seq ? pv_journal_try_read(past->vault, entry->cause, true) : NULL;

	return cause && pv_can_reverse(entry->kind, cause->kind) ? cause : NULL;
}

/*
 * G15: the sale a refund is of.  False where the row names neither a purchase nor a settled
 * debt, or one that has not that much left.
 */
static bool
bring_sale(const PvPast *past, const PvEntry *entry, PvReplay *replay)
{
	PvEntry *purchase = read_reversed(past, entry);
	PvPolicy policy;

	if (!purchase || purchase->member == 0 || purchase->altered ||
		!past->find_policy(past->arg, purchase->policy, &policy))
		return false;
	replay->sale = pv_sale_of(purchase, &policy);
	for (int i = 0; i < replay->sale.commissions.count; i++)
		replay->sale.commissions.list[i].member =
			past->member_now(past->arg, replay->sale.commissions.list[i].member);
	replay->sale.refunded = entry->reversed - replay->event.amount;
	replay->event.sale = &replay->sale;
	return replay->sale.refunded >= 0 && entry->reversed <= replay->sale.amount &&
		   pv_refund_due(&replay->sale, replay->event.amount, &replay->due);
}

/*
 * G15: lots, quota and shares that hold as much as the refund took; whether that
 * is as much as they held is for the second pass of verify.
 */
static void
give_sold(PvReplay *replay)
{
	for (int i = 0; i < replay->event.parties.count; i++)
	{
		PvMember *member = &replay->members[i];
		const PvAssets *stored = &replay->stored[i];

		give_points(member, replay->sale.seq, -stored->points);
		member->has.quota = -stored->quota;
		give_shares(member, stored->shares, 0, replay->sale.share_price);
	}
}

/*
 * A merge: the one had what it gave, and had spent as much as explains the shares that the
 * other has beyond that; whether it was so is for the second pass of verify.
 */
static void
give_merged(const PvPolicy *policy, PvReplay *replay)
{
	PvMember *member = replay->members;
	pv_int128 spent;

	for (int i = 0; i < PV_ASSET_COUNT; i++)
		pv_set_figure(&member->has, &pv_assets[i],
					  (int64_t) - (uint64) pv_figure(&replay->stored[0], &pv_assets[i]));
	if (replay->event.parties.count < 2 || !policy->has_cycle)
		return;
	spent = ((pv_int128) replay->stored[1].shares + replay->stored[0].shares) *
			policy->cycle.share_price;
	if (spent > 0 && spent <= INT64_MAX)
		member->spent = (int64_t) spent;
}

/* G17: as much of each asset as an adjustment down took. */
static void
give_adjusted(PvReplay *replay)
{
	PvMember *member = replay->members;
	const PvAssets *adjusted = &replay->event.assets;

	for (int i = 0; i < PV_ASSET_COUNT; i++)
		if (pv_figure(adjusted, &pv_assets[i]) < 0)
			pv_set_figure(&member->has, &pv_assets[i], -pv_figure(adjusted, &pv_assets[i]));
	if (adjusted->points < 0)
		give_points(member, 0, -adjusted->points);
}

/* Q4: a grant of as many shares as were handed over, all of them free. */
static void
give_stock(PvReplay *replay)
{
	PvEvent *event = &replay->event;

	replay->members[0].has.stock = event->shares;
	replay->grant =
		(PvStockGrant){.shares = event->shares,
					   .lock = {.free_from = event->date, .parts = 1, .part_months = 1}};
	event->grants = &replay->grant;
	event->ngrants = 1;
}

/* P1: as much as makes a partner; whether it had that is for the second pass of verify. */
static void
give_partners_share(const PvPartnerPolicy *partner, PvMember *member)
{
	pv_set_figure(&member->has, pv_partner_asset(partner), pv_partner_min(partner));
}

/* What the event took from its own member, who must have had it; or owed it. */
static void
give_taken(PvReplay *replay, int takes)
{
	PvMember *member = replay->members;

	if (replay->event.kind == PV_KIND_ADJUST)
		give_adjusted(replay);
	if (replay->event.kind == PV_KIND_REPAY)
		member->has.cash = -replay->event.amount;
	if (takes & PV_TAKES_POINTS)
		give_points(member, 0, replay->event.points);
	if (takes & PV_TAKES_CREDITS)
		member->has.credits = replay->event.amount;
	if (takes & PV_TAKES_CASH)
		member->has.cash = replay->event.amount;
	if (takes & PV_TAKES_REWARD)
		member->has.reward = replay->event.amount;
	if (takes & PV_TAKES_STOCK)
		give_stock(replay);
	if (takes & PV_TAKES_DEBT)
		member->has.debt = replay->event.amount;
}

/* G17: what was left of the redemption for goods that the row names; false where it names none. */
static bool
bring_redemption(const PvPast *past, const PvEntry *entry, PvEvent *event)
{
	PvEntry *redemption = read_reversed(past, entry);

	if (!redemption || !pv_was_for_goods(redemption) ||
		past->member_now(past->arg, redemption->member) != entry->member)
		return false;
	event->left = redemption->effect.cash - (entry->reversed - event->amount);
	return true;
}

/* The arguments of the event, as far as the row says them. */
static void
bring_facts(const PvEntry *entry, const PvAssets *own, PvEvent *event)
{
	bool says_amount = pv_says_amount(entry->kind, entry->named);

	event->kind = entry->kind;
	event->seq = entry->seq;
	event->date = entry->day;
	event->amount = says_amount ? entry->effect.amount : entry->effect.cash;
	event->contribution = entry->effect.contribution;
	event->has_contribution = entry->named;
	event->points = (pv_kind_info(entry->kind)->says & PV_SAYS_ASKED) ? entry->effect.asked
																	  : entry->effect.points;
	event->shares = entry->effect.item;
	event->lock = entry->effect.lock;
	event->order_amount = entry->effect.order_amount;
	event->for_goods = own->cash == 0;
	event->beyond_rate = true; /* who may was judged then */
	event->assets = *own;
	event->uncapped = entry->after.uncapped != entry->before.uncapped;
}

/* The members have what the event needs of them. */
static void
give_members(const PvEntry *entry, const PvPolicy *policy, PvReplay *replay)
{
	give_taken(replay, pv_kind_info(entry->kind)->takes);
	if (entry->kind == PV_KIND_PURCHASE)
		give_spending(policy, replay);
	if (entry->kind == PV_KIND_MERGE)
		give_merged(policy, replay);
	if (entry->kind == PV_KIND_PARTNER && policy->has_partner && replay->event.parties.count > 0)
		give_partners_share(&policy->partner, replay->members);
	if (replay->event.sale)
		give_sold(replay);
}

/* M1, L1: who earned by a purchase, and what a refund finds of the plan that it opened. */
static void
bring_teams(const PvPast *past, const PvEntry *entry, const PvPolicy *policy, PvReplay *replay)
{
	PvEvent *event = &replay->event;

	if (entry->kind == PV_KIND_PURCHASE && policy->has_commission)
	{
		replay->earners = past->find_earners(past->arg, entry);
		event->earners = &replay->earners;
	}
	if (event->sale && event->parties.count > 0)
		event->plan = past->find_plan(past->arg, entry, &replay->sale);
}

/*
 * N1 to N4: the series and the item; its owner is who has it by then.  Whether its member
 * had spent enough for a claim is not in the row; verify follows it beside.
 */
static bool
bring_item(const PvPast *past, const PvEntry *entry, int needs, PvReplay *replay)
{
	PvEvent *event = &replay->event;

	if (!(needs & (PV_NEEDS_SERIES | PV_NEEDS_ITEM)))
		return true;
	if (!past->find_item(past->arg, entry, &replay->series, &replay->item))
		return false;
	event->series = &replay->series;
	event->spent = replay->series.min_spent;
	if (!(needs & PV_NEEDS_ITEM))
		return true;
	replay->item.owner = past->member_now(past->arg, replay->item.owner);
	event->item = &replay->item;
	return true;
}

/*
 * The event of an entry of some kind, with members that have what it needs of them; false
 * where that cannot be said.
 */
bool
pv_rebuild_event(const PvPast *past, const PvEntry *entry, const PvPolicy *policy, PvReplay *replay)
{
	const PvKindInfo *info = pv_kind_info(entry->kind);
	const PvParty *own = pv_own(&entry->parties);
	PvAssets change = own ? own->change : (PvAssets){0};
	bool is_of_sale = (info->needs & PV_NEEDS_SALE) != 0;
	bool has_sale;

	memset(replay, 0, sizeof(*replay));
	bring_facts(entry, &change, &replay->event);
	if (entry->kind == PV_KIND_REDEEM_RETURN && !bring_redemption(past, entry, &replay->event))
		return false;
	has_sale = is_of_sale && bring_sale(past, entry, replay);
	if (!has_sale)
		replay->event.sale = NULL;
	begin_parties(replay,
				  entry->parties.count + replay->sale.nparts + replay->sale.commissions.count);
	if (own)
		add_party(replay, PV_OWN, own->id, &change);
	if (has_sale)
		bring_parts(past, entry, replay);
	else
		bring_movements(entry, replay);
	if (entry->altered)
		return false;
	give_members(entry, policy, replay);
	bring_teams(past, entry, policy, replay);
	if (!bring_item(past, entry, info->needs, replay))
		return false;
	if (info->needs & PV_NEEDS_DAY)
	{
		replay->event.day = &replay->day;
		return past->find_day(past->arg, entry, &replay->day);
	}
	return has_sale == is_of_sale;
}
