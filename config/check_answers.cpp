// Whether what `answers` names is there.
// Way of the message: see check.hpp.
// Pure.
// Spec: docs/configuration.md#checks. Tests: unit/config/answers_test.cpp.
// Limits: none.
#include "config/checker.hpp"

namespace dhow::config {

void check_answers(checker& all) {
    const auto& answers = all.settings.answers;
    if (!answers.desk.empty() && !all.settings.agencies.contains(answers.desk)) {
        all.error("answers", "unknown-agency",
                  "answers.desk: there is no agency `" + answers.desk + "`",
                  "Add it under agencies:, or correct the name.");
    }
    for (std::size_t i = 0; i < answers.clocks.size(); ++i) {
        const auto path = "answers.clocks." + std::to_string(i);
        for (const auto& target : answers.clocks[i].with) {
            all.check_target(path, target);
        }
        for (const auto& link : answers.clocks[i].links) {
            if (all.find_link(link) == nullptr) {
                all.error(path, "unknown-link", path + ": there is no link `" + link + "`",
                          "Add it under links:, or correct the name.");
            }
        }
    }
    for (std::size_t i = 0; i < answers.papers.size(); ++i) {
        for (const auto& target : answers.papers[i].with) {
            all.check_target("answers.papers." + std::to_string(i), target);
        }
    }
}

}  // namespace dhow::config
