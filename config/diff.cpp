// Compares two models section by section.
// Way of the message: see diff.hpp.
// Pure.
// Spec: docs/configuration.md#reload. Tests: unit/config/diff_test.cpp.
// Limits: none.
#include "config/diff.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace dhow::config {

namespace {

auto fields(const link_window& one) {
    return std::tie(one.days, one.opens, one.closes, one.classes, one.size_max_bytes);
}
auto fields(const link& one) {
    std::vector<decltype(fields(link_window{}))> windows;
    for (const auto& window : one.windows) {
        windows.push_back(fields(window));
    }
    const auto& quota = one.quota;
    return std::tuple_cat(
        std::tie(one.peer, one.mode, one.addresses, one.metered, one.local, one.bytes_per_s,
                 one.cost, one.classes),
        std::make_tuple(std::move(windows)),
        std::tie(quota.month_bytes, quota.beyond, quota.warn_at, one.idle_close, one.call_every,
                 one.hold_down, one.congestion, one.flash_beside, one.level_max));
}
auto fields(const route& one) { return std::tie(one.to, one.via); }  // not the line
auto fields(const agency& one) {
    return std::tie(one.users, one.keys, one.send_kinds, one.send_to, one.send_classes,
                    one.messages_per_day, one.level_max);
}
auto fields(const assignment_rule& one) {
    return std::tie(one.kinds, one.from, one.classes, one.agencies, one.from_agencies,
                    one.has_attachments, one.has_references);
}
auto fields(const class_times& one) {
    return std::tie(one.send_again_after, one.expires_after, one.dearer_after);
}
auto fields(const key_files& one) {
    return std::tie(one.link, one.sign, one.encrypt, one.older_encrypt, one.at_rest, one.passphrase,
                    one.link_certificate);
}
auto fields(const trust& one) {
    return std::tie(one.directory, one.anchors, one.threshold, one.federation);
}
auto fields(const api_listen& one) {
    return std::tie(one.unix_socket, one.tls_address, one.tls_certificate, one.tls_key);
}
auto fields(const disk& one) {
    return std::tie(one.max_bytes, one.soft_free, one.hard_free, one.floor_free, one.backup_window,
                    one.retention);
}
const std::vector<bureau_id>& fields(const std::vector<bureau_id>& one) { return one; }

class comparison {
public:
    std::vector<change> changes;

    void text(effect when, const std::string& what, std::string_view before,
              std::string_view after) {
        if (before != after) {
            changes.push_back(
                {when, what,
                 "changed from `" + std::string(before) + "` to `" + std::string(after) + '`'});
        }
    }
    template <class T>
    void value(effect when, const std::string& what, const T& before, const T& after) {
        if (before != after) {
            changes.push_back({when, what, "changed"});
        }
    }
    template <class T>
    void part(effect when, const std::string& what, const T& before, const T& after) {
        value(when, what, fields(before), fields(after));
    }
    /// Lists in which the order counts.
    template <class T>
    void list(effect when, const std::string& what, const std::vector<T>& before,
              const std::vector<T>& after) {
        if (!std::equal(before.begin(), before.end(), after.begin(), after.end(),
                        [](const T& a, const T& b) { return fields(a) == fields(b); })) {
            changes.push_back({when, what, "changed"});
        }
    }
    template <class T>
    void named(effect when, const std::string& what, const std::map<std::string, T>& before,
               const std::map<std::string, T>& after) {
        for (const auto& [name, one] : before) {
            const auto found = after.find(name);
            if (found == after.end()) {
                changes.push_back({when, what + '.' + name, "removed"});
            } else {
                part(when, what + '.' + name, one, found->second);
            }
        }
        for (const auto& [name, one] : after) {
            if (!before.contains(name)) {
                changes.push_back({when, what + '.' + name, "added"});
            }
        }
    }
};

std::map<std::string, link> by_name(const std::vector<link>& links) {
    std::map<std::string, link> out;
    for (const auto& one : links) {
        out.emplace(one.name, one);
    }
    return out;
}

}  // namespace

std::string_view to_text(effect value) {
    switch (value) {
        case effect::at_once:
            return "at once";
        case effect::restart:
            return "needs a restart";
        case effect::refused:
            break;
    }
    return "refused";
}

std::vector<change> diff(const gateway& before, const gateway& after) {
    comparison all;
    all.text(effect::refused, "bureau.id", before.bureau.text(), after.bureau.text());
    all.text(effect::at_once, "bureau.name", before.bureau_name, after.bureau_name);
    all.text(effect::refused, "storage.directory", before.state_directory, after.state_directory);
    all.part(effect::at_once, "storage", before.disk_settings, after.disk_settings);
    all.part(effect::restart, "keys", before.keys, after.keys);
    all.part(effect::at_once, "trust", before.trust_settings, after.trust_settings);
    all.value(effect::restart, "listen", before.listen, after.listen);
    all.named(effect::at_once, "links", by_name(before.links), by_name(after.links));
    all.part(effect::at_once, "bureaus", before.bureaus, after.bureaus);
    all.named(effect::at_once, "groups", before.groups, after.groups);
    all.value(effect::at_once, "sub_bureaus", before.sub_bureaus, after.sub_bureaus);
    all.list(effect::at_once, "routes", before.routes, after.routes);
    all.named(effect::at_once, "agencies", before.agencies, after.agencies);
    all.list(effect::at_once, "assignments", before.assignments, after.assignments);
    all.text(effect::at_once, "duty_desk", before.duty_desk, after.duty_desk);
    for (std::size_t i = 0; i < before.times.size(); ++i) {
        all.part(effect::at_once,
                 "classes." + std::string(protocol::to_text(static_cast<message_class>(i))),
                 before.times[i], after.times[i]);
    }
    all.part(effect::restart, "api", before.api, after.api);
    all.value(effect::at_once, "operators", before.operator_users, after.operator_users);
    all.text(effect::at_once, "answers.desk", before.answers.desk, after.answers.desk);
    all.value(effect::at_once, "answers.clocks", before.answers.clocks, after.answers.clocks);
    all.value(effect::at_once, "answers.papers", before.answers.papers, after.answers.papers);
    all.text(effect::at_once, "log.level", before.log_level, after.log_level);
    return std::move(all.changes);
}

bool is_refused(const std::vector<change>& changes) {
    return std::any_of(changes.begin(), changes.end(),
                       [](const change& one) { return one.when == effect::refused; });
}

}  // namespace dhow::config
