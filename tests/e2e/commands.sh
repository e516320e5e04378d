#!/bin/bash
# Every command of `weir`, as a person meets it: what it does, what it says, and how it ends.
# shellcheck source=tests/support/sentences.sh
. "$(dirname "$0")/../support/sentences.sh"

mode_is() { [ "$(stat -c %a "$2")" = "$1" ]; }
lacks() { ! grep -qE -- "$1" "$2"; }
empty() { [ ! -s "$1" ]; }

events() { [ "$(weir account show main | sed -n 's/^events *//p')" = "$1" ]; }

patiently() {
    for _ in $(seq 200); do
        "$@" && return
        sleep 0.1
    done
}

# Before there is anything.
ends 64 "weir without a command is wrong usage" weir
ends 0 "weir --help lists the commands" weir --help
for command in init account migrate backup restore doctor event contact render version; do
    says "  $command is in the list" "^  $command "
    ends 0 "weir $command --help describes it" weir "$command" --help
    [ $command = version ] || says "  by the words of how it is used" "^Usage: weir $command"
    weir --help >"$work/out"
done
ends 0 "weir help CMD is CMD --help" weir help backup
says "  and says its name" "^Usage: weir backup"
ends 0 "weir --version tells the version" weir --version
says "  as a number" "^weir [0-9]+\.[0-9]+"
ends 64 "an unknown command is wrong usage" weir nothing
complains "  and names it" 'no command "nothing"'
ends 64 "an unknown option is wrong usage" weir account list --nothing
ends 64 "an unknown subcommand is wrong usage" weir account nothing
ends 64 "a missing argument is wrong usage" weir backup
ends 78 "without a state directory nothing opens" weir event main -
complains "  and the message says what to do" "weir init"
ends 69 "doctor finds that nothing is there" weir doctor
echo "colour = blue" >"$work/bad.ini"
ends 78 "an unknown setting is a fault of configuration" weir account list --config "$work/bad.ini"
complains "  named with file and line" "bad.ini"

# init
ends 65 "init refuses an owner without an address" weir init --owner nobody
holds "  and leaves no account behind" empty <(weir account list --quiet)
ends 0 "init makes everything" weir init --name "The Main" --time-zone Europe/Berlin --currency EUR --owner ann@example.com
says "  prints the first admin key" "weir_main_[A-Za-z0-9]{8}_[A-Za-z0-9]{38}"
says "  and what to keep" "weir backup main"
key=$(grep -oE 'weir_main_[A-Za-z0-9_]+' "$work/out")
holds "  the state directory is for nobody else" mode_is 700 "$WEIR_STATE_DIR"
holds "  the master key is only to be read" mode_is 400 "$WEIR_MASTER_KEY"
holds "  the key is in no file" lacks "$key" <(grep -ra . "$WEIR_STATE_DIR")
cp "$WEIR_MASTER_KEY" "$work/key.copy"
ends 73 "a second init changes nothing" weir init --owner bob@example.com
complains "  and says so" "main exists already"
holds "  nor does it print a key" lacks weir_main_ "$work/out"
holds "  the master key is the same" cmp "$WEIR_MASTER_KEY" "$work/key.copy"
ends 0 "init makes a second account" weir init --slug second --json
holds "  in JSON" is_json
[ "$(value slug)" = second ]; verdict $? "  that names it"
value api_key | grep -qE '^weir_second_'; verdict $? "  with its key"
ends 65 "init refuses an unknown time zone" weir init --slug third --time-zone Mars/Base
complains "  and names it" "Mars/Base"
ends 65 "init refuses a bad slug" weir init --slug Third_Account
ends 0 "init --quiet prints the key alone" weir init --slug third --quiet
[ "$(wc -l <"$work/out")" = 1 ]; verdict $? "  on one line"
mv "$WEIR_MASTER_KEY" "$work/keys/away"
ends 78 "init makes no new master key where accounts need an old one" weir init --slug fourth
complains "  and says what is missing" "put the file back"
mv "$work/keys/away" "$WEIR_MASTER_KEY"

# account
ends 0 "account list shows all" weir account list
[ "$(cut -d' ' -f1 "$work/out" | tr '\n' ' ')" = "main second third " ]; verdict $? "  in order"
ends 0 "account list in JSON" weir account list --json
holds "  is JSON" is_json
ends 0 "account show tells what is in one" weir account show main --json
holds "  in JSON" is_json
[ "$(value users)$(value api_keys)$(value time_zone)" = 11Europe/Berlin ]; verdict $? "  its owner, its key, its zone"
ends 66 "account show of an unknown one finds nothing" weir account show nobody
ends 0 "account create makes one" weir account create agency --currency USD --quiet
ends 73 "  but not twice" weir account create agency
ends 0 "account rename gives it another name" weir account rename agency client
ends 66 "  the old name is gone" weir account show agency
ends 0 "  the new one is there" weir account show client
ends 73 "account rename does not take another's name" weir account rename client main
ends 65 "account rename refuses a bad name" weir account rename client UPPER
ends 66 "account rename of an unknown one finds nothing" weir account rename nobody other
ends 64 "account rename needs two names" weir account rename client

# event
line() {
    printf '{"id":"%s","event":"%s","at":"2026-03-0%dT09:30:00Z","funnel":"webinar","visitor":"v%s"%s}\n' "$1" "$2" "$3" "$1" "$4"
}
registration=',"page":"reg","page_kind":"registration","email":"carl@example.com","first_name":"Carl","phone":"+491701234567"'
{
    line 1 registration 1 "$registration"
    line 2 page_viewed 2 ',"page":"watch","page_kind":"watch"'
    printf '\n   \n'
    printf '%s' "$(line 3 page_viewed 3 ',"page":"watch","page_kind":"watch"')"
} >"$work/good.ndjson"
ends 0 "event stores the lines of a file" weir event main "$work/good.ndjson"
says "  blank ones skipped, the last without a newline" "stored 3, known before 0, refused 0"
ends 0 "event stores nothing twice" weir event main "$work/good.ndjson" --json
holds "  and says so in JSON" is_json
[ "$(value stored)/$(value known_before)" = 0/3 ]; verdict $? "  by numbers"
{
    line 4 page_viewed 4 ',"page":"watch","page_kind":"watch"'
    echo 'not json'
    echo '{"event":"page_viewed"}'
    echo '{"event":"page_viewed","at":"2026-03-04T09:30:00Z","colour":"blue"}'
    line 1 purchase_completed 1 ''
    head -c 70000 /dev/zero | tr '\0' x
    echo
    line 5 page_viewed 5 ',"page":"watch","page_kind":"watch"'
} >"$work/bad.ndjson"
ends 65 "event stores the good lines among bad ones" weir event main "$work/bad.ndjson" --errors "$work/errors"
says "  and counts both" "stored 2, known before 0, refused 5"
complains "  naming line and fault" "bad.ndjson:2: "
complains "  and the unknown field" "bad.ndjson:4: .*colour"
complains "  and the id that is taken" "bad.ndjson:5: id: another event"
complains "  and the line that is too long" "bad.ndjson:6: .*64 KiB"
[ "$(cut -d: -f2 "$work/errors" | tr '\n' ' ')" = "2 3 4 5 6 " ]; verdict $? "  all of them in the file of errors"
holds "  which only its owner reads" mode_is 600 "$work/errors"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do echo bad; done >"$work/twelve.ndjson"
ends 65 "event shows ten refused lines" weir event main "$work/twelve.ndjson"
[ "$(grep -c 'twelve.ndjson:' "$work/err")" = 10 ]; verdict $? "  and not more"
complains "  but says how to see all" "--errors"
from_stdin() { printf '%s\n' "$(line 6 page_viewed 6 '')" | weir event main - --group 1; }
ends 0 "event reads standard input" from_stdin
says "  and stores it" "stored 1,"
line 7 page_viewed 7 ',"page":"new","page_kind":"other"' >"$work/new.ndjson"
ends 65 "event --no-create refuses a page that is not known" weir event main "$work/new.ndjson" --no-create
ends 0 "  which is made without it" weir event main "$work/new.ndjson"
# Lines that lie across the borders of any buffer, one that is larger than all of them; each names itself.
awk 'BEGIN { pad = sprintf("%999s", ""); for (i = 1; i <= 9000; i++)
             if (i == 5000) { for (n = 0; n < 5500; n++) printf "%s", pad; print "" }
             else printf "{\"line%d\":\"%s\"}\n", i, substr(pad, 1, i % 997) }' >"$work/long.ndjson"
ends 65 "event keeps lines apart in a large file" weir event main "$work/long.ndjson" --errors "$work/errors"
says "  and misses none" "stored 0, known before 0, refused 9000"
awk -F: '$2 != NR || (NR != 5000 && $3 != " line" NR) { exit 1 } END { exit NR != 9000 }' "$work/errors"; verdict $? "  nor mixes two"
gate=$(weir account show main | sed -n 's/^directory *//p')/gate
another_writer() { exec 9<"$gate" && flock -x 9 && touch "$work/closed" && sleep 30 9<&-; }
overtaken() {
    mkfifo "$work/pipe"
    weir event main "$work/pipe" &
    local reader=$! writer
    exec 8>"$work/pipe"
    line 21 page_viewed 1 '' >&8
    patiently events 8
    another_writer >/dev/null 2>&1 8>&- &
    writer=$!
    patiently test -e "$work/closed"
    line 22 page_viewed 1 '' >&8
    exec 8>&-
    wait "$reader"
    local code=$?
    kill "$writer"
    return "$code"
}
ends 75 "event stops when another writer never ends" overtaken
says "  what came before is stored" "stored 1, known before 0, refused 0"
complains "  the line that was not is named" "pipe:2: could not be stored: another writer held"
complains "  and the remedy" "run the command again"
ends 66 "event of a missing file finds nothing" weir event main "$work/none.ndjson"
ends 66 "event into an unknown account finds nothing" weir event nobody "$work/good.ndjson"
ends 64 "event refuses an origin that is none" weir event main "$work/good.ndjson" --origin nowhere
ends 64 "event refuses a group of none" weir event main "$work/good.ndjson" --group 0

# contact
ends 0 "contact show finds a person by e-mail" weir contact show main Carl@Example.com --json
holds "  in JSON" is_json
says "  with names in clear" '"first_name": "Carl"'
id=$(value contact_id)
ends 0 "contact show finds the same by number" weir contact show main "$id"
says "  for people, too" "Carl"
ends 66 "contact show of a stranger finds nothing" weir contact show main nobody@example.com
ends 66 "contact show of a number that is none finds nothing" weir contact show main 1x
ends 64 "contact show needs an account and a person" weir contact show main
if command -v sqlite3 >/dev/null; then
    database=$(weir account show main | sed -n 's/^directory *//p')/weir.db
    sqlite3 "$database" "SELECT action, object FROM audit" >"$work/out"
    says "  and who looked is in the audit" "contact.show\|contact:$id"
fi

# backup and restore
ends 0 "backup writes into the folder of backups" weir backup main --json
holds "  and says where in JSON" is_json
backup=$(value file)
holds "  for its owner only" mode_is 600 "$backup"
ends 0 "backup --to writes where it is told" weir backup main --to "$work/copy.db"
ends 73 "  but not over a file" weir backup main --to "$work/copy.db"
ends 66 "backup of an unknown account finds nothing" weir backup nobody
line 8 page_viewed 8 '' | weir event main - --quiet
ends 0 "restore brings the account back to its backup" weir restore main "$backup"
says "  tells what is in the file" "holds the account main .The Main., schema [0-9]+, 8 events, the newest 20"
undo=$(sed -n 's/.*To undo: weir restore main //p' "$work/out")
holds "  and the later event is gone" events 8
holds "  the contact is still readable" weir contact show main carl@example.com
ends 0 "the printed command undoes it" weir restore main "$undo" --json
holds "  in JSON" is_json
holds "  and the later event is back" events 9
ends 65 "restore refuses another account's backup" weir restore second "$backup"
complains "  and says whose it is" "another account .main."
ends 0 "  unless forced" weir restore second "$backup" --force
ends 0 "  and then it is that account's content under this name" weir contact show second carl@example.com
undo=$(find "$WEIR_STATE_DIR/backups" -name 'before-restore-*' -newer "$backup" -path "*$(weir account show second | sed -n 's/^uuid *//p')*")
ends 0 "  which can be undone" weir restore second "$undo"
ends 66 "  the stranger is gone again" weir contact show second carl@example.com
ends 66 "restore of a missing file finds nothing" weir restore main "$work/none.db"
head -c 5000 /dev/urandom >"$work/noise.db"
chmod 600 "$work/noise.db"
ends 65 "restore refuses what is no database" weir restore main "$work/noise.db"
rm -rf "$work/lost"
mkdir "$work/lost"
lost_machine() { WEIR_STATE_DIR=$work/lost/state weir "$@"; }
ends 0 "restore makes an account from a backup on a new machine" lost_machine restore main "$backup"
ends 0 "  that opens with the master key" lost_machine contact show main carl@example.com
ends 73 "  and is not made twice under another name" lost_machine restore again "$backup"

# migrate
ends 0 "migrate finds nothing to do" weir migrate
says "  for each account" "^main: schema [0-9]+, nothing to do"
ends 0 "migrate of one account in JSON" weir migrate main --json
holds "  is JSON" is_json
ends 66 "migrate of an unknown account finds nothing" weir migrate nobody
if command -v sqlite3 >/dev/null; then
    database=$(weir account show third | sed -n 's/^directory *//p')/weir.db
    sqlite3 "$database" "PRAGMA user_version = 999"
    ends 69 "migrate refuses a schema that is newer than the program" weir migrate third
    complains "  and says what to do" "install the newer Weir"
    ends 69 "an account with another schema does not open" weir event third "$work/good.ndjson"
    ends 69 "doctor finds it" weir doctor
    says "  and names it" "^fail +third +schema 999"
    sqlite3 "$database" "PRAGMA user_version = $(weir account show main | sed -n 's/^schema *//p')"
fi

# doctor
for account in main second third client; do weir backup $account --quiet >/dev/null; done
ends 0 "doctor finds all well" weir doctor
holds "  nothing fails" lacks '^fail' "$work/out"
says "  the SQLite is looked at" "^ok +SQLite"
says "  and the audit chain" "^ok +main +audit chain of [0-9]+ rows"
ends 0 "doctor in JSON" weir doctor --json
holds "  is JSON" is_json
chmod 777 "$WEIR_STATE_DIR/accounts"
ends 69 "doctor fails on a directory that others can write" weir doctor
says "  names it and the remedy" "^fail .*accounts is open to others .*doctor --fix"
ends 78 "  and no account opens meanwhile" weir event main "$work/good.ndjson"
ends 0 "doctor --fix mends it" weir doctor --fix
says "  and says so" "accounts .mended: 0700, was 0777"
holds "  for good" mode_is 700 "$WEIR_STATE_DIR/accounts"
rm "$WEIR_STATE_DIR/slugs/client"
echo 00000000-0000-7000-8000-000000000000 >"$WEIR_STATE_DIR/slugs/stale"
ends 69 "doctor finds an account that nothing leads to" weir doctor
says "  and the file that leads nowhere" "^warn .*slugs/stale leads to no account"
ends 0 "doctor --fix mends both" weir doctor --fix
ends 0 "  the account is found again" weir account show client
holds "  the stale file is gone" test ! -e "$WEIR_STATE_DIR/slugs/stale"
chmod 644 "$WEIR_MASTER_KEY"
ends 69 "doctor fails on a master key that others can read" weir doctor
ends 78 "  and no account opens meanwhile" weir event main "$work/good.ndjson"
ends 0 "doctor --fix mends it" weir doctor --fix
ends 0 "doctor is quiet when asked" weir doctor --quiet
holds "  about what is well" lacks '^ok' "$work/out"
chmod 500 "$WEIR_STATE_DIR/accounts"
ends 69 "doctor fails on a folder that is closed to its owner" weir doctor
says "  and says so" "is closed to its owner"
ends 0 "doctor --fix opens it" weir doctor --fix
ends 64 "account create refuses a second name" weir account create sixth --slug seventh
if command -v sqlite3 >/dev/null; then
    database=$(weir account show client | sed -n 's/^directory *//p')/weir.db
    sqlite3 "$database" "DROP TRIGGER audit_keep_update; UPDATE audit SET actor = 'cli:somebody' WHERE id = 1"
    ends 69 "doctor finds an edited row of the audit" weir doctor
    says "  and names it" "^fail +client +audit row 1 is not as it was written"
fi
# Ctrl-C in the middle: the group in hand is stored, the command says so, and the rest follows at the next start.
ends 0 "an account for a long import is made" weir account create long
awk 'BEGIN { for (i = 1; i <= 80000; i++)
    printf "{\"id\":\"l%d\",\"event\":\"page_viewed\",\"at\":\"2026-03-04T09:30:00Z\",\"visitor\":\"l%d\"}\n", i, i }' >"$work/lengthy.ndjson"
stopped_early() {
    "$BUILD/bin/weir" event long "$work/lengthy.ndjson" --group 16 &
    sleep 0.4
    kill -TERM $!
    wait $!
}
ends 75 "an import that is interrupted stops" stopped_early
complains "  and says where, and what to do" "stopped behind line [0-9]+; start it again"
early=$(sed -n 's/^stored \([0-9]*\),.*/\1/p' "$work/out")
ends 0 "  and goes on when it is started again" weir event long "$work/lengthy.ndjson"
says "  with exactly the rest" "stored $((80000 - early)), known before $early, refused 0"
finish
