#!/bin/bash
#
# demo.sh [ORDERS.csv[.gz]]: shows the extension at work on a server of its own,
# which is gone afterwards.  Installs what it needs on Debian.  Fails where rows of the
# file were lost that could have been booked.
#
# How the file is to be read, where it does not say it itself: COLUMNS, STATUSES, DATES,
# DECIMALS, AMOUNTS, CURRENCY and ENCODING, as docs/orders.md says.

# at first, as bash itself sets COLUMNS to a terminal's width after a command
shopt -u checkwinsize
export ORDER_COLUMNS=${COLUMNS-}
unset COLUMNS

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
DEMO=$PROJECT/demo
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"

heading() {
	printf '\n%s\n%s\n\n' "$1" "${1//?/-}"
}

# Before anything is installed: a name mistyped should not cost minutes.
choose_orders() {
	local public=$PROJECT/../shared/data/cdnow.csv.gz

	if [ -n "$1" ]; then
		ORDERS=$1 ORIGIN="your file $1"
	elif [ -f "$public" ]; then
		ORDERS=$public ORIGIN='CDNOW, the orders of an online record shop'
	else
		ORDERS=$DEMO/orders.csv ORIGIN='a small generated sample, demo/orders.csv'
	fi
	[ -f "$ORDERS" ] || fail "there is no such file: $ORDERS"
	[ -r "$ORDERS" ] || fail "this file may not be read: $ORDERS"
}

prepare() {
	choose_postgres
	install_packages "$(postgres_packages)
make — to build the extension
gcc — to build the extension
libc6-dev — to build the extension
libtext-csv-xs-perl — to read orders from CSV"
	find_pg_config
	say "Building and installing pointsvault for PostgreSQL $PG_MAJOR"
	build_and_install
	say 'Starting a server of its own, on a private socket'
	# shellcheck disable=SC2119  # with no settings of our own
	start_cluster
	sql -c 'CREATE EXTENSION pointsvault'
}

show_wine_mall() {
	heading '1  A wine mall: a hundred buyers of 100 each'
	sql -f "$DEMO/wine_mall.sql"
}

# Said before anything is booked: how the file is read.
read_orders() {
	local today

	# the day of a vault's own time zone, which may be ahead of this machine's
	today=$(sql -At -c "SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date")
	mkdir "$RUN_DIR/orders"
	perl "$DEMO/read_orders.pl" "$ORDERS" "$today" "$RUN_DIR/orders"
	say
}

load_orders() {
	sql -v currency="$(cat "$RUN_DIR/orders/currency")" -f "$DEMO/load_orders.sql"
	VAULT=$(sql -At -c "SELECT pointsvault.vault_id('orders')")
	sql -c 'COPY demo.order_event FROM STDIN' <"$RUN_DIR/orders/events"
	sql -c 'COPY demo.order_row FROM STDIN' <"$RUN_DIR/orders/rows"
}

has_orders() {
	[ "$(sql -At -c 'SELECT EXISTS (SELECT FROM demo.order_event)')" = t ]
}

book_orders() {
	heading "2  Orders: $ORIGIN"
	read_orders
	load_orders
	if has_orders; then
		sql -c "CALL demo.book_orders($VAULT)" 2>&1 | sed -u 's/^INFO: */  /'
		say
	fi
	sql -f "$DEMO/left_out.sql"
	has_orders || fail "no row of $ORDERS could be booked"
}

fail_if_lost() {
	local lost

	lost=$(sql -At -c 'SELECT count(*) FROM demo.order_row WHERE lost')
	[ "$lost" = 0 ] || fail "$lost of what $ORDERS has could have been booked and was not; see 'lost' above"
}

show_vault() {
	heading '3  The vault after these orders'
	sql -v vault="$VAULT" -f "$DEMO/status.sql"
	say 'The price of a point over the events of the journal:'
	say
	sql -v vault="$VAULT" -f "$DEMO/price_chart.sql"
	say
	sql -f "$DEMO/check_postings.sql"
}

main() {
	choose_orders "${1:-}"
	open_run_dir
	prepare
	show_wine_mall
	book_orders
	show_vault
	heading 'To go on'
	say 'README.md shows how a shop calls the vault; make demo ORDERS=your.csv books your own orders.'
	fail_if_lost
}

main "$@"
