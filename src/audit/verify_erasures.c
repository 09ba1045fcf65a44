/*
 * verify_erasures.c
 *	  Rows of the journal whose texts were erased.
 *
 * Of each there is the act that erased them, a journal row of its own whose member took part
 * in it; and that act has a hash over all that is kept of its rows, which comes of them again.
 * So nobody can take a text away and say that it was erased, nor put another one back.
 */
#include "audit/verify_erasures.h"

#include "audit/report.h"
#include "store/plan.h"

#include "utils/builtins.h"
#include "utils/hsearch.h"

/* clang-format off */

static PvPlan kept_of_texts = {
	"SELECT " PV_ERASURE_COLUMNS " "
	"FROM pointsvault.erasure_data "
	"WHERE vault = $1 "
	"ORDER BY seq",
	"i", NULL};

/* In release 0.1.0 nobody is erased. */
static PvPlan nothing_kept = {"SELECT v.id FROM pointsvault.vault v WHERE v.id = $1 AND false", "i", NULL};

static PvPlan act_row = {
	"SELECT member FROM pointsvault.journal_data WHERE vault = $1 AND seq = $2 AND kind = 107", "il",
	NULL};

/* clang-format on */

/* An erasure, and its rows so far. */
typedef struct Act
{
	int64_t seq;	/* the key: its journal row */
	int64_t member; /* 0: it is no erasure */
	PvErased erased;
} Act;

static void
fail(PvErasures *erasures, int64_t seq, const char *what, const char *expected, const char *found)
{
	pv_failed(&erasures->verify->report, PV_CHECK_DIGEST,
			  psprintf("%s, journal row " INT64_FORMAT, what, seq), expected, found);
}

static void
next_row(PvErasures *erasures)
{
	pv_stream_next(&erasures->rows);
	if (!erasures->rows.ended)
		pv_erasure_read(&erasures->rows.row, &erasures->at);
}

/* Begins before the first row of the journal. */
void
pv_erasures_begin(PvErasures *erasures, PvVerify *verify)
{
	HASHCTL control = {.keysize = sizeof(int64_t),
					   .entrysize = sizeof(Act),
					   .hcxt = CurrentMemoryContext};

	*erasures = (PvErasures){.verify = verify, .sha = pv_sha_open()};
	erasures->acts =
		hash_create("pointsvault erasures", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	pv_stream_open(&erasures->rows, pv_is_release_0_1() ? &nothing_kept : &kept_of_texts,
				   verify->book->vault);
	pv_stream_require(&erasures->rows, &verify->report, PV_CHECK_DIGEST, PV_REQUIRE_FROM(0, 2));
	next_row(erasures);
}

static int64_t
member_of_act(int32_t vault, int64_t seq)
{
	Datum values[2] = {Int32GetDatum(vault), Int64GetDatum(seq)};
	int64_t member = 0;

	if (pv_run(&act_row, values, NULL, true) > 0)
	{
		PvRow row = pv_result_row(0);

		member = pv_row_int(&row, 0);
	}
	SPI_freetuptable(SPI_tuptable);
	return member;
}

static Act *
act_of(PvErasures *erasures, int64_t seq)
{
	bool found;
	Act *act = hash_search(erasures->acts, &seq, HASH_ENTER, &found);

	if (!found)
		*act = (Act){.seq = seq, .member = member_of_act(erasures->verify->book->vault, seq)};
	return act;
}

/* Whether the texts of a row are those of a member, too. */
static bool
takes_part(int64_t member, const PvRow *journal, const PvParty *moved, int nmoved)
{
	bool is_party = member == pv_row_int(journal, PV_JOURNAL_member);

	for (int i = 0; i < nmoved && !is_party; i++)
		is_party =
			moved[i].id == member &&
			(moved[i].role == PV_PAYEE || moved[i].role == PV_HEIR || moved[i].role == PV_SELLER);
	return is_party;
}

/* Rows of the journal that are not there, or were looked at already. */
static void
skip_strays(PvErasures *erasures, bool all)
{
	for (; !erasures->rows.ended && (all || erasures->at.seq < erasures->verify->seq);
		 next_row(erasures))
		fail(erasures, erasures->at.seq, "erasure", "one, of a row", "another");
}

/* What is kept of the texts of the journal row at hand; NULL where they were not erased. */
const PvErasure *
pv_erasures_take(PvErasures *erasures, const PvRow *journal, const PvParty *moved, int nmoved)
{
	int64_t seq = erasures->verify->seq;
	PvErasure *taken;
	Act *act;

	skip_strays(erasures, false);
	if (erasures->rows.ended || erasures->at.seq != seq)
		return NULL;
	taken = palloc(sizeof(PvErasure));
	*taken = erasures->at;
	act = act_of(erasures, taken->erased_by);
	if (taken->erased_by <= seq || act->member == 0 ||
		!takes_part(act->member, journal, moved, nmoved))
		fail(erasures, seq, "erased texts", "an erase_member of who takes part", "none");
	pv_erased_add(&act->erased, erasures->sha, taken, journal);
	next_row(erasures);
	return taken;
}

/* Compares what an erasure says of itself with its rows, which are all before it. */
void
pv_erasures_compare(PvErasures *erasures, const PvRow *journal)
{
	const Act *act = act_of(erasures, erasures->verify->seq);
	char *found = pv_row_text(journal, PV_JOURNAL_note);
	char *expected = pv_erased_note(&act->erased, pv_erased_balances(found));

	if (!found || strcmp(expected, found) != 0)
		fail(erasures, act->seq, "what was erased", expected, found ? found : "none");
}

/* After the last row of the journal. */
void
pv_erasures_end(PvErasures *erasures)
{
	skip_strays(erasures, true);
	pv_stream_close(&erasures->rows);
	pv_sha_close(erasures->sha);
}
