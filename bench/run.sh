#!/bin/bash
#
# run.sh: all there is to measure, each figure beside its baseline in the same run.
# Installs what it needs, builds once and then runs sales.sh, queue.sh, cycle.sh, commission.sh, release.sh, seal.sh and,
# unless time is short, growth.sh, each on a server of its own; docs/performance.md
# gets the figures.
#
# Environment: SIZE and REPORT as in lib.sh, and what is said in each of the scripts.

set -euo pipefail

PROJECT=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/common.sh
. "$PROJECT/scripts/common.sh"
# shellcheck source=bench/lib.sh
. "$PROJECT/bench/lib.sh"

option PARTS 'sales queue cycle commission release seal' 'sales queue cycle commission release seal growth' 'sales queue cycle commission release seal growth'

open_run_dir
prepare_bench
# the children's servers have other users than root
! is_root || chown postgres "$RUN_DIR"
for part in $PARTS; do "$BENCH/$part.sh"; done
