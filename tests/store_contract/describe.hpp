// Replies and results as text, every member of every row, so that two stores can be compared by
// eye.
#pragma once

#include "daemon/store/operations.hpp"

#include <string>

namespace dhow::tests {

/// Sizes and times of measure, progress of back_up are left out: they differ between stores.
std::string describe(const dhow::store::reply& what);
/// `detail` is left out.
std::string describe(const dhow::store::transaction_result& what);

}  // namespace dhow::tests
