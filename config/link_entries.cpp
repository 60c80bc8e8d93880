// Reads the entries of `links`.
// Way of the message: see link_entries.hpp.
// Pure.
// Spec: docs/configuration.md#bearers. Tests: unit/config/link_entries_test.cpp.
// Limits: see link_entries.hpp.
#include "config/link_entries.hpp"

#include "config/duplicate_names.hpp"
#include "config/value_kinds.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::config {

namespace {

namespace limits = protocol::limits;
using std::chrono::minutes;

link_window read_window(load_context& context, const yaml_node& node, const std::string& path) {
    section entry(context, node, path, "links.*.windows.*");
    link_window out;
    if (entry.find("days") != nullptr) {
        std::vector<std::uint8_t> days;
        entry.required_list("days", days, weekday_kind);
        out.days = 0;
        for (const auto day : days) {
            out.days = static_cast<std::uint8_t>(out.days | 1U << day);
        }
    }
    entry.value("from", out.opens, time_of_day_kind);
    entry.value("until", out.closes, time_of_day_kind);
    if (out.opens == std::chrono::hours{24}) {
        out.opens = seconds{0};  // The end of a day is the beginning of the next.
    }
    entry.list("classes", out.classes, class_kind);
    entry.value("max_size", out.size_max_bytes, size_kind);
    return out;
}

void read_windows(section& entry, const std::string& path, link& out) {
    entry.each_item("windows", [&](const yaml_node& item, const std::string&) {
        auto& context = entry.context();
        if (out.windows.size() == limits::link_windows_max) {
            context.report(severity::error, item.line, "wrong-value",
                           path + ".windows: found more than " +
                               std::to_string(limits::link_windows_max) + " windows");
            return;
        }
        out.windows.push_back(
            read_window(context, item, path + ".windows." + std::to_string(out.windows.size())));
    });
}

void read_quota(load_context& context, const yaml_node& node, const std::string& path,
                link_quota& out) {
    section quota(context, node, path + ".quota", "links.*.quota");
    quota.required_value("month", out.month_bytes, size_kind);
    if (const auto* month = quota.find("month");
        month != nullptr && out.month_bytes < limits::month_quota_bytes_min) {
        context.report(severity::error, month->line, "wrong-value",
                       path + ".quota.month: found `" + month->text + "`, expected 1MiB or more");
    }
    if (quota.find("beyond") != nullptr) {
        out.beyond.clear();
        quota.list("beyond", out.beyond, class_kind);
    }
    quota.value("warn", out.warn_at, percent_kind);
}

}  // namespace

void read_links(section& top, gateway& out) {
    top.each_named("links", [&](const yaml_member& member, const std::string& path) {
        auto& context = top.context();
        const bool known = std::any_of(out.links.begin(), out.links.end(),
                                       [&](const link& one) { return one.name == member.key; });
        if (stands_already(context, member, path, known)) {
            return;
        }
        section entry(context, member.value, path, "links.*");
        link read{.name = member.key, .peer = {}, .addresses = {}};
        entry.required_value("peer", read.peer, bureau_kind);
        entry.value("mode", read.mode, link_mode_kind);
        entry.list("addresses", read.addresses, peer_address_kind);
        entry.value("metered", read.metered, boolean_kind);
        entry.value("local", read.local, ip_address_kind);
        entry.value("rate", read.bytes_per_s, rate_kind);
        entry.number("cost", read.cost, 0, limits::link_cost_max);
        entry.list("classes", read.classes, class_kind);
        read_windows(entry, path, read);
        if (const auto* quota = entry.find("quota")) {
            read_quota(context, *quota, path, read.quota);
        }
        entry.duration("idle_close", read.idle_close, seconds{0}, limits::time_to_live_max);
        entry.duration("call_every", read.call_every, minutes{1}, limits::time_to_live_max);
        entry.duration("hold_down", read.hold_down, seconds{0}, limits::hold_down_max);
        entry.value("congestion", read.congestion, link_congestion_kind);
        entry.value("flash_beside", read.flash_beside, link_beside_kind);
        entry.value("confidentiality", read.level_max, confidentiality_kind);
        out.links.push_back(std::move(read));
        context.where.add(path, {context.file, member.line});
    });
}

}  // namespace dhow::config
