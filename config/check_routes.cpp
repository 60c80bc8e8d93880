// Links that cannot come up, routes that lead nowhere or are never reached, bureaus without a way.
// Way of the message: see check.hpp.
// Pure.
// Spec: docs/configuration.md#checks. Tests: unit/config/check_test.cpp.
// Limits: none.
#include "config/checker.hpp"

#include <algorithm>

namespace dhow::config {

namespace {

const protocol::directory_entry* entry_of(const checker& all, bureau_id bureau) {
    return all.facts.directory == nullptr ? nullptr : all.facts.directory->find(bureau);
}

bool has_directory_address(const checker& all, bureau_id peer) {
    const auto* entry = entry_of(all, peer);
    return entry != nullptr &&
           std::any_of(entry->instances.begin(), entry->instances.end(),
                       [](const auto& instance) { return !instance.addresses.empty(); });
}

void check_ways(checker& all, const link& one, const std::string& path) {
    const bool has_address = !one.addresses.empty() || has_directory_address(all, one.peer);
    const bool may_listen = !all.settings.listen.empty();
    if (one.mode == link_mode::courier) {
        if (!one.addresses.empty()) {
            all.warning(path, "unused-address",
                        path + " goes by courier, so its addresses are not used",
                        "Remove them, or write mode: both.");
        }
        return;
    }
    if (one.mode == link_mode::dial && !has_address) {
        all.error(path, "link-without-address", path + " should dial and has no address",
                  "Add addresses: [\"tls://host:port\"].");
    } else if (one.mode == link_mode::listen && !may_listen) {
        all.error(path, "link-without-listener",
                  path + " waits for calls, but this gateway listens nowhere",
                  "Add listen: [\"0.0.0.0:7443\"], or let the link dial.");
    } else if (one.mode == link_mode::both && !has_address && !may_listen) {
        all.error(path, "link-without-address",
                  path + " has no address to dial, and this gateway listens nowhere",
                  "Add addresses: to the link, or listen: to the gateway.");
    } else if (one.mode == link_mode::both && !has_address) {
        all.warning(path, "link-without-address",
                    path + " has no address to dial, so it only waits for calls",
                    "Add addresses:, or write mode: listen.");
    }
    if (one.mode == link_mode::listen && !one.addresses.empty()) {
        all.warning(path, "unused-address", path + " never dials, so its addresses are not used",
                    "Remove them, or write mode: both.");
    }
}

void check_peer(checker& all, const link& one, const std::string& path) {
    const std::string peer(one.peer.text());
    if (one.peer == all.settings.bureau) {
        all.error(path, "link-to-self", path + " leads to " + peer + ", which is this bureau",
                  "Name the other bureau as peer:.");
        return;
    }
    if (all.facts.directory == nullptr) {
        return;
    }
    const auto* entry = entry_of(all, one.peer);
    if (entry == nullptr) {
        all.error(path, "unknown-peer",
                  path + ": " + peer + " is not in the directory, so its key is not known",
                  "Correct the id, or take in a newer directory.");
    } else if (entry->status == protocol::bureau_status::suspended ||
               entry->status == protocol::bureau_status::revoked) {
        all.warning(path, "peer-suspended",
                    path + ": " + peer + " is suspended or revoked in the directory",
                    "The link stays down until the directory says otherwise.");
    } else if (all.facts.now && entry->valid_until && *all.facts.now >= *entry->valid_until) {
        all.warning(path, "entry-stale",
                    path + ": the directory's entry of " + peer + " was valid until " +
                        protocol::to_text(*entry->valid_until).substr(0, 10),
                    "Take in a newer directory, or ask its signers.");
    }
}

/// What the routes before one cover; `*` covers everything.
struct covered {
    bool everything = false;
    std::set<bureau_id> bureaus;

    void add(const checker& all, const std::string& target) {
        // The members of `everyone` change with the directory: nothing that comes may rely on it.
        if (target == "*") {
            everything = true;
        } else if (target.starts_with(group_prefix)) {
            bureaus.merge(all.members(target.substr(group_prefix.size())));
        } else if (const auto bureau = bureau_id::parse(target)) {
            bureaus.insert(*bureau);
        }
    }
    [[nodiscard]] bool holds(const checker& all, const std::string& target) const {
        if (everything) {
            return true;
        }
        if (target == "*") {
            return false;
        }
        if (target.starts_with(group_prefix)) {
            const auto name = target.substr(group_prefix.size());
            const auto wanted = all.members(name);
            return name != "everyone" && !wanted.empty() &&
                   std::includes(bureaus.begin(), bureaus.end(), wanted.begin(), wanted.end());
        }
        const auto bureau = bureau_id::parse(target);
        return bureau && bureaus.contains(*bureau);
    }
};

void check_via(checker& all, const route& one, const std::string& path) {
    std::set<std::string> seen;
    for (const auto& name : one.via) {
        const auto* found = all.find_link(name);
        if (found == nullptr) {
            all.error(path, "unknown-link", path + ": there is no link `" + name + "`",
                      "Add it under links:, or correct the name.");
        } else if (!seen.insert(name).second) {
            all.warning(path, "repeated-link", path + " names the link `" + name + "` twice",
                        "Remove one; a link is tried again anyway.");
        }
    }
}

/// A bureau that is no hub accepts only what is for itself.
void check_relays(checker& all, const route& one, const std::string& path) {
    for (const auto& name : one.via) {
        const auto* found = all.find_link(name);
        const auto* entry = found == nullptr ? nullptr : entry_of(all, found->peer);
        if (entry == nullptr || one.to == found->peer.text()) {
            continue;
        }
        if (entry->role == protocol::bureau_role::bureau ||
            entry->role == protocol::bureau_role::court) {
            all.warning(path, "peer-is-no-hub",
                        path + " goes by " + std::string(found->peer.text()) +
                            ", which the directory does not list as a hub",
                        "Such a peer refuses what is not for itself.");
        }
    }
}

bool has_way(const checker& all, bureau_id bureau) {
    const auto covers = [&](const route& one) {
        covered target;
        target.add(all, one.to);
        return target.everything || target.bureaus.contains(bureau);
    };
    const auto& routes = all.settings.routes;
    const auto first = std::find_if(routes.begin(), routes.end(), covers);
    if (first != routes.end()) {
        return std::any_of(first->via.begin(), first->via.end(),
                           [&](const std::string& name) { return all.find_link(name) != nullptr; });
    }
    return std::any_of(all.settings.links.begin(), all.settings.links.end(),
                       [&](const link& one) { return one.peer == bureau; });
}

}  // namespace

void check_links(checker& all) {
    for (const auto& one : all.settings.links) {
        const auto path = "links." + one.name;
        check_peer(all, one, path);
        check_ways(all, one, path);
    }
    check_bearers(all);
    const bool any_listens =
        std::any_of(all.settings.links.begin(), all.settings.links.end(), [](const link& one) {
            return one.mode == link_mode::listen || one.mode == link_mode::both;
        });
    if (!all.settings.listen.empty() && !any_listens) {
        all.warning("listen", "listens-for-nobody",
                    "this gateway listens, but every link only dials",
                    "Remove listen:, or let a link have mode: listen or both.");
    }
    if (all.settings.links.empty()) {
        all.warning("links", "no-links", "there is no link, so nothing leaves this gateway",
                    "Add one under links:.");
    }
}

void check_routes(checker& all) {
    covered before;
    for (std::size_t i = 0; i < all.settings.routes.size(); ++i) {
        const auto& one = all.settings.routes[i];
        const auto path = "routes." + std::to_string(i);
        all.check_target(path, one.to);
        check_via(all, one, path);
        check_relays(all, one, path);
        if (before.holds(all, one.to)) {
            all.warning(path, "shadowed-route",
                        path + ", `to: " + one.to + "`, is never reached: routes before it match",
                        "The first match wins; move it up or remove it.");
        }
        before.add(all, one.to);
    }
    for (const auto& [name, members] : all.settings.groups) {
        for (const auto& member : members) {
            all.check_target("groups." + name, std::string(member.text()));
        }
    }
}

void check_reachable(checker& all) {
    std::set<bureau_id> wanted(all.settings.bureaus.begin(), all.settings.bureaus.end());
    for (const auto& bureau : wanted) {
        if (bureau != all.settings.bureau && !has_way(all, bureau)) {
            all.error("bureaus", "unreachable-bureau",
                      "no route and no link leads to " + std::string(bureau.text()),
                      "Add a route, such as {to: \"*\", via: [LINK]}.");
        }
    }
    auto others = all.known_bureaus();
    for (const auto& [name, members] : all.settings.groups) {
        for (const auto& member : members) {
            const auto parent = all.settings.sub_bureaus.find(member);
            others.insert(parent == all.settings.sub_bureaus.end() ? member : parent->second);
        }
    }
    for (const auto& bureau : others) {
        if (bureau != all.settings.bureau && !wanted.contains(bureau) && !has_way(all, bureau)) {
            all.warning("routes", "unreachable-bureau",
                        "no route and no link leads to " + std::string(bureau.text()),
                        "Messages to it are refused at submission.");
        }
    }
}

}  // namespace dhow::config
