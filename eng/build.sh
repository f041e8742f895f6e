# Sourced by ./bloomery when the program is missing or its sources changed: builds it in Release into artifacts/program.

# One build at a time; whoever waited finds the work done.
lock() {
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$root/artifacts/build.lock"
        flock 9
        return
    fi
    local folder="$root/artifacts/build.lock.d"
    until mkdir "$folder" 2>/dev/null; do
        # The owner may have been killed: its folder is then free to take.
        kill -0 "$(cat "$folder/pid" 2>/dev/null || echo $$)" 2>/dev/null || rm -rf "$folder"
        sleep 0.2
    done
    echo $$ >"$folder/pid"
    trap 'rm -rf "$root/artifacts/build.lock.d"' EXIT
}

unlock() {
    if command -v flock >/dev/null 2>&1; then exec 9>&-; else rm -rf "$root/artifacts/build.lock.d"; trap - EXIT; fi
}

# Compiles to a fresh folder. $1: true to compile ahead of time as well, which starts several times quicker.
publish() {
    rm -rf "$root/artifacts/program.next"
    dotnet publish "$root/src/Bloomery.Cli" -c Release --use-current-runtime --self-contained false \
        -p:PublishReadyToRun="$1" -p:DebugType=None -p:UseSharedCompilation=false \
        --artifacts-path "$root/artifacts/build" -o "$root/artifacts/program.next" \
        -nodeReuse:false -v quiet -clp:ErrorsOnly </dev/null >"$root/artifacts/build.log" 2>&1
}

# Where the ahead-of-time compiler's package cannot be had, the plain build serves.
lacks_crossgen() { grep -qiE 'crossgen|NETSDK1094' "$root/artifacts/build.log"; }

# Runs "$@" in the background and counts its seconds on a terminal.
with_progress() {
    if [ ! -t 2 ]; then "$@" 9>&-; return; fi
    "$@" 9>&- &
    local job=$! start=$SECONDS
    while kill -0 "$job" 2>/dev/null; do
        printf '\rBuilding bloomery in Release: %d s ' "$((SECONDS - start))" >&2
        sleep 0.2
    done
    printf '\r\033[K' >&2
    wait "$job"
}

build_program() {
    mkdir -p "$root/artifacts"
    lock
    # Only what was seen before the build counts as built: an edit during it leads to another.
    local sources
    sources=$(fingerprint)
    if [ "$sources" != "$(cat "$root/artifacts/program/stamp" 2>/dev/null)" ] || [ ! -x "$program" ]; then
        ensure_sdk
        if ! with_progress publish true && ! { lacks_crossgen && with_progress publish false; }; then
            echo "bloomery: the build failed:" >&2
            { grep -E 'error' "$root/artifacts/build.log" || tail -n 20 "$root/artifacts/build.log"; } | sort -u | head -n 20 >&2
            echo "bloomery: the whole log is $root/artifacts/build.log" >&2
            exit 1
        fi
        dotnet_folder >"$root/artifacts/program.next/dotnet-root"
        printf '%s\n' "$sources" >"$root/artifacts/program.next/stamp"
        # A program that still runs keeps its files until the build after this one.
        rm -rf "$root/artifacts/program.previous"
        [ ! -e "$root/artifacts/program" ] || mv "$root/artifacts/program" "$root/artifacts/program.previous"
        mv "$root/artifacts/program.next" "$root/artifacts/program"
    fi
    unlock
}
