// Texts of messages from hostile senders: a verdict for each, a sentence for each problem.
// Way of the message: none; a fuzz target.
// Pure. The first byte chooses the end and the facts.
// Spec: docs/kinds.md. Tests: it is one; corpus/kinds is replayed by ctest.
// Limits: those of the validator; verdicts stay within kinds_problems_max.
#include "protocol/ensure.hpp"
#include "protocol/kinds/catalogue.hpp"
#include "protocol/kinds/draft.hpp"
#include "protocol/kinds/lifecycle.hpp"
#include "protocol/kinds/names.hpp"
#include "protocol/kinds/validate.hpp"
#include "protocol/limits.hpp"

#include <cstddef>
#include <cstdint>

namespace kinds = dhow::kinds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    kinds::context facts{.sender = (data[0] & 1) != 0 ? "MU" : "IPSG",
                         .recipients = {"FJ", "IPSG"}};
    facts.at = (data[0] & 2) != 0 ? kinds::end::receiver : kinds::end::sender;
    facts.is_reply = (data[0] & 4) != 0;
    if ((data[0] & 8) != 0) {
        facts.now = dhow::protocol::utc_time{std::chrono::hours{24 * 365 * 56}};
        facts.record = {.known = true, .owner = "FJ", .requests = 1};
        facts.original = {.sender = "MU", .recipients = {"FJ"}, .handling = {"H2"}};
        facts.version_seen = 1;
    }
    const auto verdict = kinds::validate(kinds::registry::in_force(), facts, text);
    DHOW_ENSURE(verdict.problems.size() <= dhow::protocol::limits::kinds_problems_max);
    bool refused = verdict.left_off > 0;
    for (const auto& each : verdict.problems) {
        refused = refused || each.severity == kinds::severity::refusal;
        for (const auto* language : {"en", "fr", "es", "ar"}) {
            DHOW_ENSURE(kinds::describe(each, language) != each.text);
        }
        DHOW_ENSURE(kinds::is_clean_line(each.found) && kinds::is_clean_line(each.pointer));
    }
    DHOW_ENSURE(refused || !verdict.refused);
    const auto plain = kinds::without_comments(text);
    DHOW_ENSURE(plain.size() <= text.size());
    if (const auto name = kinds::to_nfc(text)) {
        DHOW_ENSURE(kinds::is_nfc(*name));
        kinds::comparison_key(*name);
    }
    return 0;
}
