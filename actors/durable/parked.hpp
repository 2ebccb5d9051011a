#pragma once

#include "actors/core/call_context.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace boxoffice {

/// Something that waits for an operator, because its store refuses what it would become; or an
/// event behind a broker, because its consumer refuses it.
struct parked_entity {
  std::string id;     ///< its outside form
  user_id user;       ///< whose it is
  std::string state;  ///< as the store has it, as clients see it
  std::string wants;  ///< what it would become
  std::string reason;
  time_point at{};
  std::uint64_t number{0};  ///< its place in the list
};

/// An operator asks what a service has parked, the oldest first.
struct list_parked {
  using reply = struct parked_list;
  std::uint64_t correlation{0};
  std::uint64_t after{0};  ///< `number` of the last one of the page before
  std::uint32_t limit{0};
  call_context call{};
};

struct parked_list {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::vector<parked_entity> items;
  enum class more : bool { no, yes } follows{more::no};
};

/// What an operator wants of it.
enum class parked_act : std::uint8_t {
  try_again,  ///< what it would become
  give_up     ///< it ends, whatever it would become
};

enum class parked_refusal : std::uint8_t { none, not_parked, still_refused };

/// What became of it. With `still_refused` it is parked as before, with the newest reason.
struct parked_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  parked_refusal refusal{parked_refusal::none};
  std::string state;  ///< as clients see it
  std::string reason;
};

/// What the actors of one service have parked. Each puts in what it parks, and takes it out when it
/// is tried again and when the actor ends: what is parked is in memory, and a restart tries again.
/// Of events behind a broker this is a view: the broker keeps them. **Thread**: any.
class parked_entities {
 public:
  enum class kind : std::uint8_t {
    queue_token,
    reservation,
    best_selling,   ///< events that this board does not take
    sold_out,       ///< the same
    data_platform,  ///< the same
  };
  parked_entities(metrics& m, kind of);
  /// Replaces the one with this id. Gives it its number.
  void put(parked_entity what);
  void drop(const std::string& id);
  void clear();
  /// The answer to `asked`.
  [[nodiscard]] parked_list list(const list_parked& asked) const;

 private:
  const std::uint64_t kind_;
  gauge& shown_;
  mutable std::mutex lock_;  // guards what follows
  std::map<std::uint64_t, parked_entity> by_number_;
  std::unordered_map<std::string, std::uint64_t> numbers_;  // by id
};

}  // namespace boxoffice
