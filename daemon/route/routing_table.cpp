// Recipient to next hops: first matching rule, its links left to right, then a direct link if there
// is one.
// Way of the message: see routing_table.hpp.
// Pure.
// Spec: docs/configuration.md#routes. Tests: unit/route/routing_table_test.cpp.
// Limits: recipients_max.
#include "daemon/route/routing_table.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::route {

namespace {
constexpr std::string_view group_prefix = "group:";
}

routing_table::routing_table(const config::gateway& config, const protocol::directory& directory)
    : x_self(config.bureau), x_rules(config.routes) {
    for (const auto& link : config.links) {
        x_peer_of_link[link.name] = link.peer;
    }
    for (const auto& entry : directory.entries) {
        if (entry.status == protocol::bureau_status::active ||
            entry.status == protocol::bureau_status::retiring) {
            x_known.insert(entry.bureau);
        }
    }
    for (const auto& [name, members] : config.groups) {
        x_groups[name] = {members.begin(), members.end()};
    }
    x_groups.try_emplace("everyone", x_known);
    x_parents = config.sub_bureaus;
}

bool routing_table::covers(const config::route& rule, protocol::bureau_id recipient) const {
    if (rule.to == "*") {
        return true;
    }
    if (rule.to.starts_with(group_prefix)) {
        const auto group = x_groups.find(rule.to.substr(group_prefix.size()));
        return group != x_groups.end() && group->second.contains(recipient);
    }
    return rule.to == recipient.text();
}

const config::route* routing_table::match(protocol::bureau_id recipient) const {
    const auto found = std::find_if(x_rules.begin(), x_rules.end(),
                                    [&](const auto& rule) { return covers(rule, recipient); });
    return found == x_rules.end() ? nullptr : &*found;
}

std::vector<protocol::bureau_id> routing_table::next_hops(protocol::bureau_id recipient) const {
    std::vector<protocol::bureau_id> out;
    const auto add = [&](protocol::bureau_id peer) {
        if (std::find(out.begin(), out.end(), peer) == out.end()) {
            out.push_back(peer);
        }
    };
    if (const auto* rule = match(recipient)) {
        for (const auto& link : rule->via) {
            if (const auto peer = x_peer_of_link.find(link); peer != x_peer_of_link.end()) {
                add(peer->second);
            }
        }
        return out;
    }
    for (const auto& [link, peer] : x_peer_of_link) {
        if (peer == recipient) {
            add(peer);
        }
    }
    return out;
}

protocol::bureau_id routing_table::addressee(protocol::bureau_id bureau) const {
    const auto parent = x_parents.find(bureau);
    return parent == x_parents.end() || x_known.contains(bureau) ? bureau : parent->second;
}

protocol::result<addressed> routing_table::address(const std::vector<std::string>& to,
                                                   const std::vector<protocol::bureau_id>& deny,
                                                   std::string& culprit) const {
    addressed out;
    // What goes to a parent can reach its sub-bureau: who denies that one denies the parent.
    std::set<protocol::bureau_id> denied;
    for (const auto each : deny) {
        denied.insert(addressee(each));
    }
    std::set<protocol::bureau_id> all;
    const auto take = [&](protocol::bureau_id named) {
        const auto bureau = addressee(named);
        if (bureau != named && !denied.contains(bureau)) {
            out.through.emplace_back(named, bureau);
        }
        all.insert(bureau);
    };
    for (const auto& entry : to) {
        culprit = entry;
        if (entry.starts_with(group_prefix)) {
            const auto group = x_groups.find(entry.substr(group_prefix.size()));
            if (group == x_groups.end()) {
                return protocol::errc::unknown_recipient;
            }
            std::ranges::for_each(group->second, take);
            continue;
        }
        const auto bureau = protocol::bureau_id::parse(entry);
        if (!bureau || !x_known.contains(addressee(*bureau))) {
            return protocol::errc::unknown_recipient;
        }
        if (denied.contains(addressee(*bureau))) {
            return protocol::errc::not_allowed;
        }
        take(*bureau);
    }
    all.erase(x_self);
    std::erase_if(all, [&](const auto& each) { return denied.contains(each); });
    if (all.empty()) {
        return protocol::errc::unknown_recipient;
    }
    if (all.size() >= protocol::limits::recipients_max) {
        return protocol::errc::too_long;
    }
    culprit.clear();
    std::ranges::sort(out.through);
    const auto twice = std::ranges::unique(out.through);
    out.through.erase(twice.begin(), twice.end());
    out.recipients.assign(all.begin(), all.end());
    return out;
}

protocol::result<std::vector<protocol::bureau_id>> routing_table::expand(
    const std::vector<std::string>& to, std::string& culprit) const {
    auto found = address(to, {}, culprit);
    if (!found) {
        return found.error();
    }
    return std::move(found->recipients);
}

std::vector<std::string> routing_table::explain(protocol::bureau_id recipient) const {
    std::vector<std::string> out;
    const std::string name(recipient.text());
    if (const auto parent = addressee(recipient); parent != recipient) {
        out.push_back(name + " answers through " + std::string(parent.text()) +
                      ": messages to it go there");
        auto rest = explain(parent);
        out.insert(out.end(), rest.begin(), rest.end());
        return out;
    }
    out.push_back(x_known.contains(recipient) ? name + " is an active bureau of the directory"
                                              : name + " is not an active bureau of the directory");
    const auto* rule = match(recipient);
    if (rule == nullptr) {
        out.push_back("no rule under routes: matches; only a link to the bureau itself would do");
    } else {
        out.push_back("the rule `to: " + rule->to + "` in line " + std::to_string(rule->line) +
                      " is the first that matches");
    }
    const auto hops = next_hops(recipient);
    for (std::size_t i = 0; i < hops.size(); ++i) {
        out.push_back((i == 0 ? "goes by " : "else by ") + std::string(hops[i].text()));
    }
    if (hops.empty()) {
        out.push_back("there is no way to it: add a link and a route");
    }
    return out;
}

}  // namespace dhow::route
