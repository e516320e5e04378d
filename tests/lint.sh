#!/bin/bash
# What can be judged without running the product: layers, the seed map, the manual, shell scripts, loose ends.
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2
failed=0

holds() {
    local sentence=$1 said
    shift
    if said=$("$@" 2>&1) && [ -z "$said" ]; then
        echo "ok - $sentence"
    else
        printf 'not ok - %s\n%s\n' "$sentence" "$said"
        failed=1
    fi
}

# Everything that a clone holds or the next commit may add; without git, all but what is built.
files() {
    git ls-files --cached --others --exclude-standard 2>/dev/null ||
        find . \( -name build -o -name .git \) -prune -o -type f -print | sed 's|^\./||'
}

scripts() {
    files | while read -r path; do
        case $path in *.sh) echo "$path" ;; tests/data/*) ;; *) head -c 20 "$path" | grep -aqE '^#!.*sh' && echo "$path" ;; esac
    done
}

# The classes keep this file from finding itself.
loose_ends() {
    files | grep -v '^tests/data/' | xargs -d '\n' grep -nIE '[.][.]/shared|\b(TO[D]O|FIX[M]E)\b' && return 1
    return 0
}

# Commands, options and variables of which the manual says nothing.
not_in_manual() {
    local words
    words=$(sed -nE "s/^ *\{ \"([a-z-]+)\", (OPTION_[A-Z_]+|'.'), .*/Fl -\1/p
                     s/^ *\{ \"([a-z]+)\", [a-z]+_main,.*/Cm \1/p
                     s/.*SETTING\([a-z_]+, \"(WEIR_[A-Z_]+)\"\).*/\1/p" admin/*.c lib/base/config_settings.c)
    [ "$(wc -l <<<"$words")" -gt 20 ] || echo "their tables are not found any more"
    while read -r word; do
        grep -qwF -- "$word" docs/weir.1 || echo "docs/weir.1 does not name $word"
    done <<<"$words"
}

not_executable() {
    scripts | while read -r path; do
        [ -x "$path" ] || [ "$(head -c 2 "$path")" != '#!' ] || echo "$path is not executable"
    done
}

holds "no include and no call breaks the layers" tests/layers.sh
holds "every rule of the layers can fail" tests/layers.sh --self-test
holds "the seed map names nothing that is not there" tests/seed-map.sh
holds "the manual names every command, option and variable" not_in_manual
holds "no file points outside the project or leaves work for later" loose_ends
holds "every script can be run" not_executable
if command -v shellcheck >/dev/null; then
    mapfile -t all < <(scripts)
    holds "shellcheck finds nothing in the scripts" shellcheck --exclude=SC2317 "${all[@]}"
else
    echo "not ok # SKIP shellcheck is not installed"
fi
exit $failed
