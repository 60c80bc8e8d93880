// The paths of handover: an agency's inbox, texts and attachments, acknowledgement.
// Way of the message: core -> [handover] -> agency.
// Not pure: handlers await the core. Net thread.
// Spec: docs/agency-api.md#inbox, docs/openapi.yaml. Tests: unit/api/endpoints_test.cpp.
// Limits: page_rows_max, piece_bytes, inbox_wait_max.
#pragma once

#include "daemon/http/router.hpp"

namespace dhow::handover {

std::span<const http::endpoint> endpoints();

}  // namespace dhow::handover
