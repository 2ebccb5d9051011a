#pragma once

#include <map>
#include <string>
#include <vector>

namespace boxoffice::test {

/// Machines of a test's own: network namespaces of Linux on one bridge, with packets that vanish
/// without a word. **Requires** the program `ip` and the right to make them. **Thread**: the
/// owner's.
class network_namespaces {
 public:
  /// Whether this machine lets us.
  static bool can_be_made();
  network_namespaces();
  ~network_namespaces();
  network_namespaces(const network_namespaces&) = delete;
  network_namespaces& operator=(const network_namespaces&) = delete;

  /// Makes one; its address, which those outside reach as well.
  std::string add(const std::string& name);
  [[nodiscard]] const std::string& address(const std::string& name) const;
  /// What a command begins with, to run in there.
  [[nodiscard]] std::vector<std::string> entering(const std::string& name) const;
  /// From now on nothing that it sends arrives, or everything does again.
  void drop_outbound(const std::string& name, bool on);
  /// The same for what is sent to it.
  void drop_inbound(const std::string& name, bool on);

 private:
  struct machine {
    std::string space, address;
  };
  [[nodiscard]] std::string address_of(int number) const;

  const std::string prefix_, bridge_;
  std::map<std::string, machine> machines_;
};

}  // namespace boxoffice::test
