// What comes over a link from a peer that knows the secret and is broken or another version: frames
// cut anywhere, commands and answers in any order, and the bytes of every message.
#include "actors/cluster/calls.hpp"
#include "actors/cluster/executions.hpp"
#include "actors/cluster/wire.hpp"
#include "actors/cluster/wire_numbers.hpp"
#include "actors/core/check.hpp"

#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::cluster {
namespace {

constexpr std::size_t body_max = 2048, calls_max = 8;

// What reads is written and read again as the same bytes.
void read_message(std::uint16_t number, std::string_view bytes) {
  wire_numbers::visit(number, [&]<class Message>() {
    const auto once = from_bytes<Message>(bytes);
    if (!once) return;
    const auto written = to_bytes(*once);
    const auto again = from_bytes<Message>(written);
    check(again.has_value(), "what was written is read");
    check(to_bytes(*again) == written, "and is the same");
  });
}

std::vector<frame> frames_of(std::string_view bytes, std::size_t piece) {
  frame_reader reader{body_max};
  std::vector<frame> all;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    while (auto one = reader.next())
      all.push_back(std::move(*one));
  }
  return all;
}

/// An asker with calls under way, and what it makes of frames.
struct asker {
  asker()
      : open{2,
             {.calls_max = calls_max, .payload_max = body_max},
             {.send = [this](calls::peer, frame_kind, const std::string&) { ++sent; },
              .answered = [this](const call& what, std::uint16_t,
                                 const std::string&) { settle(what); },
              .failed = [this](const call& what, fault) { settle(what); }}} {}

  void settle(const call& what) {
    const auto key = *std::static_pointer_cast<const int>(what.asker);
    check(settled.insert(key).second, "a call is settled once");
  }
  void ask(front to, std::string payload) {
    open.ask({std::make_shared<const int>(++asked), to, 7, now + seconds{5}, std::move(payload)},
             now);
    check(open.under_way(0) <= calls_max && open.waiting() <= calls_max, "the window holds");
  }

  time_point now{milliseconds{1000}};
  std::set<int> settled;
  int asked{0}, sent{0};
  calls open;
};

}  // namespace

void run(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  const auto number = dice.ConsumeIntegralInRange<std::uint16_t>(0, 125);
  const auto message = dice.ConsumeRandomLengthString(512);
  read_message(number, message);

  asker one;
  executions other{calls_max};
  one.open.connected(0, {1, 1}, one.now);
  std::string stream;
  while (dice.remaining_bytes() > 0) {
    switch (dice.ConsumeIntegralInRange(0, 7)) {
      case 0:
        one.ask(front::point, dice.ConsumeRandomLengthString(64));
        break;
      case 1:
        one.now += milliseconds{dice.ConsumeIntegralInRange(1, 3000)};
        one.open.tick(one.now);
        break;
      case 2:
        one.open.lost(0);
        one.open.connected(0, {1, dice.ConsumeIntegralInRange<std::uint64_t>(1, 2)}, one.now);
        break;
      case 3:
        append_frame(
            stream, frame_kind::state,
            to_bytes(state_frame{{{front::point, dice.ConsumeIntegral<std::uint64_t>()}}}));
        break;
      case 4:
        append_frame(stream, frame_kind::answer,
                     to_bytes(answer_frame{dice.ConsumeIntegralInRange<std::uint64_t>(0, 12), 1,
                                           dice.ConsumeRandomLengthString(16)}));
        break;
      case 5:
        append_frame(stream, frame_kind::turned,
                     to_bytes(turned_frame{dice.ConsumeIntegralInRange<std::uint64_t>(0, 12),
                                           static_cast<turn>(dice.ConsumeIntegralInRange(0, 2))}));
        break;
      case 6: {
        command_frame asked;
        asked.id = dice.ConsumeIntegralInRange<std::uint64_t>(0, 40);
        asked.open_from = dice.ConsumeIntegralInRange<std::uint64_t>(0, 40);
        for (auto more = dice.ConsumeIntegralInRange(0, 3); more > 0; --more)
          asked.settled.push_back(dice.ConsumeIntegralInRange<std::uint64_t>(0, 40));
        if (other.on(asked) == executions::verdict::run && dice.ConsumeBool())
          other.answered(asked.id, frame_kind::answer, "x");
        check(other.size() <= 2 * calls_max, "answers are kept within bounds");
        break;
      }
      default:
        stream += dice.ConsumeRandomLengthString(32);
    }
  }
  const auto whole = frames_of(stream, stream.size() + 1);
  const auto cut = frames_of(stream, 1);
  check(whole.size() == cut.size(), "frames do not depend on how bytes were cut");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    check(whole[i].kind == cut[i].kind && whole[i].body == cut[i].body, "nor does what they hold");
    if (!one.open.on(0, whole[i], one.now)) break;
  }
  one.open.tick(one.now + seconds{10});
  check(one.open.under_way(0) == 0 && one.open.waiting() == 0, "nothing outlives its deadline");
}

}  // namespace boxoffice::cluster

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boxoffice::cluster::run(data, size);
  return 0;
}
