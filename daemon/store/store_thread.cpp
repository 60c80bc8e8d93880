// The thread that owns the store; see the header.
// Way of the message: net thread -> [store_thread] -> disk -> net thread.
// Not pure: a thread, a clock.
// Spec: docs/store.md#commit. Tests: system.
// Limits: heartbeat_interval.
#include "daemon/store/store_thread.hpp"

namespace dhow::store {

namespace {

/// A question or a change beside its blobs: rows are some 300 bytes.
constexpr std::size_t row_bytes = 512;
constexpr std::chrono::milliseconds heartbeat_interval{500};

std::size_t blob_bytes(const change& what) {
    if (const auto* segment = std::get_if<operation::put_segment>(&what)) {
        return segment->data.size();
    }
    if (const auto* message = std::get_if<operation::put_message>(&what)) {
        return message->row.seal.size() + message->row.lockboxes.size();
    }
    if (const auto* object = std::get_if<operation::put_object>(&what)) {
        return object->row.preamble.size();
    }
    if (const auto* receipt = std::get_if<operation::put_receipt>(&what)) {
        return receipt->row.encoded.size();
    }
    return 0;
}

}  // namespace

std::size_t bytes_of(const transaction& what) {
    std::size_t out = row_bytes;
    for (const auto& one : what.changes) {
        out += row_bytes + blob_bytes(one);
    }
    return out;
}

store_thread::store_thread(store& what, poster post, fatal_handler on_fatal, options chosen)
    : x_store(what),
      x_post(std::move(post)),
      x_on_fatal(std::move(on_fatal)),
      x_options(chosen),
      x_thread([this] { run(); }) {}

store_thread::~store_thread() { stop(); }

void store_thread::stop() {
    {
        const std::lock_guard lock(x_mutex);
        x_stopping = true;
    }
    x_wake.notify_one();
    if (x_thread.joinable()) {
        x_thread.join();
    }
}

void store_thread::submit(transaction what, stored then) {
    const std::size_t bytes = bytes_of(what);
    add({submitted{std::move(what), std::move(then)}, bytes});
}

void store_thread::ask(question what, answered then) {
    add({asked{std::move(what), std::move(then)}, row_bytes});
}

void store_thread::add(item what) {
    x_queued_bytes += what.bytes;
    {
        const std::lock_guard lock(x_mutex);
        x_urgent_waiting += is_urgent(what) ? 1 : 0;
        x_queue.push_back(std::move(what));
    }
    x_wake.notify_one();
}

bool store_thread::is_urgent(const item& what) {
    const auto* given = std::get_if<submitted>(&what.what);
    return given != nullptr && given->what.at_once;
}

void store_thread::run() {
    while (wait_for_work()) {
        batch work = gather();
        if (!process(work) || !keep_house()) {
            return;
        }
    }
}

// False: stopped, and nothing is left. While housekeeping is due there is no waiting.
bool store_thread::wait_for_work() {
    std::unique_lock lock(x_mutex);
    while (x_queue.empty() && !x_stopping && !x_more_housekeeping) {
        x_wake.wait_for(lock, heartbeat_interval);
        ++x_heartbeat;
    }
    ++x_heartbeat;
    return !(x_queue.empty() && x_stopping);
}

store_thread::batch store_thread::gather() {
    batch out;
    commit_batcher batcher(x_options.bounds);
    const std::lock_guard lock(x_mutex);
    while (take_one(out, batcher)) {
    }
    return out;
}

// A question is answered after this batch, which holds all that was submitted before the question.
bool store_thread::take_one(batch& into, commit_batcher& batcher) {
    if (x_queue.empty()) {
        return false;
    }
    item& next = x_queue.front();
    const std::size_t urgent = is_urgent(next) ? 1 : 0;
    if (auto* found = std::get_if<asked>(&next.what)) {
        into.questions.push_back(std::move(*found));
    } else {
        auto& given = std::get<submitted>(next.what);
        const auto now = commit_batcher::time_point::clock::now();
        if (!batcher.fits(given.what.changes.size(), next.bytes) || batcher.must_cut(now, true)) {
            return false;
        }
        batcher.on_transaction(given.what.changes.size(), next.bytes, given.what.at_once, now);
        into.transactions.push_back(std::move(given.what));
        into.stored_then.push_back(std::move(given.then));
    }
    into.bytes += next.bytes;
    x_urgent_waiting -= urgent;
    x_queue.pop_front();
    return true;
}

bool store_thread::process(batch& work) {
    if (work.transactions.empty() && work.questions.empty()) {
        return true;
    }
    auto results = x_store.apply(work.transactions);
    if (!results) {
        fail(results.error());
        return false;
    }
    std::vector<reply> replies;
    for (const auto& one : work.questions) {
        auto answer = x_store.ask(one.what);
        if (!answer) {
            fail(answer.error());
            return false;
        }
        replies.push_back(std::move(*answer));
        ++x_heartbeat;
    }
    post_results(work, std::move(*results), std::move(replies));
    return true;
}

void store_thread::post_results(batch& work, std::vector<transaction_result> results,
                                std::vector<reply> replies) {
    x_queued_bytes -= work.bytes;
    x_post([results = std::move(results), replies = std::move(replies),
            stored_then = std::move(work.stored_then),
            questions = std::move(work.questions)]() mutable {
        for (std::size_t at = 0; at < results.size(); ++at) {
            stored_then[at](results[at]);
        }
        for (std::size_t at = 0; at < replies.size(); ++at) {
            questions[at].then(replies[at]);
        }
    });
}

// One bounded step, and none while somebody waits for a flash message.
bool store_thread::keep_house() {
    {
        const std::lock_guard lock(x_mutex);
        if (x_urgent_waiting > 0) {
            return true;
        }
    }
    const auto more = x_store.maintain();
    if (!more) {
        fail(more.error());
        return false;
    }
    x_more_housekeeping = *more;
    ++x_heartbeat;
    return true;
}

void store_thread::fail(boost::system::error_code error) { x_on_fatal(error); }

}  // namespace dhow::store
