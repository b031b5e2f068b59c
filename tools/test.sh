#!/bin/sh
# Every test under coverage, then the gates: 90 % of all branches, 100 % in the rooms that decide what may be done.
# Two workers: what holds control to real deadlines runs in one lane, all else beside it; what goes over lines that other
# tests have measured runs unmeasured (tests/lanes.py says which).
# The tables go to out/coverage.txt; pytest's own summary line is repeated at the end, where it is looked for.
set -eu
cd "$(dirname "$0")/.."
mkdir -p out
bin=.venv/bin

"$bin/coverage" erase
# A pipe to tee would hide pytest's exit code from sh, so the code travels through a file. The gates come below.
{
    code=0
    "$bin/python" -m pytest -n 2 --dist loadscope --cov --cov-report= --cov-fail-under=0 "$@" 2>&1 || code=$?
    echo "$code" >out/pytest.exit
} | tee out/pytest.txt
[ "$(cat out/pytest.exit)" -eq 0 ] || exit 1

if [ $# -gt 0 ]; then
    echo "coverage: not judged, because only a part was run ($*)"
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
