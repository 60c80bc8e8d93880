// The daemon: start, run, reload, stop.
// Way of the message: see application.hpp.
// Not pure: everything.
// Spec: docs/man/dhowd.8. Tests: system.
// Limits: none.
#include "daemon/app/application.hpp"

#include "config/diff.hpp"
#include "config/kinds_folder.hpp"
#include "config/load.hpp"
#include "daemon/app/configuration_facts.hpp"
#include "daemon/app/running.hpp"
#include "daemon/app/service_manager.hpp"
#include "daemon/app/wall_clock.hpp"

#include <boost/asio/signal_set.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <optional>
#include <ostream>

namespace dhow::app {

namespace {

/// Exit codes of docs/man/dhowd.8.
enum exit : int { ok = 0, internal = 1, configuration = 3, store_trouble = 4, trust_trouble = 14 };

/// Keys and plaintexts are in this memory: no core file, no reading by others of the same user.
void keep_memory_private() {
#ifndef DHOW_SANITIZED  // The leak check at the end traces its own process.
    prctl(PR_SET_DUMPABLE, 0);
#endif
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    umask(0077);
}

/// Every socket is a peer or an agency: take as many as the system lets us.
void raise_file_limit() {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

void write_findings(const std::vector<config::finding>& findings, log& to) {
    for (const auto& one : findings) {
        to.write(one.grade == config::severity::error ? route::log_level::warning
                                                      : route::log_level::info,
                 "config", config::to_text(one));
    }
}

void write_kinds(const config::kinds_folder& kinds, log& to) {
    for (const auto& one : kinds.changes) {
        to.write(route::log_level::notice, "kinds", "changed by kinds.d/" + one.name);
    }
}

int explain(const start_error& error, std::ostream& err) {
    err << "dhowd: " << error.what() << '\n';
    return error.is_trust()   ? exit::trust_trouble
           : error.is_store() ? exit::store_trouble
                              : exit::internal;
}

/// Keeps signals from ending the process from its construction on; they are heeded once there is
/// a daemon to serve. Outlives the daemon, whose end a signal must not cut short.
class signals {
public:
    signals(boost::asio::io_context& io, std::string config_path, config::kinds_folder kinds,
            log& to)
        : x_set(io, SIGHUP, SIGTERM, SIGINT),
          x_path(std::move(config_path)),
          x_kinds(std::move(kinds)),
          x_log(to) {}

    void serve(running& daemon) {
        x_set.async_wait([this, &daemon](const boost::system::error_code& error, int signal) {
            if (error) {
                return;
            }
            if (signal == SIGHUP) {
                reload(daemon);
                serve(daemon);
                return;
            }
            service_manager::stopping();
            x_log.write(route::log_level::notice, "stopping", "asked to by a signal");
            daemon.stop();
        });
    }

private:
    void reload(running& daemon) {
        service_manager::reloading();
        if (config::read_kinds_folder(x_path).changes != x_kinds.changes) {
            x_log.write(route::log_level::warning, "reload",
                        "what kinds.d says has changed, and is in force from the next start on; "
                        "`dhow config check` says whether it is right");
        }
        const auto found = config::load_file(x_path);
        write_findings(check_configuration(found, wall_now()), x_log);
        if (!found.ok()) {
            x_log.write(route::log_level::warning, "reload",
                        "the new configuration has errors; the old one stays in use");
        } else {
            daemon.reload(found.settings);
        }
        service_manager::ready("running");
    }

    boost::asio::signal_set x_set;
    std::string x_path;
    config::kinds_folder x_kinds;
    log& x_log;
};

}  // namespace

int run_daemon(const daemon_options& options, std::ostream& err) {
    keep_memory_private();
    raise_file_limit();
    std::signal(SIGPIPE, SIG_IGN);
    const auto kinds = config::use_kinds_folder(options.config_path);
    const auto found = config::load_file(options.config_path);
    if (!kinds.findings.empty() || !found.ok()) {
        for (const auto& list : {kinds.findings, found.findings}) {
            for (const auto& one : list) {
                err << config::to_text(one) << '\n';
            }
        }
        err << "dhowd: " << options.config_path << " cannot be used; nothing was started\n";
        return exit::configuration;
    }
    log to(err, is_under_journal());
    to.set_level(found.settings.log_level);
    const auto findings = check_configuration(found, wall_now());
    write_kinds(kinds, to);
    write_findings(findings, to);  // What does not fit together still serves what does.
    try {
        boost::asio::io_context io{1};
        std::optional<signals> asked;
        if (!options.check_only) {
            asked.emplace(io, options.config_path, kinds, to);
        }
        running daemon(io, found.settings, options.config_path, to);
        if (options.check_only && config::has_errors(findings)) {
            err << "dhowd: the configuration can be used, but has the errors above\n";
            return exit::configuration;
        }
        if (options.check_only) {
            err << "dhowd: configuration, keys and directory can be used\n";
            return exit::ok;
        }
        daemon.start();
        asked->serve(daemon);
        io.run();
        daemon.finish();
        return daemon.has_failed() ? exit::store_trouble : exit::ok;
    } catch (const start_error& error) {
        return explain(error, err);
    } catch (const std::exception& error) {
        err << "dhowd: " << error.what() << '\n';
        return exit::internal;
    }
}

}  // namespace dhow::app
