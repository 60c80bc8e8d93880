// TUN devices in other network namespaces, and the socket for commands: what touches the kernel.
#pragma once

#include "tests/linkemu/line.hpp"

namespace dhow::linkemu {

/// Closed at the end.
class descriptor {
public:
    explicit descriptor(int number = -1) : x_number(number) {}
    descriptor(descriptor&& other) noexcept : x_number(std::exchange(other.x_number, -1)) {}
    descriptor& operator=(descriptor&& other) noexcept {
        std::swap(x_number, other.x_number);
        return *this;
    }
    ~descriptor();
    int number() const { return x_number; }

private:
    int x_number;
};

/// One end of the link: a TUN device with an address, up.
class tun_device {
public:
    /// `name_space` is a name of `ip netns`, a path, or empty for the caller's own.
    tun_device(const std::string& name_space, const std::string& name, const std::string& address,
               int mtu);
    int number() const { return x_descriptor.number(); }
    /// The next IPv4 packet that the end has sent; others are dropped.
    std::optional<packet> read();
    void write(const packet& one);
    void set_carrier(bool is_on);

private:
    descriptor x_descriptor;
};

/// Commands, one a line, each answered by one line.
class control_socket {
public:
    explicit control_socket(const std::string& path);
    ~control_socket();
    control_socket(const control_socket&) = delete;
    control_socket& operator=(const control_socket&) = delete;

    /// To be polled for reading.
    std::vector<int> numbers() const;
    /// Lines that are complete; `answer` gives what is sent back.
    template <class Answer>
    void serve(int ready, Answer answer) {
        if (ready == x_listening.number()) {
            accept_client();
            return;
        }
        while (auto words = next_line(ready)) {
            send_line(ready, answer(*words));
        }
    }

private:
    struct client {
        descriptor connection;
        std::string unread;
    };
    void accept_client();
    std::optional<std::string> next_line(int number);
    static void send_line(int number, const std::string& text);

    std::string x_path;
    descriptor x_listening;
    std::map<int, client> x_clients;
};

}  // namespace dhow::linkemu
