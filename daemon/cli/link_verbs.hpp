// The verbs of `dhow link` that have files of their own, and how a suspension is shown.
// Way of the message: the ways that it may take, for operators.
// Not pure: the socket. One thread.
// Spec: docs/man/dhow.1. Tests: unit/cli/link_verbs_test.cpp.
// Limits: none.
#pragma once

#include "daemon/cli/online.hpp"

#include <map>

namespace dhow::cli {

inline constexpr std::string_view suspend_summary =
    "Ends the sessions with a peer, and lets none begin.";
inline constexpr std::string_view resume_summary = "Ends a suspension, and dials.";
inline constexpr std::string_view test_summary = "Tries the ways to a peer, step by step.";
inline constexpr std::string_view quota_summary =
    "Says how many bytes of this month a link has used, by the provider's count.";

int run_link_suspend(arguments args, io& streams);
int run_link_resume(arguments args, io& streams);
int run_link_test(arguments args, io& streams);
int run_link_quota(arguments args, io& streams);

/// What is said of a link that does not carry everything at any time; empty: nothing.
std::string bearer_line(const boost::json::object& link);

/// What is said of each suspended peer.
using suspensions = std::map<std::string, std::string>;
/// Of an object with `peer` and `suspended`.
void note_suspension(suspensions& to, const boost::json::object& one);
/// Below a table; nothing when there is none.
void print_suspensions(io& streams, const suspensions& what);

}  // namespace dhow::cli
