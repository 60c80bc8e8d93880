// The implementations on which the contract is tested, each empty and ready.
#pragma once

#include "daemon/store/sqlite_store.hpp"
#include "tests/sim/disk.hpp"
#include "tests/store_contract/model_store.hpp"
#include "tests/support/seed.hpp"

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include <stdlib.h>

#include <filesystem>

namespace dhow::tests {

/// A folder that goes with its object.
class temporary_folder {
public:
    temporary_folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "dhow-store-XXXXXX").string();
        BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        x_path = pattern;
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(x_path, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const {
        return (x_path / name).string();
    }

private:
    std::filesystem::path x_path;
};

inline const std::string test_instance = std::string(30, '0') + "2a";

inline sqlite_options options_for(const std::string& path, const std::string& vfs = "") {
    sqlite_options out;
    out.path = path;
    out.instance.value[15] = 0x2a;
    out.vfs = vfs;
    return out;
}

struct on_disk {
    temporary_folder folder;
    std::unique_ptr<sqlite_store> opened = sqlite_store::open(options_for(folder.file("store.db")));
    dhow::store::store& get() { return *opened; }
    void reopen() {
        opened.reset();
        opened = sqlite_store::open(options_for(folder.file("store.db")));
    }
};

struct in_model {
    model_store model{test_instance, "1"};
    dhow::store::store& get() { return model; }
    void reopen() {}
};

struct on_crashing_disk {
    sim::disk disk{"contract", seed()};
    std::unique_ptr<sqlite_store> opened = sqlite_store::open(options_for("store.db", "contract"));
    dhow::store::store& get() { return *opened; }
    /// Not closed: the power goes.
    void reopen() {
        disk.crash();
        opened.reset();
        disk.restart();
        opened = sqlite_store::open(options_for("store.db", "contract"));
    }
};

using all_stores = boost::mpl::list<in_model, on_disk, on_crashing_disk>;

inline std::vector<transaction_result> apply_all(dhow::store::store& to,
                                                 const std::vector<transaction>& batch) {
    auto results = to.apply(batch);
    BOOST_REQUIRE(results.has_value());
    BOOST_REQUIRE_EQUAL(results->size(), batch.size());
    return *results;
}

inline transaction_result apply_one(dhow::store::store& to, std::vector<change> changes) {
    transaction one;
    one.changes = std::move(changes);
    return apply_all(to, {one}).front();
}

/// Applies and expects it to be committed.
inline transaction_result commit(dhow::store::store& to, std::vector<change> changes) {
    auto result = apply_one(to, std::move(changes));
    BOOST_TEST((result.status == transaction_status::committed));
    return result;
}

/// Expects a conflict at the last change.
inline void refuse(dhow::store::store& to, std::vector<change> changes) {
    const std::size_t last = changes.size() - 1;
    const auto result = apply_one(to, std::move(changes));
    BOOST_TEST((result.status == transaction_status::conflict));
    BOOST_TEST(result.conflict_index == last);
}

/// Expects that it found nothing to do.
inline void expect_unchanged(dhow::store::store& to, change one) {
    const auto result = commit(to, {std::move(one)});
    BOOST_TEST(result.unchanged == std::vector<std::size_t>{0}, boost::test_tools::per_element());
}

template <class Answer>
Answer ask(dhow::store::store& from, const question& what) {
    auto reply = from.ask(what);
    BOOST_REQUIRE(reply.has_value());
    BOOST_REQUIRE(std::holds_alternative<Answer>(*reply));
    return std::get<Answer>(std::move(*reply));
}

}  // namespace dhow::tests
