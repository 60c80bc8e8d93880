// Counts the bytes that request bodies may take on one server, so that clients together cannot fill
// memory.
// Way of the message: asked by connection before a body is read.
// Pure: values. Net thread.
// Spec: docs/agency-api.md#limits. Tests: unit/api/json_input_test.cpp.
// Limits: http_memory_bytes_max in all, half of it for one caller.
#pragma once

#include "protocol/ensure.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace dhow::http {

class memory_budget {
public:
    explicit memory_budget(std::size_t bytes_max) : bytes_max_{bytes_max} {}

    /// False when that is more than is left, or than one owner may hold.
    bool take(const std::string& owner, std::size_t bytes) {
        const auto found = by_owner_.find(owner);
        const std::size_t held = found == by_owner_.end() ? 0 : found->second;
        if (bytes > bytes_max_ - taken_ || held + bytes > bytes_max_ / 2) {
            return false;
        }
        taken_ += bytes;
        by_owner_[owner] += bytes;
        return true;
    }

    void give_back(const std::string& owner, std::size_t bytes) {
        const auto found = by_owner_.find(owner);
        DHOW_ENSURE(found != by_owner_.end() && found->second >= bytes && taken_ >= bytes);
        taken_ -= bytes;
        found->second -= bytes;
        if (found->second == 0) {
            by_owner_.erase(found);
        }
    }

    [[nodiscard]] std::size_t taken() const { return taken_; }

private:
    std::size_t bytes_max_;
    std::size_t taken_ = 0;
    std::map<std::string, std::size_t> by_owner_;
};

/// What one request has taken; gives it back at its end.
class memory_share {
public:
    memory_share() = default;
    memory_share(const memory_share&) = delete;
    memory_share& operator=(const memory_share&) = delete;
    ~memory_share() { release(); }

    bool take(memory_budget& budget, const std::string& owner, std::size_t bytes) {
        release();
        if (!budget.take(owner, bytes)) {
            return false;
        }
        budget_ = &budget;
        owner_ = owner;
        bytes_ = bytes;
        return true;
    }

    void release() {
        if (budget_ != nullptr) {
            budget_->give_back(owner_, bytes_);
            budget_ = nullptr;
        }
    }

private:
    memory_budget* budget_ = nullptr;
    std::string owner_;
    std::size_t bytes_ = 0;
};

}  // namespace dhow::http
