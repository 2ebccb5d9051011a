#pragma once

#include "actors/cluster/fronts.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What two nodes say to each other on a link: length:u32 kind:u8 body. A body is one of the
/// structs below, as wire.hpp writes it.
namespace boxoffice::cluster {

enum class frame_kind : std::uint8_t {
  hello = 1,  ///< first word of who asks
  welcome,    ///< first word of who answers
  state,      ///< which services the answerer has, whenever that changes
  command,
  answer,
  turned,  ///< a command that was not carried out
  ping,
  pong,
  bye,  ///< last word, with the reason
};

/// Version of the link that this program speaks, and the oldest one that it understands.
inline constexpr std::uint16_t link_version = 1, link_version_oldest = 1;

/// One life of one process. No two have the same.
struct incarnation {
  std::uint64_t high{0}, low{0};
  auto operator<=>(const incarnation&) const = default;
  explicit operator bool() const { return high != 0 || low != 0; }
};

/// Body of `hello` and `welcome`.
struct greeting {
  std::uint16_t version{link_version}, oldest{link_version_oldest};
  incarnation self;
  std::string node;   ///< its name, for people
  std::string build;  ///< version of the program, for people
};

/// Body of `ping` and `pong`: to which installation its stores belong (docs/PROMISES.md, G19).
/// Empty: they are new, or it has none, and it has not heard yet.
struct membership {
  std::string installation;
};

struct service_state {
  front who{front::catalogue};
  std::uint64_t epoch{0};  ///< of its owner; of two that serve, the higher one does
  enum class phase : std::uint8_t { serving, standby } is{phase::serving};
};

struct state_frame {
  std::vector<service_state> serving;
};

struct command_frame {
  std::uint64_t id{0};         ///< from 1 in a session
  std::uint64_t open_from{0};  ///< all ids below are settled: their answers can be forgotten
  std::vector<std::uint64_t> settled;  ///< and these above it, each told once
  front to{front::catalogue};
  std::uint16_t type{0};
  std::uint32_t left_ms{0};  ///< then whoever asks gives up
  std::string payload;
};

struct answer_frame {
  std::uint64_t id{0};
  std::uint16_t type{0};  ///< 0: done, and there is nothing to say
  std::string payload;
};

enum class turn : std::uint8_t { not_here, too_late, unknown_type };

struct turned_frame {
  std::uint64_t id{0};
  turn why{turn::not_here};
};

struct bye_frame {
  std::string why;
};

/// A frame whose body has not been looked at.
struct frame {
  frame_kind kind{frame_kind::ping};
  std::string body;
};

/// Writes one frame behind what `out` holds. **Requires** a body within
/// limits::link_frame_bytes_max.
void append_frame(std::string& out, frame_kind kind, std::string_view body);

/// Takes a stream of bytes apart into frames.
///
/// Correct use: `feed` whatever came, then `next` until it is empty; stop at `broken`.
/// **Requires** the peer to be authenticated, or `body_max` to be small: so much is kept.
class frame_reader {
 public:
  /// **Units** bytes of a body.
  explicit frame_reader(std::size_t body_max) : body_max_{body_max} {}

  void feed(std::string_view bytes) { buffer_ += bytes; }
  std::optional<frame> next();
  /// A length or a kind that no frame has. Nothing more comes.
  [[nodiscard]] bool broken() const { return broken_; }
  void allow(std::size_t body_max) { body_max_ = body_max; }
  /// **Units** bytes.
  [[nodiscard]] std::size_t kept() const { return buffer_.size(); }

 private:
  std::nullopt_t forget_read();

  std::size_t body_max_;
  std::string buffer_;
  std::size_t begin_{0};  // what stands before it was read
  bool broken_{false};
};

}  // namespace boxoffice::cluster
