# What the tests in shell begin with: a directory of their own, and how they say what
# they found.

project=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

# ok WHAT HOLDS: HOLDS is yes where it is so; what else there is to say comes by the input
ok() {
	count=$((count + 1))
	if [ "$2" = yes ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		sed 's/^/# /'
	fi
}

# is WHAT FOUND EXPECTED
is() {
	ok "$1" "$([ "$2" = "$3" ] && echo yes)" <<-END
		found:
		$2
		expected:
		$3
	END
}
