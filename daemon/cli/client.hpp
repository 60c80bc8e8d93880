// Speaks HTTP with the daemon over its Unix socket, one request at a time, blocking.
// Way of the message: a verb of `dhow` -> [client] -> connection of the daemon.
// Not pure: sockets, files. One thread.
// Spec: docs/agency-api.md. Tests: system.
// Limits: replies in memory up to reply_bytes_max; attachments are streamed.
#pragma once

#include "protocol/limits.hpp"

#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

namespace dhow::cli {

struct client_reply {
    unsigned status = 0;
    std::string content_type;
    std::string body;
    [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

/// Called now and then with the bytes that are through.
using progress = std::function<void(std::uint64_t bytes)>;

class client {
public:
    /// Nothing, and why, when nobody answers there.
    static std::optional<client> connect(const std::string& socket_path, std::string& why);
    client(client&&) noexcept;
    client& operator=(client&&) noexcept;
    ~client();

    // Each gives nothing when the connection broke; why() says what happened.
    std::optional<client_reply> get(const std::string& target);
    std::optional<client_reply> remove(const std::string& target);
    /// With an empty body none is sent. `idempotency_key` may be empty.
    std::optional<client_reply> post(const std::string& target, const std::string& json,
                                     const std::string& idempotency_key = {});
    /// Sends exactly `bytes` of `from`.
    std::optional<client_reply> upload(const std::string& target, const std::string& media_type,
                                       std::istream& from, std::uint64_t bytes,
                                       const progress& report);
    /// The body of a good reply goes to `to`; of another it stays in the reply.
    std::optional<client_reply> download(const std::string& target, std::ostream& to,
                                         const progress& report);
    [[nodiscard]] const std::string& why() const;

private:
    struct state;
    explicit client(std::unique_ptr<state> with);
    std::unique_ptr<state> state_;
};

}  // namespace dhow::cli
