#pragma once

#include "actors/cluster/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace boxoffice::cluster {

/// What one life of a process has asked of this one, with the answers, so that a command that comes
/// again after a broken link is not carried out again.
///
/// Pure. **Thread**: its owner's.
class executions {
 public:
  /// **Units** commands that an asker may have under way; one that has more breaks the rules.
  explicit executions(std::size_t open_max) : open_max_{open_max} {}

  enum class verdict : std::uint8_t {
    run,       ///< new: carry it out, then say `answered`
    ignore,    ///< it runs, or its asker has given it up
    answered,  ///< send `answer_of` again
    broken,    ///< no peer of ours sends this
  };
  verdict on(const command_frame& asked);
  /// **Requires** that it ran. Kept until its asker says that it has come.
  void answered(std::uint64_t id, frame_kind kind, std::string body);
  /// Ready to be sent. **Requires** verdict::answered.
  [[nodiscard]] const frame& answer_of(std::uint64_t id) const { return *open_.at(id); }
  [[nodiscard]] std::size_t size() const { return open_.size(); }

 private:
  std::size_t open_max_;
  std::uint64_t open_from_{1};
  std::map<std::uint64_t, std::optional<frame>> open_;  // empty while it runs
};

}  // namespace boxoffice::cluster
