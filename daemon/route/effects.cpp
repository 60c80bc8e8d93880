// What the core wants done: the queue of commands and the table of what follows each.
// Way of the message: see effects.hpp.
// Pure. Net thread.
// Spec: docs/overview.md. Tests: unit/route/effects_test.cpp.
// Limits: see effects.hpp.
#include "daemon/route/effects.hpp"

#include "protocol/ensure.hpp"

namespace dhow::route {

void effects::commit(store::transaction what, stored then) {
    what.token = ++x_last;
    x_stored.emplace(x_last, std::move(then));
    x_commands.emplace_back(command::apply{std::move(what)});
}

void effects::ask(store::question what, answered then) {
    x_answered.emplace(++x_last, std::move(then));
    x_commands.emplace_back(command::ask{x_last, std::move(what)});
}

void effects::run(seal::job_request what, bool at_once, sealed then) {
    x_sealed.emplace(++x_last, std::move(then));
    x_commands.emplace_back(command::run{x_last, at_once, std::move(what)});
}

void effects::dial(command::dial what) { x_commands.emplace_back(std::move(what)); }

void effects::close_session(session_number session, bool at_once) {
    x_commands.emplace_back(command::close_session{session, at_once});
}

void effects::log(log_level level, std::string id, std::string text) {
    x_commands.emplace_back(command::log{level, std::move(id), std::move(text)});
}

std::optional<commands> effects::next_command() {
    if (x_commands.empty()) {
        return std::nullopt;
    }
    commands out = std::move(x_commands.front());
    x_commands.pop_front();
    return out;
}

namespace {
template <class Table>
auto take(Table& table, token number) {
    const auto found = table.find(number);
    DHOW_ENSURE(found != table.end());
    auto then = std::move(found->second);
    table.erase(found);
    return then;
}
}  // namespace

void effects::on_stored(const store::transaction_result& result) {
    take(x_stored, result.token)(result);
}

void effects::on_answered(token number, store::reply& what) { take(x_answered, number)(what); }

void effects::on_sealed(token number, protocol::result<seal::job_outcome>& what) {
    take(x_sealed, number)(what);
}

}  // namespace dhow::route
