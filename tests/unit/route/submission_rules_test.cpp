// What a submission may hold, at each bound and one above; which problem is the answer's; and what
// is given back when a message comes to nothing on its way to the store.
// Way of the message: tests of daemon/route/submission, submission_checks, submission_plan.
// Not pure: a store in a temporary folder.
// Spec: docs/agency-api.md#submit, docs/overview.md#submitting.
// Limits: none.
#include "daemon/route/submission_checks.hpp"
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using store::transaction_status;

namespace {

/// The checks alone: ZW may send everything to everybody by one link.
struct some_checks {
    some_checks() {
        settings.bureau = bureau("ZW");
        settings.links = {{"fibre", bureau("IPSG"), config::link_mode::dial, {}, false}};
        settings.routes = {{"*", {"fibre"}, 1}};
        settings.groups = {{"lakes", {bureau("KE"), bureau("MU")}}};
        rights.send_kinds = {"*"};
        rights.send_to = {"*"};
        rights.send_classes = {message_class::routine};
        know({"ZW", "IPSG", "MU", "KE"});
    }
    void know(const std::vector<std::string>& names) {
        std::vector<bureau_id> all;
        for (const auto& name : names) {
            all.push_back(bureau(name));
        }
        directory = make_plain_directory(all, hash);
        use();
    }
    void use() {
        shared.config = std::make_shared<config::gateway>(settings);
        shared.directory = std::make_shared<protocol::directory>(directory);
        shared.routes = routing_table(*shared.config, *shared.directory);
    }
    checked_submission check() { return check_submission(shared, what, 0, &rights); }
    bool is_fine() { return check().code == errc{}; }
    bool is_refused(errc code, std::string_view text) {
        const auto said = check();
        BOOST_TEST_MESSAGE(said.problems);
        return said.code == code && contains(said.problems, text);
    }
    protocol::directory_entry& entry(std::string_view name) {
        return *std::ranges::find(directory.entries, bureau(name),
                                  &protocol::directory_entry::bureau);
    }

    seal::openssl_hasher hash;
    config::gateway settings;
    protocol::directory directory;
    config::agency rights;
    route::core shared;
    request::submit what = core_harness::a_message();
};

message_id reference(std::uint8_t number) {
    const auto at = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();
    std::array<std::uint8_t, 10> random{};
    random.back() = number;
    return protocol::make_message_id(at, random);
}

std::vector<message_id> references(std::size_t count) {
    std::vector<message_id> out;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(reference(static_cast<std::uint8_t>(i)));
    }
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(submission_rules_test, some_checks)

BOOST_AUTO_TEST_CASE(a_kind_is_dotted_words_of_small_letters_and_digits_each_begun_by_a_letter) {
    for (const auto* text : {"a", "z", "hit", "hit.request", "a1", "z9", "a0.b5.c9", "hit2.x"}) {
        BOOST_TEST(is_kind(text), text);
    }
    for (const auto* text : {"", ".", "hit.", ".hit", "hit..request", "1hit", "hit.1", "9", "Hit",
                             "hIT", "hit_request", "hit request", "hit/request", "hit:request",
                             "hit`", "hit{", "h\xc3\xa4t", "hit\n"}) {
        BOOST_TEST(!is_kind(text), text);
    }
    BOOST_TEST(is_kind(std::string(64, 'a')));
    BOOST_TEST(!is_kind(std::string(65, 'a')));
}

BOOST_AUTO_TEST_CASE(subject_and_media_type_have_at_most_1024_bytes_of_one_clean_line) {
    what.subject.clear();
    BOOST_TEST(is_fine());
    what.subject.assign(limits::short_text_bytes_max, 's');
    BOOST_TEST(is_fine());
    what.subject.push_back('s');
    BOOST_TEST(is_refused(errc::validation_failed, "subject must be"));
    what.subject = "tab\there";
    BOOST_TEST(is_refused(errc::validation_failed, "subject must be"));
    what.subject = "fine";
    what.media_type.assign(limits::short_text_bytes_max, 'm');
    BOOST_TEST(is_fine());
    for (const auto& wrong : {std::string(), std::string(limits::short_text_bytes_max + 1, 'm'),
                              std::string("text/plain\r\n"), std::string("\xff")}) {
        what.media_type = wrong;
        BOOST_TEST(is_refused(errc::validation_failed, "media_type must be"));
    }
}

BOOST_AUTO_TEST_CASE(attachments_and_the_key_are_bounded) {
    what.attachments.resize(limits::attachments_max);
    what.idempotency_key.assign(limits::idempotency_key_bytes_max, 'k');
    BOOST_TEST(is_fine());
    what.attachments.emplace_back();
    BOOST_TEST(is_refused(errc::too_large, "at most 64 attachments"));
    what.attachments.clear();
    what.idempotency_key.push_back('k');
    BOOST_TEST(is_refused(errc::validation_failed, "255 bytes"));
}

BOOST_AUTO_TEST_CASE(at_most_32_messages_are_referred_to_and_none_twice) {
    const auto all = references(limits::references_max + 1);
    what.supersedes.assign(all.begin(), all.end() - 9);
    what.cancels.assign(all.end() - 9, all.end() - 1);
    BOOST_TEST(is_fine());
    what.cancels.push_back(all.back());
    BOOST_TEST(is_refused(errc::validation_failed, "at most 32"));
    what.supersedes = {all[0], all[1]};
    what.cancels = {all[1]};
    BOOST_TEST(is_refused(errc::validation_failed, "none twice"));
    what.cancels = {all[2]};
    BOOST_TEST(is_fine());
}

BOOST_AUTO_TEST_CASE(a_reference_must_be_a_uuid_of_version_7_and_its_variant) {
    what.cancels = {reference(1)};
    BOOST_TEST(is_fine());
    what.cancels[0].value[6] = 0x40;
    BOOST_TEST(is_refused(errc::validation_failed, "supersedes and cancels"));
    what.cancels = {reference(1)};
    what.cancels[0].value[8] = 0xC0;
    BOOST_TEST(is_refused(errc::validation_failed, "supersedes and cancels"));
    what.cancels = {message_id{}};
    BOOST_TEST(is_refused(errc::validation_failed, "supersedes and cancels"));
}

BOOST_AUTO_TEST_CASE(the_gravest_problem_is_the_answers_and_all_are_told) {
    const auto is_both = [&](errc code, std::string_view first, std::string_view second) {
        return is_refused(code, first) && is_refused(code, second);
    };
    what.subject = "two\nlines";
    what.text.assign(limits::text_bytes_max + 1, 'x');  // Found later, and graver.
    BOOST_TEST(is_both(errc::too_large, "subject", "1 MiB"));
    what.text.clear();
    what.to = {"XX"};
    BOOST_TEST(is_both(errc::validation_failed, "subject", "recipient `XX` is not known"));
    what.to = {"KE"};
    rights.send_to = {"MU"};
    BOOST_TEST(is_both(errc::unauthorised, "subject", "may not send to KE"));
    what.subject = "fine";
    rights.send_to = {"*"};
    settings.routes.clear();
    entry("KE").text_bytes = 5;
    use();
    what.text.assign(6, 'x');
    BOOST_TEST(is_both(errc::too_large, "no route to KE", "at most 5 bytes"));
}

BOOST_AUTO_TEST_CASE(a_member_of_a_group_that_is_barred_or_unknown_is_named) {
    using protocol::bureau_status;
    what.to = {"group:lakes"};
    BOOST_TEST(is_fine());
    for (const auto status : {bureau_status::suspended, bureau_status::revoked}) {
        entry("KE").status = status;
        use();
        BOOST_TEST(is_refused(errc::unknown_recipient, "KE is suspended or revoked"));
    }
    entry("KE").status = bureau_status::retiring;
    use();
    BOOST_TEST(is_fine());
    know({"ZW", "IPSG", "MU"});
    BOOST_TEST(is_refused(errc::unknown_recipient, "KE is not in the directory"));
}

BOOST_AUTO_TEST_CASE(a_message_goes_to_at_most_511_recipients) {
    std::vector<std::string> names{"ZW"};
    for (std::size_t i = 1; i < limits::recipients_max; ++i) {
        names.push_back("B" + std::to_string(i));
    }
    what.to = {"group:everyone"};
    know(names);
    auto said = check();
    BOOST_TEST((said.code == errc{}), said.problems);
    BOOST_TEST(said.recipients.size() == 511U);
    names.emplace_back("C");
    know(names);
    said = check();
    BOOST_TEST((said.code == errc::too_large));
    BOOST_TEST(said.problems == "more than 511 recipients");
    BOOST_TEST(said.recipients.empty());
}

BOOST_AUTO_TEST_SUITE_END()

namespace {
struct a_gateway : core_harness {
    response::problem refused(request::submit what, const std::string& who = "border") {
        return expect_problem(agency(who), std::move(what));
    }
    message_id accepted(request::submit what, const std::string& who = "border") {
        return expect<response::accepted>(agency(who), std::move(what)).id;
    }
    /// Handed to the core, which has not been given a store's or a sealer's answer yet.
    void begin(const std::string& who, request::submit what) {
        core().request(agency(who), std::move(what),
                       [this](api_response one) { said.push_back(std::move(one)); });
    }
    errc code_said(std::size_t which) { return std::get<response::problem>(said.at(which)).code; }
    std::vector<api_response> said;
};

request::submit with_key(std::string key) {
    auto out = core_harness::a_message();
    out.idempotency_key = std::move(key);
    return out;
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(submission_ends_test, a_gateway)

BOOST_AUTO_TEST_CASE(a_key_that_is_too_long_is_refused_and_is_no_key) {
    const auto what = with_key(std::string(limits::idempotency_key_bytes_max + 1, 'k'));
    BOOST_TEST((refused(what).code == errc::validation_failed));
    BOOST_TEST((refused(what).code == errc::validation_failed));
    const auto longest = with_key(std::string(limits::idempotency_key_bytes_max, 'k'));
    accepted(longest);
    BOOST_TEST(expect<response::accepted>(agency("border"), longest).repeated);
}

BOOST_AUTO_TEST_CASE(each_field_of_a_request_but_attachments_tells_it_from_a_repeat) {
    const auto first = with_key("k");
    accepted(first);
    std::vector<request::submit> others(9, first);
    others[0].kind = "hit.other";
    others[1].subject = "another";
    others[2].media_type = "text/html";
    others[3].cls = message_class::urgent;
    others[4].to = {"KE"};
    others[5].never_expires = true;
    others[6].time_to_live = 24h;
    others[7].supersedes = references(1);
    others[8].cancels = references(1);
    for (std::size_t i = 0; i < others.size(); ++i) {
        BOOST_TEST((refused(others[i]).code == errc::conflict), "field " << i);
        others[i].idempotency_key = "k" + std::to_string(i);
        accepted(others[i]);
        BOOST_TEST(expect<response::accepted>(agency("border"), others[i]).repeated);
    }
}

BOOST_AUTO_TEST_CASE(problems_of_uploads_are_told_behind_the_others_and_change_no_graver_code) {
    auto what = a_message();
    what.attachments = {77};
    auto problem = refused(what);
    BOOST_TEST((problem.code == errc::validation_failed));
    BOOST_TEST(problem.detail.starts_with("upload 77 does not exist"), problem.detail);
    what.kind = "diffusion.wanted";
    problem = refused(what);
    BOOST_TEST((problem.code == errc::unauthorised));
    BOOST_TEST(contains(problem.detail, "`diffusion.wanted`; upload 77"), problem.detail);
}

BOOST_AUTO_TEST_CASE(without_times_of_its_class_a_message_neither_expires_nor_is_sent_again) {
    const auto routine = static_cast<std::size_t>(message_class::routine);
    settings().times[routine] = {0s, 24h};
    reload();
    auto found = stored(accepted(a_message()));
    BOOST_TEST((found.message.expires_at == now + 24h));
    BOOST_TEST((found.deliveries.front().due_at == now + 24h));
    settings().times[routine] = {1h, 0s};
    reload();
    found = stored(accepted(a_message()));
    BOOST_TEST(!found.message.expires_at.has_value());
    BOOST_TEST((found.deliveries.front().due_at == now + 1h));
    settings().times[routine] = {0s, 0s};
    reload();
    BOOST_TEST(!stored(accepted(a_message())).deliveries.front().due_at.has_value());
    auto what = a_message();
    what.time_to_live = 60s;
    BOOST_TEST((stored(accepted(what)).message.expires_at == now + 60s));
}

BOOST_AUTO_TEST_CASE(what_can_not_be_sealed_gives_back_uploads_and_quota) {
    auto what = a_message();
    what.attachments = {upload("customs", bytes(10, 1))};
    has_no_workers = true;
    for (int i = 0; i < 5; ++i) {
        const auto problem = refused(what, "customs");
        BOOST_TEST((problem.code == errc::overloaded));
        BOOST_TEST(contains(problem.detail, "was not sealed"), problem.detail);
    }
    has_no_workers = false;
    accepted(what, "customs");
    accepted(a_message(), "customs");
    BOOST_TEST((refused(a_message(), "customs").code == errc::quota_exceeded));
}

BOOST_AUTO_TEST_CASE(what_fails_after_midnight_gives_back_no_more_than_was_spent) {
    hold_jobs = true;
    begin("customs", a_message());
    pump();
    advance(14h);  // It was 10:00.
    begin("customs", a_message());
    pump();
    has_no_workers = true;
    hold_jobs = false;
    pump();
    BOOST_REQUIRE_EQUAL(said.size(), 2U);
    BOOST_TEST((code_said(0) == errc::overloaded));
    BOOST_TEST((code_said(1) == errc::overloaded));
    has_no_workers = false;
    accepted(a_message(), "customs");
    accepted(a_message(), "customs");
    BOOST_TEST((refused(a_message(), "customs").code == errc::quota_exceeded));
}

BOOST_AUTO_TEST_CASE(what_fails_after_midnight_gives_back_nothing_of_the_new_day) {
    hold_jobs = true;
    begin("customs", a_message());
    pump();
    advance(14h);  // It was 10:00.
    begin("customs", a_message());
    pump();
    hold_jobs = false;
    fail_next_commit = store::transaction_status::full;
    pump();
    BOOST_REQUIRE_EQUAL(said.size(), 2U);
    accepted(a_message(), "customs");
    BOOST_TEST((refused(a_message(), "customs").code == errc::quota_exceeded));
}

BOOST_AUTO_TEST_CASE(an_agency_that_is_removed_while_its_key_is_looked_for_is_refused) {
    begin("border", with_key("k"));
    settings().agencies.erase("border");
    reload();
    BOOST_REQUIRE_EQUAL(said.size(), 1U);
    BOOST_TEST((code_said(0) == errc::unauthorised));
}

BOOST_AUTO_TEST_CASE(a_route_that_is_removed_while_a_message_is_sealed_is_missed) {
    auto what = a_message();
    what.attachments = {upload("border", bytes(10, 1))};
    hold_jobs = true;
    begin("border", what);
    pump();
    const auto routes = settings().routes;
    settings().routes.clear();
    reload();
    hold_jobs = false;
    pump();
    BOOST_REQUIRE_EQUAL(said.size(), 1U);
    BOOST_TEST((code_said(0) == errc::no_route));
    settings().routes = routes;
    reload();
    accepted(what);  // The upload was given back.
}

BOOST_AUTO_TEST_CASE(a_conflict_of_the_store_without_a_key_is_said_as_it_is) {
    fail_next_commit = transaction_status::conflict;
    BOOST_TEST((refused(a_message()).code == errc::conflict));
    fail_next_commit = transaction_status::conflict;
    const auto problem = refused(with_key("k"));  // Nobody has put the key.
    BOOST_TEST((problem.code == errc::conflict));
    accepted(with_key("k"));
}

BOOST_AUTO_TEST_CASE(a_key_that_another_writer_has_put_for_another_request_is_a_conflict) {
    before_apply = [&](const store::transaction& ours) {
        for (const auto& change : ours.changes) {
            if (const auto* put = std::get_if<operation::put_idempotency>(&change)) {
                auto row = put->row;
                row.request.value[0] ^= 1;
                apply({operation::put_idempotency{row}});
            }
        }
    };
    const auto problem = refused(with_key("k"));
    BOOST_TEST((problem.code == errc::conflict));
    BOOST_TEST(contains(problem.detail, "stands for another message"), problem.detail);
    BOOST_TEST(query_store<answer::queue>(query::list_queue{bureau("IPSG"), 0, 10}).rows.empty());
}

BOOST_AUTO_TEST_CASE(a_cancellation_that_can_not_be_sealed_is_refused_and_costs_no_quota) {
    const auto id = accepted(a_message(), "customs");
    apply({operation::advance_delivery{.message = stored(id).message.row,
                                       .recipient = bureau("MU"),
                                       .expected = 0xffff'ffff,
                                       .state = store::delivery_state::relayed,
                                       .at = now}});
    has_no_workers = true;
    BOOST_TEST((expect_problem(agency("customs"), request::cancel{id}).code == errc::overloaded));
    has_no_workers = false;
    expect<response::done>(agency("customs"), request::cancel{id});
    accepted(a_message(), "customs");
    BOOST_TEST((refused(a_message(), "customs").code == errc::quota_exceeded));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
