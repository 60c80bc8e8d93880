// The thread that owns the store: order, batches, what an error ends, what stop() still does.
// Way of the message: tests of daemon/store/store_thread.
// Not pure: a thread, a scripted store; one case has a real one in a temporary folder.
// Spec: docs/store.md#commit.
// Limits: a test that fails may take `patience` to say so.
#include "daemon/store/sqlite_store.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/store/store_thread_fixture.hpp"

namespace dhow::tests {

namespace operation = store::operation;
using boost::test_tools::per_element;

namespace {
using texts = std::vector<std::string>;
using sizes = std::vector<std::size_t>;

store::store_thread::options batches_of(std::size_t operations) {
    return store_thread_fixture::patient({.operations_max = operations});
}

std::size_t bytes_with(store::change one) {
    store::transaction what;
    what.changes.push_back(std::move(one));
    return store::bytes_of(what);
}

std::unique_ptr<store::sqlite_store> open_at(const std::string& path) {
    store::sqlite_options options;
    options.path = path;
    options.instance.value[15] = 0x2a;
    return store::sqlite_store::open(options);
}

std::map<std::string, std::string> meta_of(store::reply reply) {
    return std::get<store::answer::start>(std::move(reply)).meta;
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(store_thread_test, store_thread_fixture)

BOOST_AUTO_TEST_CASE(results_come_in_the_order_of_submission) {
    begin(batches_of(2));
    hold_in_commit();
    submit_all(1, 4);
    disk.open();
    hear(5);
    const texts wanted{"stored 0", "stored 1", "stored 2", "stored 3", "stored 4"};
    BOOST_TEST(heard == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(answers_come_in_the_order_of_the_questions) {
    begin();
    hold_in_commit();
    ask("first");
    ask("second");
    ask("third");
    disk.open();
    hear(4);
    const texts wanted{"stored 0", "first saw 1", "second saw 1", "third saw 1"};
    BOOST_TEST(heard == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(a_question_sees_everything_that_was_submitted_before_it) {
    begin(batches_of(2));
    hold_in_commit();
    submit_all(1, 5);
    ask("question");
    disk.open();
    hear(7);
    BOOST_TEST(heard.back() == "question saw 6");
}

BOOST_AUTO_TEST_CASE(results_are_posted_before_the_answers_of_the_same_batch) {
    begin();
    hold_in_commit();
    ask("question");
    submit(1);
    disk.open();
    hear(3);
    const texts wanted{"stored 0", "stored 1", "question saw 2"};
    BOOST_TEST(heard == wanted, per_element());
    BOOST_TEST(owner.posts() == 2U);
}

BOOST_AUTO_TEST_CASE(what_gathers_during_a_commit_becomes_the_next_one) {
    begin();
    hold_in_commit();
    submit_all(1, 5);
    disk.open();
    hear(6);
    BOOST_TEST(disk.commits() == (sizes{1, 5}), per_element());
}

BOOST_AUTO_TEST_CASE(a_commit_holds_no_more_operations_than_its_bound) {
    begin(batches_of(2));
    hold_in_commit();
    submit_all(1, 5);
    disk.open();
    hear(6);
    BOOST_TEST(disk.commits() == (sizes{1, 2, 2, 1}), per_element());
}

BOOST_AUTO_TEST_CASE(a_commit_holds_no_more_bytes_than_its_bound) {
    begin(patient({.bytes_max = 3 * store::bytes_of(transaction_of(1))}));
    hold_in_commit();
    submit_all(1, 5);
    disk.open();
    hear(6);
    BOOST_TEST(disk.commits() == (sizes{1, 3, 2}), per_element());
}

BOOST_AUTO_TEST_CASE(flash_is_committed_without_what_was_submitted_behind_it) {
    begin();
    hold_in_commit();
    submit(1);
    submit(2, true);
    submit_all(3, 5);
    disk.open();
    hear(6);
    BOOST_TEST(disk.commits() == (sizes{1, 2, 3}), per_element());
}

BOOST_AUTO_TEST_CASE(a_commit_that_fails_is_fatal_once_and_nothing_is_answered_any_more) {
    begin();
    hold_in_commit();
    submit(1);
    ask("question");
    disk.break_at("apply");
    disk.open();
    await_fatal();
    submit(2);
    ask("another");
    thread->stop();
    owner.run_all();
    BOOST_TEST(heard == texts{}, per_element());
    BOOST_TEST(disk.commits() == (sizes{1}), per_element());
    BOOST_REQUIRE_EQUAL(all_fatal().size(), 1U);
    BOOST_TEST((protocol::errc_of(all_fatal()[0]) == protocol::errc::store_failed));
}

BOOST_AUTO_TEST_CASE(a_question_that_fails_is_fatal_and_its_batch_is_not_acknowledged) {
    begin();
    hold_in_commit();
    submit(1);
    ask("question");
    disk.break_at("ask");
    disk.open();
    await_fatal();
    submit(2);
    thread->stop();
    owner.run_all();
    BOOST_TEST(heard == texts{"stored 0"}, per_element());
    BOOST_TEST(disk.commits() == (sizes{1, 1}), per_element());
    BOOST_TEST(all_fatal().size() == 1U);
}

BOOST_AUTO_TEST_CASE(housekeeping_that_fails_is_fatal_and_ends_the_work) {
    begin();
    disk.break_at("maintain");
    submit(1);
    hear(1);
    await_fatal();
    submit(2);
    thread->stop();
    owner.run_all();
    BOOST_TEST(heard == texts{"stored 1"}, per_element());
    BOOST_TEST(all_fatal().size() == 1U);
}

BOOST_AUTO_TEST_CASE(stop_commits_and_answers_everything_that_was_given) {
    begin(batches_of(1));
    hold_in_commit();
    submit_all(1, 200);
    ask("question");
    disk.open();
    thread->stop();
    owner.run_all();
    BOOST_TEST(heard.size() == 202U);
    BOOST_TEST(heard.back() == "question saw 201");
}

BOOST_AUTO_TEST_CASE(room_ends_with_the_bytes_that_wait_and_comes_back_with_the_commit) {
    auto with = patient();
    with.queue_bytes_max = 3 * store::bytes_of(transaction_of(1));
    begin(with);
    hold_in_commit();
    submit(1);
    BOOST_TEST(thread->has_room());
    submit(2);
    BOOST_TEST(thread->queued_bytes() == with.queue_bytes_max);
    BOOST_TEST(!thread->has_room());
    disk.open();
    hear(3);
    BOOST_TEST(thread->queued_bytes() == 0U);
    BOOST_TEST(thread->has_room());
}

BOOST_AUTO_TEST_CASE(what_a_transaction_carries_counts_as_memory) {
    constexpr std::size_t size = 10'000;
    const protocol::bytes data(size);
    operation::put_segment segment;
    const auto no_segment = bytes_with(segment);
    segment.data = data;
    BOOST_TEST(bytes_with(segment) == no_segment + size);
    operation::put_message message;
    const auto no_message = bytes_with(message);
    message.row.seal = data;
    message.row.lockboxes = data;
    BOOST_TEST(bytes_with(message) == no_message + 2 * size);
    operation::put_object object;
    const auto no_object = bytes_with(object);
    object.row.preamble = data;
    BOOST_TEST(bytes_with(object) == no_object + size);
    operation::put_receipt receipt;
    const auto no_receipt = bytes_with(receipt);
    receipt.row.encoded = data;
    BOOST_TEST(bytes_with(receipt) == no_receipt + size);
}

BOOST_AUTO_TEST_CASE(each_change_of_a_transaction_counts_as_memory) {
    auto what = transaction_of(1);
    const auto one = store::bytes_of(what);
    what.changes.push_back(what.changes.front());
    BOOST_TEST(store::bytes_of(what) > one);
}

BOOST_AUTO_TEST_CASE(the_heart_beats_between_the_answers_of_one_batch) {
    std::vector<std::uint64_t> beats;  // Read when the thread has ended.
    disk.on_ask = [&] { beats.push_back(thread->heartbeat()); };
    begin();
    hold_in_commit();
    ask("first");
    ask("second");
    ask("third");
    disk.open();
    thread->stop();
    BOOST_REQUIRE_EQUAL(beats.size(), 3U);
    BOOST_TEST(beats[0] < beats[1]);
    BOOST_TEST(beats[1] < beats[2]);
}

BOOST_AUTO_TEST_CASE(the_heart_beats_while_there_is_nothing_to_do) {
    begin();
    const auto last = std::chrono::steady_clock::now() + patience;
    while (thread->heartbeat() < 2 && std::chrono::steady_clock::now() < last) {
        std::this_thread::yield();
    }
    BOOST_TEST(thread->heartbeat() >= 2U);
}

BOOST_AUTO_TEST_CASE(housekeeping_goes_on_by_itself_while_there_is_more_to_do) {
    begin();
    disk.need_housekeeping(3);
    submit(1);
    disk.await_calls(5);
    thread->stop();
    const texts wanted{"apply 1", "maintain", "maintain", "maintain", "maintain"};
    BOOST_TEST(disk.await_calls(5) == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(no_housekeeping_is_done_while_flash_waits) {
    begin();
    hold_in_commit();
    submit(1, true);
    disk.open();
    thread->stop();
    const texts wanted{"apply 1", "apply 1", "maintain"};
    BOOST_TEST(disk.await_calls(3) == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(what_a_real_store_committed_is_seen_by_the_next_question_and_on_disk) {
    const temporary_folder folder;
    const auto path = (folder / "store.db").string();
    auto real = open_at(path);
    begin(*real);
    submit(17);
    std::map<std::string, std::string> seen;
    thread->ask(store::query::load_start{},
                [&](store::reply& answer) { seen = meta_of(std::move(answer)); });
    thread->stop();
    owner.run_all();
    thread.reset();
    real.reset();
    BOOST_TEST(heard == texts{"stored 17"}, per_element());
    BOOST_TEST(seen["token"] == "17");
    auto meta = meta_of(open_at(path)->ask(store::query::load_start{}).value());
    BOOST_TEST(meta["token"] == "17");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
