// What goes wrong, as an HTTP status and a problem report (RFC 9457) that people and programs can
// use.
// Way of the message: every refusal to an agency or operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#errors. Tests: unit/api/endpoints_test.cpp.
// Limits: none.
#include "daemon/http/problem.hpp"

#include <boost/json.hpp>

namespace dhow::http {

namespace json = boost::json;

unsigned status_of(errc code) {
    switch (code) {
        case errc::bad_request: return 400;
        case errc::unauthorised: return 403;
        case errc::not_found: return 404;
        case errc::conflict: return 409;
        case errc::quota_exceeded: return 429;
        case errc::too_large:
        case errc::too_long: return 413;
        case errc::unknown_recipient:
        case errc::validation_failed:
        case errc::not_allowed:
        case errc::no_route:
        case errc::refused_for_ever:
        case errc::hop_limit: return 422;
        case errc::expired:
        case errc::cancelled:
        case errc::have_it:
        case errc::text_first: return 409;
        case errc::timed_out: return 408;
        case errc::store_full: return 507;
        case errc::shutting_down:
        case errc::keys_locked:
        case errc::overloaded:
        case errc::busy: return 503;
        default: break;
    }
    // Below 100 stand the faults of a byte string: here that is what the client sent.
    return static_cast<unsigned>(code) < 100 ? 400 : 500;
}

problem make_problem(errc code, std::string detail) {
    problem out;
    out.status = status_of(code);
    out.code = protocol::name_of(code);
    out.title = protocol::text_of(code);
    out.detail = std::move(detail);
    out.retryable = protocol::is_retryable(code);
    out.hint = protocol::hint_of(code);
    if (out.status == 503) {
        out.retry_after = std::chrono::seconds{1};
    }
    return out;
}

problem make_problem(const route::response::problem& from_core) {
    problem out = make_problem(from_core.code, from_core.detail);
    if (from_core.retry_after) {
        out.retry_after = from_core.retry_after;
    }
    return out;
}

std::string to_json(const problem& value) {
    json::object out;
    out["type"] = "urn:dhow:problem:" + value.code;
    out["title"] = value.title;
    out["status"] = value.status;
    out["code"] = value.code;
    if (!value.detail.empty()) {
        out["detail"] = value.detail;
    }
    out["retryable"] = value.retryable;
    if (!value.hint.empty()) {
        out["hint"] = value.hint;
    }
    if (value.retry_after) {
        out["retry_after"] = value.retry_after->count();
    }
    return json::serialize(out);
}

std::string_view reason_of(unsigned status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 400: return "Bad Request";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 413: return "Content Too Large";
        case 416: return "Range Not Satisfiable";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 503: return "Service Unavailable";
        case 505: return "HTTP Version Not Supported";
        case 507: return "Insufficient Storage";
        default: return "Unknown";
    }
}

}  // namespace dhow::http
