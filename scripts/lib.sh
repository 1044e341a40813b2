# shellcheck shell=bash
# Shared by the scripts beside it, which source it first; not to be run.
# Goes to the project's root, whatever the folder the caller was in.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The oldest Swift whose package manager reads Package.swift.
readonly OLDEST_SWIFT=6.1

# say TEXT: progress and remarks go to standard error; standard output is for results.
say() {
    printf '%s\n' "$*" >&2
}

# die TEXT: says what is wrong and ends with 1.
die() {
    say "$(basename "$0"): $*"
    exit 1
}

# swift_complaint: prints what is wrong with the Swift in PATH; prints nothing where all is well.
swift_complaint() {
    local install='https://www.swift.org/install/linux has it'
    if ! command -v swift >/dev/null; then
        printf 'Swift %s or newer is needed and there is no swift in PATH; %s\n' "$OLDEST_SWIFT" "$install"
        return
    fi
    local answer
    if ! answer=$(swift --version 2>&1); then
        printf '%s does not run: %s\n' "$(command -v swift)" "${answer%%$'\n'*}"
        return
    fi
    if ! [[ $answer =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]]; then
        printf '%s does not tell its version, Swift %s or newer is needed; %s\n' \
            "$(command -v swift)" "$OLDEST_SWIFT" "$install"
        return
    fi
    local major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
    if ((major < ${OLDEST_SWIFT%.*} || (major == ${OLDEST_SWIFT%.*} && minor < ${OLDEST_SWIFT#*.}))); then
        printf 'Swift %s or newer is needed, %s is %s.%s; %s\n' \
            "$OLDEST_SWIFT" "$(command -v swift)" "$major" "$minor" "$install"
    fi
}

# swift_sources: the folders and files that hold Swift, one a line.
swift_sources() {
    local place
    for place in Package.swift Sources Tests Benchmarks examples; do
        if [[ -e $place ]]; then
            printf '%s\n' "$place"
        fi
    done
}

# first_summary FILE: the sentence that the most urgent finding of a file of JSON lines ends with, as it stands in the data.
first_summary() {
    sed -n '1s/.*"context_summary":"\([^"\\]*\)".*/\1/p' "$1"
}
