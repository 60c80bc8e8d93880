// The closed list of what can go wrong with input, peers and store: text, hint, retry flag.
// Way of the message: every refusal, from a parser to the agency's problem report, is one of these.
// Pure: values and constant texts, any thread.
// Spec: docs/errors.md. Tests: unit/protocol/errors_test.cpp.
// Limits: codes travel as 16-bit numbers in REFUSE and receipts; numbers are never reused.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <string_view>

namespace dhow::protocol {

enum class errc : std::uint16_t {
    // 1-99: a byte string that is not what it should be
    truncated = 1,         ///< Ends before the value that its length promises.
    trailing_bytes = 2,    ///< Bytes after the end.
    too_long = 3,          ///< A length above the bound in limits.hpp.
    bad_encoding = 4,      ///< Not the one allowed encoding of the value.
    unknown_critical = 5,  ///< A field that must be understood and is not.
    duplicate_field = 6,   ///< A field that may stand once stands twice.
    missing_field = 7,     ///< A required field is absent.
    out_of_range = 8,      ///< A number outside its range.
    bad_order = 9,         ///< Elements not in the prescribed order.
    unsupported_version = 10,
    unsupported_suite = 11,
    bad_text = 12,  ///< Not UTF-8, or control or bidirectional-override characters.
    // 100-199: cryptographic refusals
    unknown_key = 100,      ///< Signer or recipient key is not in the directory.
    wrong_key_owner = 101,  ///< The key belongs to another bureau than the header names.
    key_not_allowed = 102,  ///< The key's purpose or status does not allow this use.
    bad_signature = 103,
    bad_digest = 104,       ///< Bytes do not have the digest that was signed.
    bad_binding = 105,      ///< The signed content was made for another header.
    not_a_recipient = 106,  ///< No lockbox for us, or it is not in the tree.
    cannot_open = 107,      ///< Unwrapping or decryption failed. One code for all causes.
    bad_padding = 108,
    equivocation = 109,  ///< Same id, other content.
    // 200-299: link protocol
    protocol_violation = 200,
    credit_exceeded = 201,
    peer_not_pinned = 202,  ///< The TLS key is not the directory's key of that peer.
    hello_refused = 203,
    clone_detected = 204,  ///< Another instance or an older epoch of a known peer.
    timed_out = 205,
    connection_lost = 206,
    connect_failed = 207,
    tls_failed = 208,
    trial_over = 209,  ///< A session that was only to show that it can be had.
    link_idle = 210,   ///< Nothing was to be carried, and the link closes then.
    // 300-399: answers to an OFFER
    have_it = 300,
    loop = 301,  ///< This gateway handed the same attempt on already.
    busy = 302,  ///< Try again after the time that is given.
    no_route = 303,
    not_allowed = 304,  ///< Class, size or role not allowed by the directory.
    expired = 305,
    text_first = 306,  ///< An attachment whose message is not here yet.
    hop_limit = 307,
    refused_for_ever = 308,
    cancelled = 309,
    full_form_wanted = 310,  ///< Its short form cannot be rebuilt here.
    superseded = 311,        ///< A newer message of its case is there.
    // 400-499: agencies and operators
    bad_request = 400,
    unauthorised = 401,
    not_found = 404,
    conflict = 409,  ///< An idempotency key used again with other content; a state that moved on.
    quota_exceeded = 429,
    unknown_recipient = 430,
    too_large = 431,
    validation_failed = 432,
    // 500-599: this gateway
    store_full = 500,
    store_failed = 501,
    store_corrupt = 502,
    shutting_down = 503,
    keys_locked = 504,
    overloaded = 505,
    internal = 599,
};

const boost::system::error_category& error_category();
boost::system::error_code make_error_code(errc code);

/// Stable machine name, e.g. `bad-signature`.
std::string_view name_of(errc code);
/// What happened, in one clause without a full stop.
std::string_view text_of(errc code);
/// What to do next, in one sentence.
std::string_view hint_of(errc code);
/// Whether the same attempt can succeed later.
bool is_retryable(errc code);
/// The errc of a code of our category, `internal` for any other.
errc errc_of(const boost::system::error_code& code);

template <class T>
using result = boost::system::result<T>;

}  // namespace dhow::protocol

template <>
struct boost::system::is_error_code_enum<dhow::protocol::errc> : std::true_type {};
