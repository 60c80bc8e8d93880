// Reads `answers`.
// Way of the message: see answer_entries.hpp.
// Pure.
// Spec: docs/configuration.md#answers. Tests: unit/config/answers_test.cpp.
// Limits: see answer_entries.hpp.
#include "config/answer_entries.hpp"

#include "config/value_kinds.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <functional>

namespace dhow::config {

namespace {

namespace limits = protocol::limits;
using std::chrono::days;
using std::chrono::minutes;

/// `schema_path`: a literal, as the section keeps it.
void read_times(section& rule, std::string_view key, const std::string& path,
                std::string_view schema_path, answer_times& out) {
    const auto* node = rule.find(key);
    if (node == nullptr) {
        return;
    }
    section times(rule.context(), *node, path + "." + std::string(key), schema_path);
    const auto read = [&](std::string_view name, std::optional<seconds>& to) {
        if (times.find(name) != nullptr) {
            seconds found{0};
            times.duration(name, found, minutes{1}, limits::time_to_live_max);
            to = found;
        }
    };
    read("urgent", out.urgent);
    read("routine", out.routine);
}

void read_clocks(section& answers, gateway& out) {
    answers.each_item("clocks", [&](const yaml_node& item, const std::string&) {
        auto& all = out.answers.clocks;
        const auto path = "answers.clocks." + std::to_string(all.size());
        section entry(answers.context(), item, path, "answers.clocks.*");
        answer_clock read;
        entry.list("with", read.with, target_kind);
        entry.list("links", read.links, name_kind);
        read_times(entry, "undelivered", path, "answers.clocks.*.undelivered", read.undelivered);
        read_times(entry, "unanswered", path, "answers.clocks.*.unanswered", read.unanswered);
        std::uint64_t requests = read.requests;
        entry.number("requests", requests, 1, limits::requests_by_itself_max);
        read.requests = static_cast<std::uint8_t>(requests);
        answers.context().where.add(path, {answers.context().file, item.line});
        all.push_back(std::move(read));
    });
}

void read_papers(section& answers, gateway& out) {
    answers.each_item("papers", [&](const yaml_node& item, const std::string&) {
        auto& context = answers.context();
        auto& all = out.answers.papers;
        const auto path = "answers.papers." + std::to_string(all.size());
        section entry(context, item, path, "answers.papers.*");
        papers_deadline read;
        entry.list("with", read.with, target_kind);
        entry.value("treaty", read.treaty, text_kind);
        if (entry.find("days") != nullptr) {
            std::uint64_t count = 0;
            entry.number("days", count, 1, limits::time_to_live_max.count());
            read.within = days{static_cast<int>(count)};
        }
        if (entry.find("warn") != nullptr) {
            read.warn.clear();
            entry.list("warn", read.warn, time_span_kind);
            std::ranges::sort(read.warn, std::greater<>());
        }
        if (read.warn.size() > limits::paper_warnings_max) {
            context.report(severity::error, item.line, "wrong-value",
                           path + ".warn: found " + std::to_string(read.warn.size()) +
                               " warnings, expected at most " +
                               std::to_string(limits::paper_warnings_max));
            read.warn.resize(limits::paper_warnings_max);
        }
        context.where.add(path, {context.file, item.line});
        all.push_back(std::move(read));
    });
}

}  // namespace

void read_answers(load_context& context, const yaml_node& node, gateway& out) {
    section answers(context, node, "answers", "answers");
    answers.value("desk", out.answers.desk, name_kind);
    read_clocks(answers, out);
    read_papers(answers, out);
}

}  // namespace dhow::config
