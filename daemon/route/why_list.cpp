// The closed list of causes, with what to do about each.
// Way of the message: beside it.
// Pure: constants.
// Spec: docs/operations.md#causes has the same list; tests compare them. Tests:
// unit/route/why_test.cpp.
// Limits: codes are stable: scripts and translations use them.
#include "daemon/route/why.hpp"

#include <array>

namespace dhow::route {

namespace {
constexpr std::string_view look_at_peer =
    "Ask the peer's operator whether its gateway runs and is reachable; `dhow link list` has the "
    "error.";

constexpr std::array causes{
    // On its way from here
    cause_kind{"queued-behind", "the link is up and others go first, in the order of their classes",
               ""},
    cause_kind{"sending", "it is being sent", ""},
    cause_kind{"in-doubt", "all was sent, and the link broke before the answer", look_at_peer},
    cause_kind{"link-connecting", "the link is being set up", ""},
    cause_kind{"link-waiting", "the link is down and will be dialled",
               "It is dialled by itself; `dhow link call LINK` dials now."},
    cause_kind{"link-connect-failed", "the peer's address does not answer", look_at_peer},
    cause_kind{
        "link-tls-failed", "TLS with the peer fails",
        "Compare certificates and clocks of both sides; `dhow directory show` has the peer's key."},
    cause_kind{
        "link-wrong-key", "the peer shows another key than the directory says",
        "Ask the peer by telephone. Its directory entry is old, or somebody stands in between."},
    cause_kind{"link-hello-refused", "the peer's greeting was refused",
               "Compare directories and versions of both gateways."},
    cause_kind{"link-lost", "the link broke", look_at_peer},
    cause_kind{
        "link-silent", "the link is up, and nothing is heard from the peer any more",
        "It is used again when something is heard, and dialled meanwhile where we may; `dhow "
        "link call LINK` dials now. If it lasts, look at the modem and ask the provider."},
    cause_kind{"peer-must-call", "only the peer can set up this link, and it has not",
               look_at_peer},
    cause_kind{"outside-window", "no window of the link is open for its class and size",
               "It goes when one opens; `windows:` of the link says when that is."},
    cause_kind{"quota-used-up", "the link's bytes of this month are used, and its class waits",
               "Compare with the provider; `dhow link quota LINK --used SIZE` corrects the count."},
    cause_kind{"not-on-this-link", "the link does not carry its class",
               "Change `classes:` of the link, or add another link."},
    cause_kind{"cheaper-link-first", "its class waits for a cheaper link before it uses this one",
               "`dearer_after` of the class says for how long; `dhow link list` has the error of "
               "the cheaper link."},
    cause_kind{"link-below-confidentiality", "the link may not carry what is so confidential",
               "It goes when a link that may is up; `confidentiality:` of the links says which."},
    cause_kind{"no-link-for-confidentiality", "no link to the next hop may carry it",
               "Allow a link by its `confidentiality:`, or add one that may; then reload."},
    cause_kind{"by-courier", "the peer is reached by courier alone",
               "`dhow courier export --to PEER` takes it along."},
    cause_kind{"no-link", "no link to the next hop is configured",
               "Add a link, or change the route; `dhow route explain --to BUREAU` shows it."},
    cause_kind{"no-route", "no route leads to the recipient",
               "Add a route and reload; `dhow route explain --to BUREAU` shows what is tried."},
    cause_kind{"peer-suspended", "an operator has suspended the peer",
               "`dhow link resume PEER` when the reason is gone."},
    cause_kind{"peer-revoked", "the directory does not let us speak to the peer",
               "Choose another route; ask the directory's authority."},
    cause_kind{"peer-clone-refused", "the peer's store is older than it was, or is a copy",
               "Its operator must say which installation is the real one."},
    cause_kind{"held-by-operator", "an operator holds it", "`dhow release` lets it go."},
    cause_kind{"peer-busy", "the peer takes no more at present", ""},
    cause_kind{"peer-disk-full", "the peer's disk is full", "Its operator must make room."},
    cause_kind{"peer-defers", "the peer asks to be tried later", ""},
    cause_kind{"waiting-for-text", "an attachment goes when the peer has the text", ""},
    cause_kind{"waiting-for-attachment", "bytes of an attachment have not arrived here", ""},
    cause_kind{"object-damaged", "its bytes on our disk are damaged",
               "Run `dhow db check`; restore from a backup, or have it submitted again."},
    // With others
    cause_kind{"relayed-waiting-receipt",
               "the next hop has it; the addressee's receipt has not come", ""},
    cause_kind{"sent-again", "no receipt came in time, so it was sent again", ""},
    cause_kind{"handed-on", "the next hop has custody; we have none any more", ""},
    cause_kind{"delivered-attachments-open",
               "the addressee has the text, attachments are still open", ""},
    cause_kind{"delivered-waiting-agency",
               "the addressee has all of it; no agency there has taken it",
               "Call the addressee's duty desk if it is pressing."},
    cause_kind{"taken", "an agency of the addressee has taken it", ""},
    cause_kind{"expiring", "its time is over; the notice of non-delivery is being made", ""},
    cause_kind{"expired", "it was not delivered within its time to live",
               "Submit it again if it still matters."},
    cause_kind{"expired-unconfirmed", "its time is over, and whether it arrived is not known yet",
               "Wait for the peer's answer, or ask the addressee."},
    cause_kind{"cancelled", "it was cancelled before delivery", ""},
    cause_kind{"refused-by-peer", "the next hop does not take it for this recipient",
               "See the code; `dhow send-again` tries another way."},
    cause_kind{"refused-by-addressee", "the addressee's gateway could not accept it",
               "See the code; both operators compare directories and keys."},
    cause_kind{"rejected-by-agency", "an agency of the addressee has rejected it",
               "Ask that agency; its name stands in the receipt."},
    cause_kind{"undeliverable", "no gateway on the way knows how to reach the recipient",
               "Ask the hub's operator for its routes."},
    // Clocks
    cause_kind{"arrival-overdue", "it should have arrived by now, and the desk was told",
               "See the other causes for what keeps it; the telephone is faster."},
    cause_kind{"answer-awaited", "an answer is waited for", ""},
    cause_kind{"answer-overdue", "it has arrived, and the answer is late",
               "Call the bureau's duty desk. Silence confirms nothing."},
    cause_kind{"papers-awaited", "papers have to follow it", ""},
    cause_kind{"papers-overdue", "papers that have to follow it are late",
               "Ask the authority that keeps the person."},
    // Inbound
    cause_kind{"received-not-opened", "it is stored here and will be opened", ""},
    cause_kind{"offered-to-agency", "it waits in the inbox", "The agency takes or rejects it."},
    cause_kind{"no-agency-for-confidentiality", "no agency may have what is so confidential",
               "Let an agency of its rules, or the duty desk, have it by `confidentiality:`, and "
               "reload."},
    cause_kind{"quarantined",
               "it could not be opened, or differs from what came before; it is set aside",
               "See the log's alarm; ask the origin to send it again."},
    // The gateway as a whole
    cause_kind{"clock-doubtful", "our clock is not to be trusted, so nothing expires",
               "Set the clock, or restore network time."},
    cause_kind{"directory-stale", "our directory is old; it is used and flagged",
               "Bring a newer directory and reload."},
    cause_kind{"disk-low", "our disk is short of space",
               "Make room on the file system of the store, or give it a larger one."},
    cause_kind{"stopping", "our gateway is stopping", ""},
};
}  // namespace

std::span<const cause_kind> all_causes() { return causes; }

}  // namespace dhow::route
