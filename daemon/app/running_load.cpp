// What a running daemon loads at start and again at reload: keys, store, directory, certificates.
// Way of the message: see running.hpp.
// Not pure: files.
// Spec: docs/man/dhowd.8. Tests: system.
// Limits: none.
#include "config/diff.hpp"
#include "daemon/app/running.hpp"
#include "daemon/app/wall_clock.hpp"
#include "daemon/seal/symmetric.hpp"

#include <fstream>

namespace dhow::app {

namespace {
constexpr const char* store_name = "dhow.db";

/// A public file, small by nature: a certificate.
std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string out(seal::secret_bytes_max, '\0');
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(in.gcount()));
    if (out.empty()) {
        throw std::runtime_error("cannot be read, or is empty");
    }
    return out;
}

std::optional<utc_time> stored_time(const std::map<std::string, std::string>& meta) {
    const auto found = meta.find("last_time");
    return found == meta.end() ? std::nullopt : protocol::parse_utc(found->second);
}
}  // namespace

running::running(boost::asio::io_context& io, const config::gateway& settings,
                 std::filesystem::path config_path, log& to)
    : x_io(io),
      x_settings(std::make_shared<const config::gateway>(settings)),
      x_base(config_path.parent_path()),
      x_log(to),
      x_ready_timer(io),
      x_watch_timer(io) {
    seal::prepare_secure_heap();
    load_keys(settings);
    open_store();
    auto found = load_trust(settings, x_base, x_meta);
    if (!found) {
        throw start_error(start_error::cause::trust, found.error().text);
    }
    x_trust = std::move(*found);
    x_clock = std::make_unique<gateway_clock>(
        gateway_clock::readings{.wall = wall_now(),
                                .monotonic = monotonic_now(),
                                .stored = stored_time(x_meta),
                                .newest_signed = x_trust.data->head.issued});
    if (x_clock->is_doubtful()) {
        to.write(route::log_level::alarm, "clock",
                 "the system's clock is far from all that is known; nothing expires until two of "
                 "the clock and the peers agree");
    }
    x_sealer = std::make_unique<seal::cms_sealer>(
        x_keys, x_trust.keys,
        seal::sealer_options{.bureau = settings.bureau, .now = [clock = x_clock.get()] {
                                 return clock->now(monotonic_now());
                             }});
}

void running::load_keys(const config::gateway& settings) {
    auto keys = seal::key_ring::load(settings.keys, x_base);
    if (!keys) {
        throw start_error(start_error::cause::trust, keys.error().text);
    }
    x_keys = std::make_shared<const seal::key_ring>(std::move(*keys));
}

void running::open_store() {
    const std::filesystem::path folder = x_settings->state_directory;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        throw start_error(start_error::cause::store,
                          folder.string() + " cannot be made: " + error.message());
    }
    store::sqlite_options options;
    const auto since_1970 =
        std::chrono::duration_cast<std::chrono::seconds>(wall_now().time_since_epoch());
    options.epoch = static_cast<std::uint64_t>(std::max<std::int64_t>(1, since_1970.count()));
    options.path = (folder / store_name).string();
    options.bytes_max = x_settings->disk_settings.max_bytes;
    seal::fill_random(options.instance.value);
    try {
        x_store = store::sqlite_store::open(std::move(options));
    } catch (const store::open_error& trouble) {
        throw start_error(start_error::cause::store, trouble.what());
    }
    auto reply = x_store->ask(store::query::load_start{});
    if (!reply) {
        throw start_error(start_error::cause::store, x_store->trouble());
    }
    x_meta = std::get<store::answer::start>(*reply).meta;
}

std::string running::read_text(const std::string& reference) const {
    auto found = seal::read_secret(reference, x_base);
    if (!found) {
        throw start_error(start_error::cause::trust, found.error().text);
    }
    return std::string(found->text());
}

std::string running::read_public(const std::string& path) const { return read_file(x_base / path); }

link::tls_context running::make_link_context(const config::gateway& settings) const {
    const auto path = x_base / settings.keys.link_certificate;
    try {
        return link::make_context(read_file(path), x_keys->link().key.get());
    } catch (const std::exception& error) {
        throw start_error(start_error::cause::trust, path.string() + ": " + error.what());
    }
}

void running::set_evidence_files() {
    x_gateway->set_evidence_files([this](const route::evidence_facts& facts) {
        return make_evidence_files(facts, x_base / x_settings->trust_settings.directory,
                                   *x_trust.keys);
    });
}

void running::reload(const config::gateway& settings) {
    const auto changes = config::diff(*x_settings, settings);
    for (const auto& change : changes) {
        x_log.write(route::log_level::notice, "reload",
                    change.what + " " + change.text + " (" +
                        std::string(config::to_text(change.when)) + ")");
    }
    if (config::is_refused(changes)) {
        x_log.write(route::log_level::warning, "reload",
                    "the old configuration stays in use: what belongs to the store cannot change");
        return;
    }
    auto meta = x_meta;
    for (const auto& [key, value] : remembered(*x_trust.data)) {
        meta[key] = value;
    }
    auto trust = load_trust(settings, x_base, meta);
    if (!trust) {
        x_log.write(route::log_level::warning, "reload",
                    trust.error().text + "; the old configuration and directory stay in use");
        return;
    }
    try {
        x_links->set_context(make_link_context(settings));
    } catch (const start_error& error) {
        x_log.write(route::log_level::warning, "reload",
                    std::string(error.what()) + "; the old configuration stays in use");
        return;
    }
    x_settings = std::make_shared<const config::gateway>(settings);
    x_trust = std::move(*trust);
    x_sealer->replace_directory(x_trust.keys);
    x_links->set_directory(x_trust.keys);
    configure_callers();
    x_log.set_level(settings.log_level);
    x_gateway->reload(x_settings, x_trust.data, remembered(*x_trust.data));
    x_links->on_settings();
    x_driver->pump();
    x_log.write(route::log_level::notice, "reload",
                "the new configuration is in use, directory serial " +
                    std::to_string(x_trust.data->head.serial));
}

}  // namespace dhow::app
