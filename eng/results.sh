# Sourced by ./test: adds up what a run of `dotnet test` wrote, from its .trx file and its exit code.

attribute() { sed -n "s/.*<Counters[^>]* $1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1; }

# awk: plain text from a piece of XML.
unescape='function text(s) { gsub(/&#xD;/, "", s); gsub(/&#xA;/, "\n", s); gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&quot;/, "\"", s); gsub(/&apos;|&#39;/, "\047", s); gsub(/&amp;/, "\\&", s); return s }
    function element(name) { if (!match($0, "<" name ">[^<]*")) return ""; return text(substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2)) }
    function outcome(   tag) { tag = substr($0, 1, index($0, ">")); sub(/.* outcome="/, "", tag); sub(/".*/, "", tag); return tag }
    BEGIN { RS = "<UnitTestResult " }'

# The failed tests of a .trx file: name, message and the first lines of the stack, ready to read.
describe_failures() {
    awk -v run="$1" "$unescape"'
        function show(s, limit,   lines, n, i) { n = split(s, lines, "\n"); for (i = 1; i <= n && i <= limit; i++) if (lines[i] ~ /[^ ]/) print "    " lines[i]; if (n > limit) print "    ..." }
        NR > 1 && outcome() == "Failed" {
            name = $0; sub(/.*testName="/, "", name); sub(/".*/, "", name)
            print "[" run "] " text(name)
            show(element("Message"), 12)
            show(element("StackTrace"), 4)
        }' "$2"
}

# add_results NAME EXIT_CODE: a run that crashed, hung or executed nothing counts as one failure of its own.
add_results() {
    local name=$1 code=$2 trx="$results/$1.trx" total= run_passed= run_failed= problem=
    if [ -s "$trx" ]; then
        total=$(attribute total "$trx") run_passed=$(attribute passed "$trx")
        run_failed=$(($(attribute failed "$trx") + $(attribute error "$trx") + $(attribute timeout "$trx") + $(attribute aborted "$trx")))
    fi
    if [ -z "$total" ] || [ -z "$run_passed" ]; then
        problem="wrote no results (exit code $code$([ "$code" -ne 124 ] || echo ', ran longer than 15 minutes'))"
        run_passed=0 run_failed=0 total=0
    elif [ "$((run_passed + run_failed))" -eq 0 ] && ! $quick; then
        problem="executed no test (exit code $code)"
    elif [ "$code" -ne 0 ] && [ "$run_failed" -eq 0 ]; then
        problem="ended with exit code $code although no test failed"
    fi
    local run_skipped=$((total - run_passed - run_failed))
    [ "$run_skipped" -ge 0 ] || run_skipped=0
    echo "$run_passed passed, $run_failed failed, $run_skipped skipped"
    [ "$run_failed" -eq 0 ] || describe_failures "$name" "$trx" >>"$results/failures.txt"
    if [ -n "$problem" ]; then
        run_failed=$((run_failed + 1))
        { echo "[$name] $problem; the end of its output:"; tail -n 25 "$results/$name.log" | sed 's/^/    /'; } >>"$results/failures.txt"
    fi
    if [ "$run_skipped" -gt 0 ]; then
        # A skipped test says why; the same reason is told once.
        awk "$unescape"'
            NR > 1 && outcome() == "NotExecuted" { reason = element("StdOut"); if (reason == "") reason = element("Message"); n[reason]++ }
            END { for (reason in n) print "  skipped " n[reason] ": " reason }' "$trx" | head -n 10
    fi
    passed=$((passed + run_passed)) failed=$((failed + run_failed)) skipped=$((skipped + run_skipped))
}
