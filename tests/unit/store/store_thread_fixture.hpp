// A store that stops and breaks where a test says so, and an owner that runs what is posted to it.
// Way of the message: none; support of unit/store/store_thread_test.
// Not pure: a thread, condition variables.
// Spec: docs/store.md#commit. Tests: used by unit/store.
// Limits: patience.
#pragma once

#include "daemon/store/store_thread.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

/// What has not happened by then never will.
inline constexpr std::chrono::seconds patience{60};

/// Answers each question with the number of transactions that it has committed.
class scripted_store final : public dhow::store::store {
public:
    protocol::result<std::vector<dhow::store::transaction_result>> apply(
        std::span<const dhow::store::transaction> batch) override {
        std::unique_lock lock(x_mutex);
        note("apply " + std::to_string(batch.size()), lock);
        if (x_broken_call == "apply") {
            return {boost::system::in_place_error, x_error};
        }
        std::vector<dhow::store::transaction_result> results;
        for (const auto& one : batch) {
            ++x_committed;
            results.emplace_back().token = one.token;
        }
        return results;
    }
    protocol::result<dhow::store::reply> ask(const dhow::store::question&) override {
        std::unique_lock lock(x_mutex);
        note("ask", lock);
        if (on_ask) {
            on_ask();
        }
        if (x_broken_call == "ask") {
            return {boost::system::in_place_error, x_error};
        }
        dhow::store::answer::measures out;
        out.messages = x_committed;
        return dhow::store::reply{out};
    }
    protocol::result<bool> maintain() override {
        std::unique_lock lock(x_mutex);
        note("maintain", lock);
        if (x_broken_call == "maintain") {
            return {boost::system::in_place_error, x_error};
        }
        return {boost::system::in_place_value, x_housekeeping > 0 && x_housekeeping-- > 0};
    }

    /// From here on a call does not return before open().
    void close() {
        const std::lock_guard lock(x_mutex);
        x_closed = true;
    }
    void open() {
        const std::lock_guard lock(x_mutex);
        x_closed = false;
        x_changed.notify_all();
    }
    /// `apply`, `ask` or `maintain` fails from now on, also one that is stopped.
    void break_at(std::string_view call) {
        const std::lock_guard lock(x_mutex);
        x_broken_call = call;
    }
    /// So many times maintain() says that there is more to do.
    void need_housekeeping(int times) {
        const std::lock_guard lock(x_mutex);
        x_housekeeping = times;
    }
    /// Waits until there were so many calls, and gives all.
    std::vector<std::string> await_calls(std::size_t count) {
        std::unique_lock lock(x_mutex);
        BOOST_REQUIRE(x_changed.wait_for(lock, patience, [&] { return x_calls.size() >= count; }));
        return x_calls;
    }
    /// The sizes of all commits.
    std::vector<std::size_t> commits() {
        std::vector<std::size_t> out;
        for (const auto& call : await_calls(0)) {
            if (call.starts_with("apply ") && call != "apply 0") {
                out.push_back(std::stoul(call.substr(6)));
            }
        }
        return out;
    }

    std::function<void()> on_ask;  ///< On the store thread. Set before the thread begins.

private:
    void note(std::string call, std::unique_lock<std::mutex>& lock) {
        x_calls.push_back(std::move(call));
        x_changed.notify_all();
        x_changed.wait(lock, [this] { return !x_closed; });
    }

    const boost::system::error_code x_error =
        protocol::make_error_code(protocol::errc::store_failed);
    std::mutex x_mutex;
    std::condition_variable x_changed;
    std::vector<std::string> x_calls;
    std::string x_broken_call;
    std::size_t x_committed = 0;
    int x_housekeeping = 0;
    bool x_closed = false;
};

/// Keeps what is posted until the test, which is the owner's thread, runs it.
class mailbox {
public:
    void post(std::function<void()> what) {
        const std::lock_guard lock(x_mutex);
        x_posted.push_back(std::move(what));
        ++x_posts;
        x_changed.notify_all();
    }
    /// Runs what is posted, in order, until it is so.
    void run_until(const std::function<bool()>& is_so) {
        while (!is_so()) {
            next()();
        }
    }
    /// Runs what is there by now.
    void run_all() {
        run_until([this] {
            const std::lock_guard lock(x_mutex);
            return x_posted.empty();
        });
    }
    std::size_t posts() {
        const std::lock_guard lock(x_mutex);
        return x_posts;
    }

private:
    std::function<void()> next() {
        std::unique_lock lock(x_mutex);
        BOOST_REQUIRE(x_changed.wait_for(lock, patience, [&] { return !x_posted.empty(); }));
        auto out = std::move(x_posted.front());
        x_posted.pop_front();
        return out;
    }

    std::mutex x_mutex;
    std::condition_variable x_changed;
    std::deque<std::function<void()>> x_posted;
    std::size_t x_posts = 0;
};

struct store_thread_fixture {
    using errors = std::vector<boost::system::error_code>;

    store_thread_fixture() = default;
    store_thread_fixture(const store_thread_fixture&) = delete;
    store_thread_fixture& operator=(const store_thread_fixture&) = delete;
    ~store_thread_fixture() {
        disk.open();
        thread.reset();
    }

    /// A batch is never cut for its age: a machine may be slow.
    static store::store_thread::options patient(store::batch_bounds bounds = {}) {
        bounds.time_max = std::chrono::hours{1};
        return {.bounds = bounds};
    }
    void begin(store::store_thread::options with = patient()) { begin(disk, with); }
    void begin(dhow::store::store& on, store::store_thread::options with = patient()) {
        thread.emplace(
            on, [this](std::function<void()> what) { owner.post(std::move(what)); },
            [this](boost::system::error_code error) {
                const std::lock_guard lock(x_mutex);
                x_fatal.push_back(error);
                x_changed.notify_all();
            },
            with);
    }

    static store::transaction transaction_of(std::uint64_t token) {
        store::transaction out;
        out.token = token;
        out.changes = {store::operation::put_meta{"token", std::to_string(token)}};
        return out;
    }
    void submit(std::uint64_t token, bool at_once = false) {
        auto what = transaction_of(token);
        what.at_once = at_once;
        thread->submit(std::move(what), [this](const store::transaction_result& result) {
            heard.push_back("stored " + std::to_string(result.token));
        });
    }
    void submit_all(std::uint64_t first, std::uint64_t last) {
        for (auto token = first; token <= last; ++token) {
            submit(token);
        }
    }
    void ask(const std::string& name) {
        thread->ask(store::query::measure{}, [this, name](store::reply& answer) {
            const auto& got = std::get<store::answer::measures>(answer);
            heard.push_back(name + " saw " + std::to_string(got.messages));
        });
    }
    /// Submits 0; its commit ends with disk.open(), so that what is given meanwhile gathers.
    void hold_in_commit() {
        disk.close();
        submit(0);
        disk.await_calls(1);
    }
    void hear(std::size_t count) {
        owner.run_until([&] { return heard.size() >= count; });
    }
    errors await_fatal() {
        std::unique_lock lock(x_mutex);
        BOOST_REQUIRE(x_changed.wait_for(lock, patience, [&] { return !x_fatal.empty(); }));
        return x_fatal;
    }
    /// All errors so far; the thread has ended.
    errors all_fatal() {
        const std::lock_guard lock(x_mutex);
        return x_fatal;
    }

    scripted_store disk;
    mailbox owner;
    std::vector<std::string> heard;  ///< Results and answers, as the owner heard them.
    std::optional<store::store_thread> thread;

private:
    std::mutex x_mutex;
    std::condition_variable x_changed;
    errors x_fatal;
};

}  // namespace dhow::tests
