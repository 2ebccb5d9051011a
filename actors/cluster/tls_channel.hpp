#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace boxoffice::cluster {

/// TLS 1.3 with a key that both sides know (an external PSK), over bytes that somebody else
/// carries. A side that does not know the key does not get past the handshake, in either direction;
/// there is no certificate. **Source** RFC 8446, 2.2 and 4.2.11; OpenSSL 3.0.
///
/// Life cycle: handshake → established → failed (for good, from anywhere). **Thread**: its owner's.
class tls_channel {
 public:
  enum class side : bool { dials, accepts };
  /// `secret`: of the cluster, at least limits::cluster_secret_bytes_min bytes. Throws
  /// std::runtime_error when the library does not work.
  tls_channel(side which, std::string_view secret);
  ~tls_channel();
  tls_channel(tls_channel&&) noexcept;
  tls_channel& operator=(tls_channel&&) noexcept;

  /// Bytes from the other side; what they say is appended to `plain`.
  void receive(std::string_view bytes, std::string& plain);
  /// **Requires** established().
  void send(std::string_view plain);
  /// Appends to `out` what the other side must get.
  void take_output(std::string& out);

  [[nodiscard]] bool established() const;
  [[nodiscard]] bool failed() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace boxoffice::cluster
