#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace boxoffice::http {

/// A certificate with its key, as files in PEM.
struct certificate {
  std::filesystem::path chain, key;
};

/// An authority that openssl(1) makes in a scratch directory, and what it vouches for.
class test_authority {
 public:
  test_authority();
  ~test_authority();
  test_authority(const test_authority&) = delete;
  test_authority& operator=(const test_authority&) = delete;

  [[nodiscard]] std::filesystem::path file() const { return directory_ / "ca.pem"; }
  /// `name` as openssl(1) takes it: `IP:127.0.0.1` or `DNS:example.org`.
  [[nodiscard]] certificate vouch_for(const std::string& name) const;

 private:
  std::filesystem::path directory_;
};

/// A server on loopback that answers each request with the next bytes of a script, whatever they
/// are, and with an empty 200 when the script is at its end. An empty text closes the connection
/// without an answer, one with `Connection: close` after it, and `silence` says nothing at all.
class scripted_peer {
 public:
  static const std::string silence;

  explicit scripted_peer(std::vector<std::string> script = {});
  /// The same over TLS.
  scripted_peer(std::vector<std::string> script, const certificate& with);
  ~scripted_peer();
  scripted_peer(const scripted_peer&) = delete;
  scripted_peer& operator=(const scripted_peer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/in") const;
  [[nodiscard]] std::size_t connections() const;
  /// Head and body of each.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  class listener;
  std::unique_ptr<listener> listener_;
};

}  // namespace boxoffice::http
