// Whom we trust, for how long: signers, directory, own entry, certificates. And levels of the disk.
// Way of the message: see check.hpp.
// Pure.
// Spec: docs/configuration.md#checks. Tests: unit/config/check_test.cpp.
// Limits: certificate_warning.
#include "config/checker.hpp"

namespace dhow::config {

namespace {

/// A new certificate has to be made, signed into the directory by k of n people, and carried to
/// bureaus that are reached once a week.
constexpr std::chrono::days certificate_warning{60};

std::string day_of(protocol::utc_time time) { return protocol::to_text(time).substr(0, 10); }

void check_own_entry(checker& all, const protocol::directory& directory) {
    const std::string self(all.settings.bureau.text());
    const auto* own = directory.find(all.settings.bureau);
    if (own == nullptr) {
        all.error("bureau.id", "not-in-directory",
                  "this bureau, " + self + ", is not in the directory",
                  "Send this bureau's certificates to the directory's signers.");
    } else if (own->status == protocol::bureau_status::revoked ||
               own->status == protocol::bureau_status::suspended) {
        all.error("bureau.id", "suspended",
                  "this bureau, " + self + ", is suspended or revoked in the directory",
                  "Ask the directory's signers.");
    } else if (all.facts.now && own->valid_until && *all.facts.now >= *own->valid_until) {
        all.warning(
            "bureau.id", "entry-stale",
            "the entry of this bureau, " + self + ", was valid until " + day_of(*own->valid_until),
            "Ask the directory's signers for a new one.");
    }
}

void check_directory(checker& all, const protocol::directory& directory) {
    const auto& head = directory.head;
    if (head.federation != all.settings.trust_settings.federation) {
        all.error("trust.federation", "other-federation",
                  "the directory is that of `" + head.federation + "`, expected `" +
                      all.settings.trust_settings.federation + "`",
                  "Correct trust.federation, or take the right directory.");
    }
    if (!all.facts.now) {
        return;
    }
    if (*all.facts.now >= head.hard_after) {
        all.error("trust.directory", "directory-expired",
                  "the directory ended on " + day_of(head.hard_after),
                  "Take in a newer one: dhow directory --help.");
    } else if (*all.facts.now >= head.stale_after) {
        all.warning("trust.directory", "directory-stale",
                    "the directory is stale since " + day_of(head.stale_after) + " and ends on " +
                        day_of(head.hard_after),
                    "Take in a newer one: dhow directory --help.");
    }
}

}  // namespace

void check_trust(checker& all) {
    const auto& trust = all.settings.trust_settings;
    if (trust.threshold > trust.anchors.size()) {
        all.error("trust.threshold", "threshold-too-high",
                  "trust.threshold is " + std::to_string(trust.threshold) + ", but there are " +
                      std::to_string(trust.anchors.size()) + " anchors",
                  "Add the missing signers' certificates, or lower the threshold.");
    } else if (trust.threshold == 1) {
        all.warning("trust.threshold", "threshold-of-one",
                    "one signer alone can change the directory",
                    "Use a threshold of 2 or more outside of tests.");
    }
    const auto& keys = all.settings.keys;
    if (keys.sign == keys.encrypt || keys.sign == keys.link || keys.encrypt == keys.link) {
        all.error("keys", "shared-key", "two of link, sign and encrypt name the same key",
                  "Make one key for each: dhow keys create.");
    }
    if (all.facts.directory != nullptr) {
        check_own_entry(all, *all.facts.directory);
        check_directory(all, *all.facts.directory);
    }
}

void check_certificates(checker& all) {
    if (!all.facts.now) {
        return;
    }
    for (const auto& one : all.facts.certificates) {
        const auto what = one.key + ": " + one.path;
        if (one.not_after < *all.facts.now) {
            all.error(one.key, "certificate-expired", what + " expired on " + day_of(one.not_after),
                      "Replace it.");
        } else if (one.not_before > *all.facts.now) {
            all.error(one.key, "certificate-not-yet-valid",
                      what + " is valid from " + day_of(one.not_before),
                      "Check this host's clock, or wait.");
        } else if (one.not_after - *all.facts.now < certificate_warning) {
            all.warning(one.key, "certificate-expires",
                        what + " expires on " + day_of(one.not_after), "Replace it in time.");
        }
    }
}

void check_storage(checker& all) {
    const auto& disk = all.settings.disk_settings;
    if (!(disk.soft_free > disk.hard_free && disk.hard_free > disk.floor_free)) {
        all.error("storage.free", "levels-out-of-order",
                  "storage.free: soft must be above hard, and hard above floor",
                  "The defaults are soft: 20%, hard: 10%, floor: 3%.");
    }
    for (std::size_t i = 0; i < all.settings.times.size(); ++i) {
        const auto& times = all.settings.times[i];
        if (times.send_again_after >= times.expires_after) {
            const auto path = "classes." + std::string(to_text(static_cast<message_class>(i)));
            all.warning(path, "never-sent-again",
                        path + ": a message expires before it would be sent again",
                        "Lower send_again_after, or write `never`.");
        }
    }
}

}  // namespace dhow::config
