// Whom a message would go to, and whom the directory and the configuration have.
// Way of the message: asked by intake before a document is checked, and by who writes one.
// Pure. Net thread.
// Spec: docs/agency-api.md#addresses, docs/decisions/0016-addresses.md.
// Tests: unit/route/queries_addresses_test.cpp. Limits: recipients_max.
#include "daemon/route/queries.hpp"

namespace dhow::route {

namespace {

response::bureau bureau_of(const protocol::directory_entry& entry) {
    return {.id = entry.bureau,
            .name = entry.name,
            .role = entry.role,
            .status = entry.status,
            .languages = entry.languages};
}

}  // namespace

void queries::ask(const caller&, const request::address& what, const answer_to& answer) {
    response::addresses out;
    out.self = x_core.self();
    std::string culprit;
    // Who is not known is said by the submission, with all else that is wrong with it.
    if (auto found = x_core.routes.address(what.to, what.deny, culprit)) {
        for (const auto recipient : found->recipients) {
            const auto* entry = x_core.directory->find(recipient);
            out.recipients.push_back(entry == nullptr ? response::bureau{.id = recipient}
                                                      : bureau_of(*entry));
        }
        out.through = std::move(found->through);
    }
    answer(std::move(out));
}

void queries::ask(const caller&, const request::list_bureaus&, const answer_to& answer) {
    response::bureaus out;
    for (const auto& entry : x_core.directory->entries) {
        out.rows.push_back(bureau_of(entry));
    }
    for (const auto& [name, members] : x_core.routes.groups()) {
        out.groups[name] = {members.begin(), members.end()};
    }
    for (const auto& [sub_bureau, parent] : x_core.config->sub_bureaus) {
        if (x_core.routes.addressee(sub_bureau) == parent) {
            out.sub_bureaus.emplace(sub_bureau, parent);
        }
    }
    answer(std::move(out));
}

}  // namespace dhow::route
