# shellcheck shell=bash
# The steps of scripts/demo, in their order. Sourced; uses $root, $dir, $hold, $sabotage, $is_temporary.

tools=$root/scripts/lib
bin=${DHOW_BIN:-$root/build/bin}  # DHOW_BIN: programs that were built elsewhere
declare -A process=()   # bureau or "line" -> process id
line_kbit=6000          # of the line from ZW to the hub: a good satellite link
poor_kbit=128           # of the same line on a bad day
summary=''
more=()                 # what the last steps sent, for the count

title() { printf '\n\033[1m%s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }
note() { printf '  %s\n' "$@"; }
indented() { sed "s|$dir|DIR|g; s/^/  /"; }

# as BUREAU WORD...: the command of that bureau's desk, silently.
as() { DHOW_CONFIG=$dir/$1/dhow.yaml "$bin/dhow" "${@:2}"; }

# show BUREAU WORD...: the same, shown with its output.
show() {
    printf '\n  %s$ dhow %s\n' "$1" "${*:2}" | sed "s|$dir|DIR|g"
    as "$@" 2>&1 | indented
}

# field JSON-EXPRESSION: of the JSON object on standard input, in Python.
field() { python3 -c "import json, sys; it = json.load(sys.stdin); print($1)"; }

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$SECONDS" -lt "$until" ] || die "waited in vain: $what"
        sleep 0.02
    done
}

# state_is PATTERN BUREAU ID: whether all recipients' copies are in such a state.
state_is() {
    as "$2" status "$3" --json 2>/dev/null |
        field "all(one['state'] in '$1'.split() for one in it['recipients'])" | grep -q True
}

is_up() {
    kill -0 "${process[$1]}" 2>/dev/null || die "$1 ended: $(tail -n 3 "$dir/$1/dhowd.log")"
    as "$1" link list --json >/dev/null 2>&1
}

start() {
    "$bin/dhowd" --config "$dir/$1/dhow.yaml" >>"$dir/$1/dhowd.log" 2>&1 &
    process[$1]=$!
    await 20 "$1 to start" is_up "$1"
}

# stop SIGNAL NAME: and waits for its end.
stop() {
    kill -s "$1" "${process[$2]}" 2>/dev/null || true
    { wait "${process[$2]}" || true; } 2>/dev/null
    unset "process[$2]"
}

finish() {
    local code=$? name
    trap - EXIT
    if [ $code -eq 0 ] && [ "$hold" = yes ]; then
        exit 0
    fi
    for name in "${!process[@]}"; do stop TERM "$name"; done
    if [ "$is_temporary" = yes ] && [ $code -eq 0 ]; then
        rm -rf "$dir"
    elif [ $code -ne 0 ]; then
        printf 'demo: FAILED; keys, stores and logs are in %s\n' "$dir" >&2
    fi
    exit $code
}

build() {
    [ -z "${DHOW_BIN:-}" ] || return 0
    title "Building"
    export CCACHE_DIR=${CCACHE_DIR:-$root/build/ccache}
    mkdir -p "$root/build"
    local log=$root/build/demo-build.log
    (cd "$root" && cmake --preset plain && nice -n 5 cmake --build --preset plain --target dhowd dhow) \
        >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "it does not build; see $log"; }
    note "$("$bin/dhow" version)"
}

make_keys_and_directory() {
    title "1. Three bureaus make keys; a signed directory says whose key is whose"
    line_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    python3 "$tools/make_federation.py" --dhow "$bin/dhow" --dir "$dir" --line "ZW=$line_port"
    printf '\n  $ dhow directory show DIR/directory\n'
    "$bin/dhow" directory show "$dir/directory" | indented
}

start_gateways() {
    title "2. Three gateways start; ZW's line to the hub is slowed to $line_kbit kbit/s"
    local hub_port
    hub_port=$(field "it['port']" <"$dir/federation.json")
    python3 "$tools/slow_line.py" "$line_port" "$hub_port" "$line_kbit" &
    process[line]=$!
    await 20 "the line" python3 -c "import socket; socket.create_connection(('127.0.0.1', $line_port))" 2>/dev/null
    for bureau in IPSG MU ZW; do start $bureau; done
    await 20 "the links" links_are_up
    show ZW link list
    show MU link list
}

links_are_up() {
    for bureau in ZW MU; do
        as $bureau link list --json | grep -q '"state":"up"' || return 1
    done
}

write_letters() {
    mkdir -p "$dir/letters" "$dir/taken"
    python3 "$tools/make_photograph.py" "$dir/letters/photograph.png"
    cat >"$dir/letters/hit.txt" <<'END'
SYNTHETIC. Hit at Beitbridge, 14:05 UTC. Traveller Tendai EXAMPLE, born 1988-02-30,
passport ZZ0000000, matches your notice 2026/4711. Photograph follows.
Is your warrant still valid, and may we detain? Answer within 10 minutes, please.
END
    cat >"$dir/letters/diffusion.txt" <<'END'
SYNTHETIC. Diffusion: lorry with plates EXAMPLE-42 wanted for cigarette smuggling.
END
    cat >"$dir/letters/advice.txt" <<'END'
SYNTHETIC. For your information: a fraud with ship chandlers, our case 2026/0815.
END
}

send_hit_confirmation() {
    title "3. ZW sends MU a hit confirmation, with a synthetic photograph, through the hub"
    write_letters
    indented <"$dir/letters/hit.txt"
    hit=$(as ZW send --to MU --kind hit.request --class flash --subject "Confirm 2026/4711" \
        --body "$dir/letters/hit.txt" --attach "$dir/letters/photograph.png")
    printf '\n  ZW$ dhow send --to MU --kind hit.request --class flash --body hit.txt --attach photograph.png\n'
    note "$hit"
    await 20 "the text at MU" text_is_at_mu
    note "" "MU has the text already. The photograph ($(stat -c %s "$dir/letters/photograph.png") bytes) follows in a lower class:"
    show MU inbox list
}

text_is_at_mu() { as MU inbox list --json 2>/dev/null | grep -q "$hit"; }

# bytes_done: what ZW knows to be on the hub's disk, of text and photograph together.
is_half_way() {
    as ZW status "$hit" --json |
        field "it['recipients'][0]['bytes_done'] * 2 > it['recipients'][0]['bytes_total']" | grep -q True
}

kill_hub_half_way() {
    title "4. Half way through the photograph, the hub is killed (SIGKILL)"
    await 60 "half of the photograph" is_half_way
    show ZW status "$hit"
    stop KILL IPSG
    read -r durable total < <(python3 "$tools/store_tools.py" partial "$dir/IPSG/state/dhow.db" "$hit") ||
        die "the photograph was not under way when the hub was killed"
    note "" "The hub's disk holds $durable of the $total sealed bytes of the photograph."
}

look_at_the_hub() {
    title "5. What the dead hub's disk holds of the message above"
    python3 "$tools/store_tools.py" held "$dir/IPSG/state/dhow.db" "$hit" | indented
    note "" "Words of the sender, counted in every byte of the hub's database:"
    python3 "$tools/store_tools.py" search "$dir/IPSG/state/dhow.db" \
        Beitbridge EXAMPLE warrant 2026/4711 photograph.png | tee "$dir/search.txt" | indented
    if grep -qv '^ *0  ' "$dir/search.txt"; then die "the hub can read something"; fi
}

ask_why() {
    title "6. ZW goes on working: a diffusion to two bureaus and a routine letter, with no hub"
    diffusion=$(as ZW send --to MU,IPSG --kind diffusion.circulation --class urgent --body "$dir/letters/diffusion.txt")
    advice=$(as ZW send --to MU --kind message.text --class routine --body "$dir/letters/advice.txt")
    printf '\n  ZW$ dhow send --to MU,IPSG --kind diffusion.circulation --class urgent --body diffusion.txt\n  %s\n' "$diffusion"
    printf '\n  ZW$ dhow send --to MU --kind message.text --class routine --body advice.txt\n  %s\n' "$advice"
    note "" "Both are on ZW's disk. Why have they not gone?"
    await 20 "the dead link to be noticed" link_is_down
    show ZW why "$advice"
}

link_is_down() { ! as ZW link list --json | grep -q '"state":"up"'; }

# first_offset: where ZW's first transfer of the photograph after the restart began.
first_offset() {
    tail -n "+$((log_lines + 1))" "$dir/ZW/dhowd.log" | grep -m 1 "transfer-begins.*$hit, part 1," |
        sed -n 's/.*from byte \([0-9]*\) of.*/\1/p'
}

has_first_offset() { [ -n "$(first_offset)" ]; }

restart_hub() {
    title "7. The hub starts again; the photograph goes on where it was"
    log_lines=$(wc -l <"$dir/ZW/dhowd.log")
    start IPSG
    note "ZW and MU would dial by themselves within seconds; their operators do not wait:"
    show ZW link call ipsg
    show MU link call ipsg
    await 60 "the photograph to go on" has_first_offset
    note "durable at the hub when it was killed: byte $durable" \
        "first byte that ZW sent afterwards:     byte $(first_offset)"
    [ "$(first_offset)" = "$durable" ] || die "bytes were sent twice, or left out"
}

deliver() {
    title "8. All arrives; each addressee's gateway signs a receipt, which comes back to ZW"
    for id in $hit $diffusion $advice; do
        await 60 "receipts for $id" state_is "complete taken" ZW "$id"
        show ZW status "$id"
    done
}

spoil_the_addressee() {
    title "Sabotage: MU's store is spoiled ($sabotage)"
    local verb=$sabotage
    [ "$sabotage" != alter ] || verb=forge
    stop TERM MU
    python3 "$tools/store_tools.py" "$verb" "$dir/MU/state/dhow.db" "$advice"
    start MU
}

# take BUREAU ID: as its agency does; fetched, then acknowledged. A failure is for the count to find.
take() {
    as "$1" inbox get "$2" --out "$dir/taken/$1/$2" >"$dir/take.txt" 2>&1 &&
        as "$1" inbox ack "$2" >>"$dir/take.txt" 2>&1 || indented <"$dir/take.txt"
}

take_everything() {
    title "9. The desks take their messages, and ZW hears of it"
    local taken_at_zw=yes
    take MU "$hit"
    take MU "$diffusion"
    take MU "$advice"
    take IPSG "$diffusion"
    printf '\n  MU$ cat text\n'
    indented <"$dir/taken/MU/$hit/text"
    cmp -s "$dir/letters/photograph.png" "$dir/taken/MU/$hit/1-photograph.png" ||
        note "MU's photograph differs from ZW's"
    [ -n "$sabotage" ] || for id in $hit $diffusion $advice; do
        await 60 "the receipts of the desks" state_is taken ZW "$id"
    done
    show ZW status "$hit"
}

# write_document NAME ABOUT: a document of the demo, as a letter.
write_document() { python3 "$tools/demo_documents.py" "$1" ${2:+"$2"} >"$dir/letters/$1.json"; }

# send_document BUREAU NAME WORD...: one that was written; prints its id.
send_document() {
    local file=$dir/letters/$2.json
    as "$1" send --kind "$(sed -n 's/^ "kind": "\(.*\)",$/\1/p' "$file")" --media-type application/json \
        --body "$file" "${@:3}"
}

is_at() { as "$1" inbox list --all --json 2>/dev/null | grep -q "$2"; }

# waits_for KIND: whether ZW has a clock for an answer of that kind, in that state if it is named.
waits_for() { as ZW clocks --json | grep "\"answer\":\"$1\"" | grep -q "${2:-}"; }

# also_count ID ORIGIN RECIPIENTS [FILE]: one message more for the count; its desks take it.
also_count() {
    local bureau
    for bureau in ${3//,/ }; do
        await 20 "$1 at $bureau" is_at "$bureau" "$1"
        take "$bureau" "$1"
    done
    more+=(--message "$1=$2:$3:${4}")
}

ask_and_answer() {
    title "10. A hit has clocks: ZW asks MU whether its notice still holds"
    local found asked answered outcome
    write_document hit-notification
    found=$(send_document ZW hit-notification --to MU,IPSG)
    write_document hit-request "$found"
    asked=$(send_document ZW hit-request --to MU)
    printf '\n  ZW$ dhow send --to MU --kind hit.request --media-type application/json --body hit-request.json\n'
    note "$asked"
    await 20 "the end receipt of MU" waits_for hit.reply unanswered
    note "" "MU has it, and its gateway signed that. No answer is no yes: the clock runs. Ten minutes are" \
        "what this gateway is set to, and no rule of INTERPOL."
    show ZW clocks
    show MU show "$asked"
    write_document hit-reply "$asked"
    answered=$(send_document MU hit-reply --to ZW)
    await 20 "the reply" is_at ZW "$answered"
    note ""
    show ZW show "$answered" | grep -E 'dhow|Status|Identity|Instructions|confirms nothing'
    note "" "The request is answered. What is still owed is the outcome, within a day:"
    show ZW clocks
    write_document hit-outcome "$found"
    outcome=$(send_document ZW hit-outcome --to MU,IPSG)
    ! waits_for hit.outcome || die "a clock runs on after the outcome"
    note "" "ZW says what became of it, and no clock runs any more."
    also_count "$found" ZW MU,IPSG hit-notification.json
    also_count "$asked" ZW MU hit-request.json
    also_count "$answered" MU ZW hit-reply.json
    also_count "$outcome" ZW MU,IPSG hit-outcome.json
}

cut_line() {
    stop TERM line
    await 20 "ZW to notice" link_is_down
}

# run_line KBIT: ZW's line again, at that rate.
run_line() {
    python3 "$tools/slow_line.py" "$line_port" "$(field "it['port']" <"$dir/federation.json")" "$1" &
    process[line]=$!
    await 20 "the line" python3 -c "import socket; socket.create_connection(('127.0.0.1', $line_port))" 2>/dev/null
    as ZW link call ipsg >/dev/null
    await 30 "the links" links_are_up
}

# came_before FIRST SECOND: into ZW's inbox.
came_before() { as ZW inbox list --all --json | grep -oE "$1|$2" | head -n 1 | grep -q "$1"; }

overtake_a_notice() {
    title "11. ZW's line fails. When it is back, at $poor_kbit kbit/s, a cancellation overtakes its notice"
    local letters=() number end
    cut_line
    for number in 1 2 3; do
        { printf 'SYNTHETIC. Letter %s.\n' "$number" && od -An -tx1 -N 20000 /dev/urandom; } >"$dir/letters/long-$number.txt"
        letters+=("$(as IPSG send --to ZW --kind message.text --class routine --body "$dir/letters/long-$number.txt")")
    done
    write_document publication
    publication=$(send_document IPSG publication --to ZW)
    note "Three long letters of IPSG wait for ZW, and behind them its notice 2026/815:"
    show IPSG status "$publication"
    write_document cancellation "$publication"
    end=$(send_document IPSG cancellation --to ZW)
    note "" "The person came home; IPSG cancels the notice. The line is back:" "$end"
    run_line "$poor_kbit"
    await 60 "the cancellation" is_at ZW "$end"
    show ZW inbox list
    for number in 1 2 3; do
        await 60 "letter $number" is_at ZW "${letters[number - 1]}"
        came_before "$end" "${letters[number - 1]}" || die "the cancellation waited behind a letter"
    done
    note "" "The letters came later. The notice did not leave, and ZW knows that it must not:"
    show IPSG status "$publication"
    show ZW case 2026/815
    ! is_at ZW "$publication" || die "the notice came after its cancellation"
    for number in 1 2 3; do
        also_count "${letters[number - 1]}" IPSG ZW "long-$number.txt"
    done
    also_count "$end" IPSG ZW cancellation.json
    cut_line
    run_line "$line_kbit"
}

# A hub that has turned bad: it flips one bit of a parcel in its custody and makes the checksum good.
refuse_a_forgery() {
    title "12. A bad hub alters a parcel in its custody; MU refuses it"
    stop TERM MU
    forged=$(as ZW send --to MU --kind hit.reply --class urgent --body "$dir/letters/hit.txt")
    await 20 "the hub to take custody" state_is relayed ZW "$forged"
    stop TERM IPSG
    python3 "$tools/store_tools.py" forge "$dir/IPSG/state/dhow.db" "$forged"
    start IPSG
    start MU
    await 60 "the refusal" is_refused
    show ZW why "$forged"
    ! as MU inbox list --all --json | grep -q "$forged" || die "MU accepted a forged parcel"
    note "" "MU's inbox does not hold it."
}

is_refused() { ! state_is relayed ZW "$forged"; }

verify_evidence() {
    title "13. Evidence for a third party: signed files, openssl, and a root certificate had elsewhere"
    show ZW evidence export "$hit" --out "$dir/evidence"
    # The verifier's own copy of the root certificate: from the signer, not from the export.
    mkdir "$dir/verifier"
    cp "$dir/root/directory-certificate.pem" "$dir/verifier/signers.pem"
    printf '\n  $ sh verify.sh signers.pem 1      # it runs openssl, and nothing of Dhow\n'
    verify evidence signers.pem || die "the evidence does not verify"
    [ "$(grep -c 'receipt-.* signed by MU' "$dir/verify.txt")" -gt 0 ] || die "no receipt of MU was verified"
    note "" "The same check of a copy with one bit of a receipt flipped:"
    cp -r "$dir/evidence" "$dir/altered"
    python3 "$tools/store_tools.py" flip "$dir/altered/receipt-1.cms" 0
    ! verify altered signers.pem || die "altered evidence was accepted"
    note "" "And of the export against somebody else's root certificate:"
    "$bin/dhow" keys root --signer mallory --out "$dir/mallory" >/dev/null
    cp "$dir/mallory/directory-certificate.pem" "$dir/verifier/mallory.pem"
    ! verify evidence mallory.pem || die "a stranger's root certificate was accepted"
}

# verify FOLDER CERTIFICATE: shows what the script says; its exit code.
verify() {
    local code=0
    sh "$dir/$1/verify.sh" "$dir/verifier/$2" 1 >"$dir/verify.txt" 2>&1 || code=$?
    indented <"$dir/verify.txt"
    return $code
}

count_everything() {
    title "14. Counting: the three stores, joined by message id"
    note "The stores say which messages there are; an id that was not sent, or that its origin" \
        "does not have, would fail the demo. So would the altered one, had anybody got it." ""
    local bureau
    for bureau in ZW IPSG MU; do
        as $bureau db backup "$dir/$bureau/copy.db" >/dev/null
    done
    python3 "$tools/join_stores.py" --letters "$dir/letters" --taken "$dir/taken" \
        --message "$hit=ZW:MU:hit.txt,photograph.png" \
        --message "$diffusion=ZW:MU,IPSG:diffusion.txt" --message "$advice=ZW:MU:advice.txt" \
        "${more[@]}" --recalled "$publication=IPSG:ZW" \
        --refused "$forged=ZW:MU" \
        "ZW=$dir/ZW/copy.db" "IPSG=$dir/IPSG/copy.db" "MU=$dir/MU/copy.db" >"$dir/count.txt" || true
    sed '$d' "$dir/count.txt"
    summary=$(tail -n 1 "$dir/count.txt" | field "'%d messages, %d delivered once, %d lost' % (
        it['messages'], it['delivered_once'], it['lost'])")
    note ""
    tail -n 1 "$dir/count.txt" | field "it['ok'] and it['refused'] == 1 and it['recalled'] == 1" | grep -q True ||
        { printf 'demo: NOT ok, %s\n' "$summary"; exit 1; }
    [ "$hold" = yes ] || printf 'demo: ok, %s\n' "$summary"
}

say_what_to_try() {
    title "The gateways run on; try"
    note "export PATH=$bin:\$PATH DHOW_CONFIG=$dir/ZW/dhow.yaml" \
        "dhow send --to MU --kind hit.request --class flash --body $dir/letters/hit.txt --wait 60s" \
        "dhow link list" "dhow queue" \
        "dhow inbox list --config $dir/MU/dhow.yaml" \
        "dhow link list --config $dir/IPSG/dhow.yaml" \
        "kill ${process[*]}      # ends it all"
    printf '\ndemo: ok, %s\n' "$summary"
}
