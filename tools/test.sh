#!/bin/sh
# Every test under coverage, then the gates: 90 % of all branches, 100 % in the rooms that decide what may be done.
# Three workers for two processors: what holds control to real deadlines runs in one lane, what waits for a line in
# another, and all else in what these two leave; what goes over lines that other tests have measured runs unmeasured
# (tests/lanes.py says which).
# The tables go to out/coverage.txt; pytest's own summary line is repeated at the end, where it is looked for.
set -eu
cd "$(dirname "$0")/.."
mkdir -p out
bin=.venv/bin

# The tests start some 200 processes of ours. Where bytecode may not be kept, each compiles all its sources anew.
unset PYTHONDONTWRITEBYTECODE

# Thousands of tests keep a record, and a record syncs each row: in memory that takes no time. Nothing is proved by how
# long a disk takes; what it may lose is proved from the calls themselves (tests/proofs/kill). A disk in memory that is
# small or may run no programs, as in some containers, is left alone. What a failed test leaves goes to out/failed.
part=$#
rm -rf out/failed
room=$(mktemp -d /dev/shm/nt.XXXX 2>/dev/null) || room=
if [ -n "$room" ]; then
    trap 'rm -rf "$room"' EXIT
    trap 'exit 130' INT TERM
    chmod 755 "$room" # some tests read as another user, and their folders are in it
    cp /bin/true "$room/true"
    if [ "$(df -Pm "$room" | awk 'END {print $4}')" -ge 1500 ] && "$room/true" 2>/dev/null; then
        export TMPDIR="$room"
        set -- --basetemp="$room/t" -o tmp_path_retention_policy=failed "$@"
    fi
fi

"$bin/coverage" erase
# A pipe to tee would hide pytest's exit code from sh, so the code travels through a file. The gates come below.
{
    code=0
    "$bin/python" -m pytest -n 3 --dist loadscope --cov --cov-report= --cov-fail-under=0 "$@" 2>&1 || code=$?
    echo "$code" >out/pytest.exit
} | tee out/pytest.txt
if [ "$(cat out/pytest.exit)" -ne 0 ]; then
    [ ! -d "$room/t" ] || mv "$room/t" out/failed
    exit 1
fi

if [ "$part" -gt 0 ]; then
    echo "coverage: not judged, because only a part was run"
    exit 0
fi

failed=0
"$bin/coverage" report >out/coverage.txt 2>&1 || failed=1
"$bin/coverage" report --include='kiosk/protocols/*,kiosk/session/*' --fail-under=100 >out/coverage-core.txt 2>&1 || failed=1
if [ $failed -ne 0 ]; then
    cat out/coverage.txt out/coverage-core.txt
    echo "coverage: too low (90 % overall, 100 % in kiosk/protocols and kiosk/session; tests/lanes.py says what is measured)"
    exit 1
fi
echo "coverage: $(awk '/^TOTAL/ {print $NF}' out/coverage.txt) overall, $(awk '/^TOTAL/ {print $NF}' out/coverage-core.txt) in kiosk/protocols and kiosk/session (out/coverage.txt)"
tail -n 1 out/pytest.txt
