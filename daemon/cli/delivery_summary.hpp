// What the states of all recipients come to, for --wait and its exit codes.
// Way of the message: status of the daemon -> [delivery_summary] -> exit code.
// Pure: values, any thread.
// Spec: docs/man/dhow.1, EXIT STATUS. Tests: unit/cli/exit_codes_test.cpp.
// Limits: none.
#pragma once

#include "daemon/cli/exit_codes.hpp"

#include <boost/json/object.hpp>

#include <cstddef>

namespace dhow::cli {

struct delivery_summary {
    std::size_t recipients = 0;
    std::size_t delivered = 0;   ///< delivered, complete, taken, answered.
    std::size_t failed = 0;      ///< expired, cancelled, refused, undeliverable, rejected.

    /// Nothing can change the exit code any more.
    [[nodiscard]] bool is_settled() const {
        return recipients > 0 && delivered + failed == recipients;
    }
};

/// Of an answer to GET /v1/messages/{id}.
delivery_summary summarise(const boost::json::object& status);
/// done, not_delivered_yet, partly_delivered or failed.
exit_code exit_of(const delivery_summary& summary);

}  // namespace dhow::cli
