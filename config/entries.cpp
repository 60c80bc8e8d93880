// Bureaus, groups, routes, agencies and assignments, one reader each; links are in
// link_entries.cpp.
// Way of the message: see entries.hpp.
// Pure.
// Spec: docs/configuration.md. Tests: unit/config/load_test.cpp.
// Limits: config_entries_max, recipients_max.
#include "config/entries.hpp"

#include "config/duplicate_names.hpp"
#include "config/link_entries.hpp"
#include "config/value_kinds.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::config {

namespace {

void read_bureaus(section& top, gateway& out) { top.list("bureaus", out.bureaus, bureau_kind); }

void read_groups(section& top, gateway& out) {
    top.each_named("groups", [&](const yaml_member& member, const std::string& path) {
        auto& context = top.context();
        if (stands_already(context, member, path, out.groups.contains(member.key))) {
            return;
        }
        if (member.key == "everyone") {
            context.report(severity::error, member.line, "reserved-name",
                           "`groups.everyone` is built in: all active bureaus of the directory",
                           "Choose another name.");
            return;
        }
        context.where.add(path, {context.file, member.line});
        auto& members = out.groups[member.key];
        top.member_list(member.value, path, members, bureau_kind);
        if (members.size() > protocol::limits::recipients_max) {
            context.report(severity::error, member.line, "wrong-value",
                           path + ": found " + std::to_string(members.size()) +
                               " bureaus, expected at most " +
                               std::to_string(protocol::limits::recipients_max));
        }
    });
}

/// The list of the program, changed by what stands here; who is its own parent is no sub-bureau.
void read_sub_bureaus(section& top, gateway& out) {
    top.each_item("sub_bureaus", [&](const yaml_node& item, const std::string& path) {
        section entry(top.context(), item, path, "sub_bureaus.*");
        bureau_id id;
        bureau_id parent;
        entry.required_value("id", id, bureau_kind);
        entry.required_value("parent", parent, bureau_kind);
        if (id.empty() || parent.empty()) {
            return;
        }
        out.sub_bureaus.erase(id);
        if (id != parent) {
            out.sub_bureaus.emplace(id, parent);
        }
    });
}

void read_routes(section& top, gateway& out) {
    top.each_item("routes", [&](const yaml_node& item, const std::string&) {
        section entry(top.context(), item, "routes." + std::to_string(out.routes.size()),
                      "routes.*");
        route read{.to = {}, .via = {}, .line = item.line};
        entry.required_value("to", read.to, target_kind);
        entry.required_list("via", read.via, name_kind);
        out.routes.push_back(std::move(read));
    });
}

void read_send(load_context& context, const yaml_node& node, const std::string& path, agency& out) {
    section send(context, node, path + ".send", "agencies.*.send");
    send.required_list("kinds", out.send_kinds, kind_pattern_kind);
    send.required_list("to", out.send_to, target_kind);
    send.required_list("classes", out.send_classes, class_kind);
}

void read_agencies(section& top, gateway& out) {
    top.each_named("agencies", [&](const yaml_member& member, const std::string& path) {
        auto& context = top.context();
        if (stands_already(context, member, path, out.agencies.contains(member.key))) {
            return;
        }
        section entry(context, member.value, path, "agencies.*");
        agency read{.name = member.key,
                    .users = {},
                    .keys = {},
                    .send_kinds = {},
                    .send_to = {},
                    .send_classes = {}};
        entry.list("users", read.users, user_kind);
        entry.list("keys", read.keys, fingerprint_kind);
        if (const auto* send = entry.find("send")) {
            read_send(context, *send, path, read);
        }
        entry.number("messages_per_day", read.messages_per_day, 0, 100'000'000);
        entry.value("confidentiality", read.level_max, confidentiality_kind);
        out.agencies.emplace(member.key, std::move(read));
        context.where.add(path, {context.file, member.line});
    });
}

/// Absent stays "does not matter"; a wrong value is reported by value().
void read_condition(section& entry, std::string_view key, std::optional<bool>& out) {
    if (entry.find(key) != nullptr) {
        bool read = false;
        entry.value(key, read, boolean_kind);
        out = read;
    }
}

void read_assignments(section& top, gateway& out) {
    top.each_item("assignments", [&](const yaml_node& item, const std::string&) {
        section entry(top.context(), item, "assignments." + std::to_string(out.assignments.size()),
                      "assignments.*");
        assignment_rule read;
        entry.list("kinds", read.kinds, kind_pattern_kind);
        entry.list("from", read.from, target_kind);
        entry.list("from_agencies", read.from_agencies, sender_agency_kind);
        entry.list("classes", read.classes, class_kind);
        read_condition(entry, "has_attachments", read.has_attachments);
        read_condition(entry, "has_references", read.has_references);
        entry.required_list("agencies", read.agencies, name_kind);
        out.assignments.push_back(std::move(read));
    });
}

}  // namespace

void read_entries(section& top, gateway& out) {
    read_links(top, out);
    read_bureaus(top, out);
    read_groups(top, out);
    read_sub_bureaus(top, out);
    read_routes(top, out);
    read_agencies(top, out);
    read_assignments(top, out);
}

}  // namespace dhow::config
