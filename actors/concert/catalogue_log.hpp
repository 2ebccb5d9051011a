#pragma once

#include "actors/concert/catalogue.hpp"
#include "actors/concert/protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <variant>
#include <vector>

namespace boxoffice {

/// In which order the entries of the catalogue last changed, so that a follower is sent what it
/// does not have yet. Nothing is ever taken out of the catalogue.
///
/// Pure. **Thread**: its service's.
class catalogue_log {
 public:
  /// All entries of `now` change: what followers have may differ from it.
  void restart(const catalogue& now);
  void changed(concert_id which) { change(which); }
  void changed(schedule_id which) { change(which); }

  [[nodiscard]] std::uint64_t version() const { return version_; }
  /// What changed after `known`, in the order of change, until a reply is large enough. Its version
  /// is the last one that it has, or the newest.
  [[nodiscard]] catalogue_changes after(std::uint64_t known, const catalogue& now) const;

 private:
  using entry = std::variant<concert_id, schedule_id>;
  struct entry_hash {
    std::size_t operator()(const entry& e) const {
      return std::visit([](auto id) { return std::hash<decltype(id)>{}(id); }, e);
    }
  };
  void change(entry which);

  std::uint64_t version_{0};
  std::map<std::uint64_t, entry> by_version_;
  std::unordered_map<entry, std::uint64_t, entry_hash> versions_;
};

/// Who keeps copies of the catalogue, which version each has, and whether all have one.
///
/// A follower counts as long as it asks: one that was silent for limits::follower_lease says
/// nothing for sure any more (catalogue_view::is_complete), so nobody need wait for it. Pure.
/// **Thread**: its service's.
class catalogue_followers {
 public:
  /// `who` has everything up to `version`, and asked for more.
  void heard(std::uint64_t who, std::uint64_t version, time_point now);
  /// Whether every follower that counts has `version`.
  [[nodiscard]] bool all_have(std::uint64_t version, time_point now) const;
  void forget_silent(time_point now);

 private:
  struct follower {
    std::uint64_t version{0};
    time_point heard_at{};
  };
  std::unordered_map<std::uint64_t, follower> followers_;
};

}  // namespace boxoffice
