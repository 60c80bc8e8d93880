// Compiles Boost.Asio and Boost.Beast once for the whole daemon (dhow_net).
// Way of the message: none; without it each file that includes them would compile them again.
// Not pure: sockets, TLS. Holds no thread and no state of ours.
// Spec: Boost.Asio and Boost.Beast, "separate compilation". Tests: unit/link, drivers, system.
// Limits: none.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
