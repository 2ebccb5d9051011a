#pragma once

#include "actors/cluster/calls.hpp"
#include "actors/cluster/connection.hpp"
#include "actors/cluster/executions.hpp"
#include "actors/cluster/link_board.hpp"
#include "actors/core/metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxoffice::cluster {

/// A command of another process that is to be carried out here.
struct execution {
  incarnation asker;
  std::uint64_t id{0};  ///< of the asker
  front to{front::catalogue};
  std::uint16_t type{0};
  milliseconds left{0};  ///< then the asker gives up
  std::string payload;
};

/// All links of one process: dials those that it asks, answers those that ask it.
///
/// Whoever carries the bytes (link_broker.hpp, or a test) tells what happened on which link, and
/// does what the outlets say. Pure. **Thread**: its owner's.
class hub {
 public:
  using link = std::uint64_t;  ///< a connection, numbered by whoever carries it

  struct outlets {
    std::function<void(calls::peer)> dial;
    std::function<void(link)> cut;  ///< what is queued for it may be sent before
    std::function<void(execution)> run;
    std::function<void(const call&, std::uint16_t type, std::string payload)> answered;
    std::function<void(const call&, fault)> failed;
    /// This node did not know to which installation it belongs, and a peer has said it.
    std::function<void(const std::string& installation)> learned;
    /// Nobody who asks has been connected for limits::owner_unasked_max, after somebody was.
    std::function<void()> unasked;
  };
  struct identity {
    std::string secret;
    greeting self;
    std::string installation;        ///< empty: not known yet
    std::vector<std::string> peers;  ///< addresses of those that are dialled, for people
  };

  hub(identity who, outlets to, metrics& m);

  /// Dials every peer. Until then nothing happens.
  void start(time_point now);
  void dialed(calls::peer at, link by, time_point now);
  void dial_failed(calls::peer at, std::string why, time_point now);
  void accepted(link by, time_point now);
  /// One more came than there may be, and was closed.
  void turned_away() { refused_.add(); }
  void received(link on, std::string_view bytes, time_point now);
  void closed(link by, time_point now);
  void tick(time_point now);

  void ask(call what, time_point now) { calls_.ask(std::move(what), now); }
  void done(const incarnation& by, const answer_frame& with);
  void turned(const incarnation& by, const turned_frame& with);
  /// What this process serves from now on; all askers hear it.
  void serve(std::vector<service_state> services);

  /// Appends what `on` must get to `out`.
  void take_output(link on, std::string& out);
  [[nodiscard]] bool has_output(link on) const;
  /// Links to look at after any of the calls above.
  [[nodiscard]] std::vector<link> take_touched() { return std::exchange(touched_, {}); }

  [[nodiscard]] std::vector<link_report> report() const;

 private:
  struct member {
    connection line;
    std::optional<calls::peer> peer;  // that was dialled
    bool known{false};                // its greeting has been handled
  };
  struct dialled {
    std::optional<link> by;
    time_point dial_at{};
    bool dialling{false};
    milliseconds pause{0};
    std::uint64_t connections{0};
    std::string last_error;
    incarnation who;
    std::string node, build;
  };
  struct asker {
    executions asked;
    std::optional<link> by;
    time_point left_at{};
  };

  member* find(link on);
  void send(link on, frame_kind kind, std::string_view body);
  void on_frames(link on, member& at, time_point now);
  void learn_from(const member& at);
  void on_greeted(link on, member& at, time_point now);
  [[nodiscard]] bool on_command(link on, const member& at, const frame& received);
  void end_if_over(link on, time_point now);
  void note_who_asks(time_point now);
  void touch(link on) { touched_.push_back(on); }
  asker* asker_of(const incarnation& who);

  identity who_;
  outlets to_;
  calls calls_;
  std::map<link, member> members_;
  std::vector<dialled> peers_;
  std::map<incarnation, asker> askers_;
  std::optional<time_point> asked_at_;  // somebody who asks was connected then; empty: never
  std::vector<service_state> serving_;
  std::vector<link> touched_;
  gauge& up_;
  counter& refused_;
  counter& cut_;
  counter& commands_;
  counter& asked_;
};

}  // namespace boxoffice::cluster
