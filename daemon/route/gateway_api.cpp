// Requests of agencies and operators to the stations that answer them.
// Way of the message: HTTP drivers -> [gateway] -> submission, inbox, queries.
// Pure. Net thread.
// Spec: docs/agency-api.md. Tests: unit/route.
// Limits: see the stations.
#include "daemon/route/gateway.hpp"

namespace dhow::route {

namespace {
template <class Request, class... Others>
inline constexpr bool is_one_of = (std::is_same_v<Request, Others> || ...);
template <class Request>
inline constexpr bool is_courier =
    is_one_of<Request, request::courier_export, request::courier_part, request::courier_export_end,
              request::courier_import, request::courier_cells, request::courier_import_end,
              request::courier_bundles, request::courier_parties, request::courier_close>;
}  // namespace

void gateway::request(const caller& who, api_request what,
                      std::function<void(api_response)> answer) {
    if (!x_ready && !std::holds_alternative<request::health>(what)) {
        answer(refusal(errc::overloaded, "the gateway is starting", std::chrono::seconds{2}));
        return;
    }
    const auto visit = [&](auto& one) {
        using kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<kind, request::submit>) {
            x_submission.submit(who, std::move(one), std::move(answer));
        } else if constexpr (std::is_same_v<kind, request::begin_upload>) {
            x_submission.begin_upload(who, std::move(one), std::move(answer));
        } else if constexpr (std::is_same_v<kind, request::continue_upload>) {
            x_submission.continue_upload(who, std::move(one), std::move(answer));
        } else if constexpr (std::is_same_v<kind, request::abandon_upload>) {
            x_submission.abandon_upload(who, std::move(one), std::move(answer));
        } else if constexpr (std::is_same_v<kind, request::list_inbox>) {
            x_inbox.list(who, one, std::move(answer));
        } else if constexpr (std::is_same_v<kind, request::open_inbox>) {
            x_inbox.open(who, one, std::move(answer));
        } else if constexpr (std::is_same_v<kind, request::read_attachment>) {
            x_inbox.read(who, one, std::move(answer));
        } else if constexpr (std::is_same_v<kind, request::acknowledge>) {
            x_inbox.acknowledge(who, one, std::move(answer));
        } else if constexpr (std::is_same_v<kind, request::case_of>) {
            x_cases.report(who, one, std::move(answer));
        } else if constexpr (is_courier<kind>) {
            x_courier.ask(who, std::move(one), std::move(answer));
        } else {
            x_queries.ask(who, one, std::move(answer));
        }
    };
    std::visit(visit, what);
}

std::uint64_t gateway::watch_inbox(const std::string& agency, std::uint64_t after,
                                   std::function<void()> wake) {
    return x_inbox.watch(agency, after, std::move(wake));
}

void gateway::forget_watch(std::uint64_t watch) { x_inbox.forget_watch(watch); }

}  // namespace dhow::route
