# pointsvault: a points vault and ledger inside the shop's own database
#
#   make && make install           as any PGXS extension; PG_CONFIG=... for another server
#   make installcheck              pg_regress and isolation tests against a running server
#   make tidy                      the house rules that need no build, see scripts/tidy
#   make check                     everything, on a cluster of its own, packages included
#   make check-sanitized           the same with assertions and sanitizers, server included
#   make check-crash               kill -9 under load 200 times, and 20 promotions: nothing told of is lost
#   make matrix                    the same on every PostgreSQL from 14 to 18 that can be had
#   make demo [ORDERS=file.csv]    see it work, on a cluster of its own; how a file is read: docs/orders.md
#   make bench [SIZE=full]         measure it beside its baselines, into docs/performance.md
#   make bench-ab BEFORE=... AFTER=...
#                                  measure two builds beside each other: commits, or directories
#
# The two goals that prepare a fresh machine must not need what they install, so
# they are kept apart from PGXS, which is there only once PostgreSQL's server
# headers are.

EXTENSION = pointsvault
EXTVERSION = 0.2.0
# The release before: its script is kept, and the upgrade from it is made of both.
OLDVERSION = 0.1.0

OWN_GOALS = check check-crash check-sanitized matrix demo bench bench-sales bench-queue bench-cycle bench-growth bench-commission bench-release bench-seal \
	bench-queries bench-ab unit tidy format

ifneq (,$(filter $(OWN_GOALS),$(MAKECMDGOALS)))

.PHONY: $(OWN_GOALS)

check:
	scripts/check.sh

check-crash:
	TESTS=tap PROVE_TESTS='test/t/260*.pl' EARLY_CRASHES=200 EARLY_PROMOTIONS=20 scripts/check.sh

check-sanitized:
	scripts/check-sanitized.sh

matrix:
	scripts/matrix.sh

demo:
	scripts/demo.sh "$(ORDERS)"

bench:
	bench/run.sh

bench-sales:
	bench/sales.sh

bench-queue:
	bench/queue.sh

bench-cycle:
	bench/cycle.sh

bench-commission:
	bench/commission.sh

bench-release:
	bench/release.sh

bench-seal:
	bench/seal.sh

bench-queries:
	bench/queries.sh

bench-growth:
	bench/growth.sh

bench-ab:
	bench/ab.sh "$(BEFORE)" "$(AFTER)"

unit:
	$(MAKE) -C test/unit check

tidy:
	scripts/tidy

format:
	clang-format -i src/*.[ch] src/*/*.[ch] test/unit/*.[ch] bench/paired/*.[ch]

else

MODULE_big = pointsvault
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))
INSTALL_SQL = sql/$(EXTENSION)--$(EXTVERSION).sql
UPGRADE_SQL = sql/$(EXTENSION)--$(OLDVERSION)--$(EXTVERSION).sql
UPGRADE_STEPS := $(wildcard sql/steps/$(OLDVERSION)--$(EXTVERSION).sql)
DATA_built = $(INSTALL_SQL) $(UPGRADE_SQL)
DATA := $(filter-out $(DATA_built),$(wildcard sql/$(EXTENSION)--*.sql))
DOCS := $(wildcard docs/*.md)
EXTRA_CLEAN = $(OBJS:.o=.d)

# -Wno-...: what PostgreSQL's own headers and calling convention run into
PG_CFLAGS = -std=gnu99 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers \
	-Wno-declaration-after-statement -MMD -MP
PG_CPPFLAGS = -I$(srcdir)/src

REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --outputdir=. --load-extension=$(EXTENSION)
ISOLATION = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test --outputdir=. --load-extension=$(EXTENSION)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)

# A server built with LLVM has bitcode made beside the library, by tools that need
# not be here.
server_has = $(shell sed -n 's/^$(1) *= *//p' "$(dir $(PGXS))../Makefile.global")
ifeq (,$(and $(shell command -v $(call server_has,CLANG)),$(shell command -v $(call server_has,LLVM_BINPATH)/llvm-lto)))
override with_llvm = no
endif

include $(PGXS)

$(INSTALL_SQL): $(sort $(wildcard sql/parts/*.sql))
	cat $^ > $@

$(UPGRADE_SQL): sql/$(EXTENSION)--$(OLDVERSION).sql $(INSTALL_SQL) $(UPGRADE_STEPS) scripts/upgrade.awk
	awk -f scripts/upgrade.awk $(filter %.sql,$^) > $@.part && mv $@.part $@

# The engine knows no server: it finds none of its headers.
src/engine/%.o src/engine/%.bc: override CPPFLAGS = -I$(srcdir)/src

# A changed header has what includes it made anew, bitcode too.
-include $(OBJS:.o=.d)
$(OBJS:.o=.bc): %.bc: %.o

endif
