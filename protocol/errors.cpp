// Names, texts, hints and retry flags of all error codes.
// Way of the message: every refusal, from a parser to the agency's problem report, is one of these.
// Pure: constant texts, any thread.
// Spec: docs/errors.md. Tests: unit/protocol/errors_test.cpp.
// Limits: one row for each enumerator, in the order of errors.hpp; the test counts them.
#include "protocol/errors.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace dhow::protocol {

namespace {

struct error_row {
    errc code;
    std::string_view name;
    bool retryable;
    std::string_view text;
    std::string_view hint;
};

constexpr std::array error_rows = std::to_array<error_row>({
    {errc::truncated, "truncated", false, "ends before the value that its length promises",
     "The sender's software is at fault or the link damaged the bytes; nothing to do here."},
    {errc::trailing_bytes, "trailing-bytes", false, "has bytes after its end",
     "The sender's software is at fault; report it to that bureau."},
    {errc::too_long, "too-long", false, "is longer than the format allows",
     "Send less at once, or in several messages."},
    {errc::bad_encoding, "bad-encoding", false, "is not in the one encoding that the format allows",
     "The sender's software is at fault; report it to that bureau."},
    {errc::unknown_critical, "unknown-critical", false,
     "holds a field that must be understood and is not known here",
     "Update this gateway: the sender uses a newer format."},
    {errc::duplicate_field, "duplicate-field", false, "holds a field twice that may stand once",
     "The sender's software is at fault; report it to that bureau."},
    {errc::missing_field, "missing-field", false, "lacks a required field",
     "The sender's software is at fault; report it to that bureau."},
    {errc::out_of_range, "out-of-range", false, "holds a number outside its range",
     "The sender's software is at fault; report it to that bureau."},
    {errc::bad_order, "bad-order", false, "holds elements in the wrong order",
     "The sender's software is at fault; report it to that bureau."},
    {errc::unsupported_version, "unsupported-version", false,
     "has a format version that is not known here",
     "Update this gateway: the sender uses a newer format."},
    {errc::unsupported_suite, "unsupported-suite", false,
     "uses algorithms that this gateway does not have",
     "Update this gateway, or let the sender use suite 1."},
    {errc::bad_text, "bad-text", false, "is not clean UTF-8 text",
     "Remove control and direction-override characters and encode the text as UTF-8."},
    {errc::unknown_key, "unknown-key", true, "key is not in the directory",
     "Fetch the newest directory; if the key is still unknown, ask that bureau."},
    {errc::wrong_key_owner, "wrong-key-owner", false,
     "key belongs to another bureau than the one named",
     "Treat it as an attempt to impersonate and inform both bureaus."},
    {errc::key_not_allowed, "key-not-allowed", false, "key may not be used for this",
     "Check status, purpose and validity of the key with `dhow directory show`."},
    {errc::bad_signature, "bad-signature", false, "signature does not verify",
     "Treat the bytes as forged or damaged; ask the origin to send again."},
    {errc::bad_digest, "bad-digest", false, "bytes do not have the digest that was signed",
     "Treat the bytes as altered or damaged; they are asked for again."},
    {errc::bad_binding, "bad-binding", false, "signed content was made for another header",
     "Treat it as a forwarded copy that was not meant for this bureau and inform the origin."},
    {errc::not_a_recipient, "not-a-recipient", false,
     "no lockbox of this parcel is for this bureau",
     "Ask the origin whether it meant to send to this bureau."},
    {errc::cannot_open, "cannot-open", false, "the parcel cannot be opened",
     "Check with `dhow keys` that the private key for the named key id is present."},
    {errc::bad_padding, "bad-padding", false, "padding is not what the format prescribes",
     "The sender's software is at fault; report it to that bureau."},
    {errc::equivocation, "equivocation", false, "the same message id came with another content",
     "Both copies are kept; inform the origin and the security officer."},
    {errc::protocol_violation, "protocol-violation", true, "the peer broke the link protocol",
     "The peer's software is at fault; the session ends and is dialled again."},
    {errc::credit_exceeded, "credit-exceeded", true, "the peer sent more than it was allowed",
     "The peer's software is at fault; the session ends and is dialled again."},
    {errc::peer_not_pinned, "peer-not-pinned", true,
     "the peer's TLS key is not the one in the directory",
     "Fetch the newest directory; if it persists, somebody else answers at that address."},
    {errc::hello_refused, "hello-refused", true, "the peer's greeting was refused",
     "Read the reason in the peer's log; compare directories and versions."},
    {errc::clone_detected, "clone-detected", false,
     "an older epoch or an older start of a known peer",
     "Find out whether a backup of that gateway is running twice; confirm the restore."},
    {errc::timed_out, "timed-out", true, "no answer in time",
     "Check the bearer; it is tried again by itself."},
    {errc::connection_lost, "connection-lost", true, "the connection broke",
     "Check the bearer; transfers go on from the last stored byte."},
    {errc::connect_failed, "connect-failed", true, "no connection could be made",
     "Check the address and the bearer; it is tried again by itself."},
    {errc::tls_failed, "tls-failed", true, "the TLS handshake failed",
     "Check the link certificates of both sides with `dhow directory show`."},
    {errc::trial_over, "trial-over", false, "the link was tried, and that is over",
     "Nothing to do."},
    {errc::link_idle, "link-idle", false, "nothing was to be carried, and the link closes then",
     "Nothing to do."},
    {errc::have_it, "have-it", false, "is already held", "Nothing to do."},
    {errc::loop, "loop", false, "was handed on by that gateway already",
     "Check the routes: two hubs point at each other."},
    {errc::busy, "busy", true, "the peer is busy",
     "Nothing to do; it is tried again at the time that the peer gave."},
    {errc::no_route, "no-route", true, "no route leads to the recipient",
     "Add a route for the recipient and reload the configuration."},
    {errc::not_allowed, "not-allowed", false, "not allowed by the directory",
     "Check class, size and role of the bureau with `dhow directory show`."},
    {errc::expired, "expired", false, "its time to live has passed",
     "Send it again as a new message if it is still of use."},
    {errc::text_first, "text-first", true, "the text of this attachment is not there yet",
     "Nothing to do; the text goes first, then the attachment."},
    {errc::hop_limit, "hop-limit", false, "went through too many gateways",
     "Check the routes: they lead in a circle or a long way round."},
    {errc::refused_for_ever, "refused-for-ever", false, "the peer refuses it for ever",
     "Read the peer's reason; sending the same again will not help."},
    {errc::cancelled, "cancelled", false, "was cancelled by its origin", "Nothing to do."},
    {errc::full_form_wanted, "full-form-wanted", true, "its short form cannot be rebuilt there",
     "Nothing to do; it goes again in full. If it is frequent, compare the directories."},
    {errc::superseded, "superseded", false, "a newer message of its case is there",
     "Nothing to do; look at the case with `dhow case`."},
    {errc::bad_request, "bad-request", false, "the request is not understood",
     "Compare the request with the interface description."},
    {errc::unauthorised, "unauthorised", false, "not allowed for this user or agency",
     "Ask the administrator for the right, or use the right socket and key."},
    {errc::not_found, "not-found", false, "no such thing",
     "Check the id; it may be of another bureau or beyond its retention."},
    {errc::conflict, "conflict", false, "contradicts what is recorded",
     "Use a new idempotency key for other content; else read the present state first."},
    {errc::quota_exceeded, "quota-exceeded", true, "the quota is used up",
     "Wait until the quota renews, or ask the administrator for more."},
    {errc::unknown_recipient, "unknown-recipient", false, "the recipient is not in the directory",
     "Check the bureau's code; add it to the directory if it is new."},
    {errc::too_large, "too-large", false, "is larger than allowed",
     "Send less, or as several messages."},
    {errc::validation_failed, "validation-failed", false, "a field has a value that is not allowed",
     "Correct the named field and submit again."},
    {errc::store_full, "store-full", true, "no disk space is left for this class",
     "Free disk space; flash messages and receipts still pass until the reserve is used."},
    {errc::store_failed, "store-failed", true, "the store could not write",
     "Check disk and file system; the operation was not done."},
    {errc::store_corrupt, "store-corrupt", false, "the store holds what it cannot hold",
     "Stop the gateway, run `dhow db check`, restore a backup if it says so."},
    {errc::shutting_down, "shutting-down", true, "the gateway is stopping",
     "Submit again when it runs."},
    {errc::keys_locked, "keys-locked", true, "the private keys are not available",
     "Unlock the key store or the service manager's credential."},
    {errc::overloaded, "overloaded", true, "too much is under way", "Submit again after a moment."},
    {errc::internal, "internal", true, "an error inside the gateway",
     "Look into the log and report it."},
});

const error_row& row_of(errc code) {
    const auto found = std::ranges::find(error_rows, code, &error_row::code);
    return found != error_rows.end() ? *found : error_rows.back();
}

class dhow_category final : public boost::system::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "dhow"; }
    [[nodiscard]] std::string message(int value) const override {
        return std::string{text_of(static_cast<errc>(value))};
    }
};

}  // namespace

const boost::system::error_category& error_category() {
    static const dhow_category category;
    return category;
}

boost::system::error_code make_error_code(errc code) {
    return {static_cast<int>(code), error_category()};
}

std::string_view name_of(errc code) { return row_of(code).name; }
std::string_view text_of(errc code) { return row_of(code).text; }
std::string_view hint_of(errc code) { return row_of(code).hint; }
bool is_retryable(errc code) { return row_of(code).retryable; }

errc errc_of(const boost::system::error_code& code) {
    if (code.category() != error_category()) {
        return errc::internal;
    }
    const auto value = static_cast<errc>(code.value());
    return row_of(value).code;
}

}  // namespace dhow::protocol
