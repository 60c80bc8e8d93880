// A disk fills up: what can no longer be taken is refused, what was accepted stays, and with space
// all goes on by itself.
// Way of the message: intake and custody stop and go on.
// Not pure: processes; mounts a small file system that only this process and its children see.
// Spec: docs/operations.md#disk, docs/agency-api.md#submit. Tests: this is one.
// Limits: disk_bytes is small, so that it can be filled in memory.
#include "tests/system/harness.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace dhow::tests {

namespace fs = std::filesystem;
namespace tt = boost::test_tools;

namespace {

constexpr std::uint64_t disk_bytes = 192U << 20U;  // The ballast takes a third of it.

/// Mounts from here on are this process's own and go with it. Whoever is not root gets a user
/// namespace in which it stays who it is.
std::string enter_namespace() {
    static const std::string trouble = [] {
        const auto user = std::to_string(geteuid());
        const int wanted = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
        if (unshare(wanted) != 0) {
            return std::string("unshare: ") + std::strerror(errno);
        }
        if ((wanted & CLONE_NEWUSER) != 0) {
            std::ofstream("/proc/self/uid_map") << user << " " << user << " 1";
        }
        return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0
                   ? std::string()
                   : std::string("mount: ") + std::strerror(errno);
    }();
    return trouble;
}

/// A small file system, filled and emptied by the test.
class small_disk {
public:
    explicit small_disk(fs::path at) : x_path(std::move(at)) {
        const auto options = "mode=700,size=" + std::to_string(disk_bytes);
        if (mount("dhow-test", x_path.c_str(), "tmpfs", 0, options.c_str()) != 0) {
            throw std::runtime_error("mount: " + std::string(std::strerror(errno)));
        }
    }
    ~small_disk() { umount2(x_path.c_str(), MNT_DETACH); }
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    /// Others write until so much is left; does nothing when less is.
    void leave(double percent) const {
        struct statvfs found{};
        if (statvfs(x_path.c_str(), &found) != 0) {
            throw std::runtime_error("statvfs failed");
        }
        const auto total = static_cast<double>(found.f_blocks * found.f_frsize);
        const auto free = static_cast<double>(found.f_bavail * found.f_frsize);
        const auto more = static_cast<off_t>(free - total * percent / 100);
        if (more > 0) {
            const int file = open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR);
            const auto end = lseek(file, 0, SEEK_END);
            posix_fallocate(file, end, more);
            close(file);
        }
    }
    void make_room() const { fs::remove(filler()); }

private:
    [[nodiscard]] fs::path filler() const { return x_path / "of-somebody-else"; }
    fs::path x_path;
};

tt::assertion_result can_mount(boost::unit_test::test_unit_id) {
    tt::assertion_result out(true);
    try {
        if (const auto trouble = enter_namespace(); !trouble.empty()) {
            throw std::runtime_error(trouble);
        }
        const temporary_folder scratch;
        const small_disk tried(scratch.path());
    } catch (const std::runtime_error& trouble) {
        out = tt::assertion_result(false);
        out.message() << "not tested: no file system can be mounted here: " << trouble.what();
    }
    return out;
}

/// The thresholds that are documented, instead of those of the other tests.
void set_default_thresholds(const gateway& at) {
    auto text = read_file(at.config());
    const std::string old = "free: {soft: 3%, hard: 2%, floor: 1%}";
    const auto found = text.find(old);
    BOOST_REQUIRE(found != std::string::npos);
    text.replace(found, old.size(), "free: {soft: 20%, hard: 10%, floor: 3%}");
    std::ofstream(at.config()) << text;
}

reply try_to_submit(const gateway& from, const std::string& cls) {
    const json::object body{{"kind", "hit.request"},
                            {"class", cls},
                            {"subject", "synthetic"},
                            {"text", "synthetic"},
                            {"to", json::array{"MU"}}};
    return ask(from.socket(), "POST", "/v1/messages", json::serialize(body));
}

/// What was accepted, ever; and that everything else was refused as is documented.
class ledger {
public:
    explicit ledger(const gateway& from) : x_from(from) {}

    /// Whether it was accepted.
    bool submit(const std::string& cls) {
        const auto answer = try_to_submit(x_from, cls);
        if (answer.status == 202) {
            x_ids.emplace_back(answer.as_json().at("id").as_string());
            return true;
        }
        BOOST_TEST(answer.status == 507U, answer.body);
        const auto said = answer.as_json().as_object();
        BOOST_TEST(said.at("code").as_string() == "store-full");
        BOOST_TEST(said.at("retryable").as_bool());
        BOOST_TEST(said.at("retry_after").to_number<int>() > 0);
        BOOST_TEST(said.at("detail").as_string().find("disk") != std::string::npos, answer.body);
        BOOST_TEST(said.at("hint").as_string().find("Free disk space") != std::string::npos);
        return false;
    }
    /// Somebody else fills the disk, and refills what the gateway gives back.
    void expect_refusal(const small_disk& disk, double percent, const std::string& cls) {
        wait_until(cls + " to be refused", [&] {
            disk.leave(percent);
            return !submit(cls);
        });
    }
    [[nodiscard]] const std::vector<std::string>& ids() const { return x_ids; }

private:
    const gateway& x_from;
    std::vector<std::string> x_ids;
};

void expect_all_once(const gateway& origin, const gateway& addressee,
                     const std::vector<std::string>& ids) {
    for (const auto& id : ids) {
        wait_until(
            "the receipt for " + id, [&] { return is_complete(origin, id, "MU"); }, seconds{300});
    }
    auto expected = ids;
    auto found = inbox_ids(addressee);
    std::ranges::sort(expected);
    std::ranges::sort(found);
    BOOST_TEST(found == expected, tt::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(disk_full_test)

BOOST_AUTO_TEST_CASE(an_origin_refuses_class_by_class_and_goes_on_when_there_is_room,
                     *boost::unit_test::precondition(can_mount)) {
    federation bureaus;
    auto& origin = bureaus["ZW"];
    const small_disk disk(origin.folder() / "state");
    set_default_thresholds(origin);
    origin.start();
    ledger book(origin);
    for (const auto* cls : {"bulk", "routine", "urgent", "flash"}) {
        BOOST_TEST(book.submit(cls), cls);
    }
    book.expect_refusal(disk, 15, "bulk");
    BOOST_TEST(book.submit("routine"));
    book.expect_refusal(disk, 6, "urgent");
    BOOST_TEST(!book.submit("bulk"));
    BOOST_TEST(book.submit("flash"));
    book.expect_refusal(disk, 1, "flash");
    BOOST_TEST(ask(origin.socket(), "GET", "/healthz").status == 200U);
    BOOST_TEST(ask(origin.socket(), "GET", "/readyz").status == 503U);

    disk.leave(0);  // Not a byte, while there is work.
    bureaus["IPSG"].start();
    bureaus["MU"].start();
    wait_until("the hub to be there", [&] {
        return bureaus["IPSG"].log_text().find("session-up: peer ZW") != std::string::npos;
    });
    BOOST_TEST(!book.submit("flash"));
    BOOST_TEST(origin.is_running());

    disk.make_room();
    wait_until("every class to be taken again", [&] { return book.submit("bulk"); });
    BOOST_TEST(book.submit("flash"));
    expect_all_once(origin, bureaus["MU"], book.ids());
    BOOST_TEST(origin.is_running());
    const auto checked = origin.dhow({"db", "check", "--thorough"});
    BOOST_TEST(checked.code == 0, checked.out);
}

BOOST_AUTO_TEST_CASE(a_hub_without_room_puts_its_peers_off_and_loses_nothing,
                     *boost::unit_test::precondition(can_mount)) {
    federation bureaus;
    auto& hub = bureaus["IPSG"];
    auto& origin = bureaus["ZW"];
    const small_disk disk(hub.folder() / "state");
    set_default_thresholds(hub);
    bureaus.start_all();
    ledger book(origin);
    BOOST_TEST(book.submit("routine"));
    wait_until("the first receipt", [&] { return is_complete(origin, book.ids().front(), "MU"); });

    wait_until("the hub's alarm", [&] {
        disk.leave(0);
        return hub.log_text().find("nothing but receipts is taken") != std::string::npos;
    });
    disk.leave(0);
    for (const auto* cls : {"bulk", "routine", "urgent", "flash"}) {
        BOOST_TEST(book.submit(cls), cls);
    }
    wait_until("the reason at the origin", [&] {
        disk.leave(0);
        const auto why = ask(origin.socket(), "GET", "/v1/messages/" + book.ids()[1] + "/why");
        return why.body.find("peer-disk-full") != std::string::npos;
    });
    BOOST_TEST(hub.is_running());

    disk.make_room();
    expect_all_once(origin, bureaus["MU"], book.ids());
    BOOST_TEST(hub.is_running());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
