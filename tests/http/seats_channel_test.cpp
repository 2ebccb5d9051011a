// Whoever follows the stream of a seat map has that map, however often the stream is cut.
#include "http/api/streams/seats_channel.hpp"

#include "http/api/streams/seats_left.hpp"
#include "tests/http/stream_client.hpp"
#include "tests/system/eventually.hpp"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

class steered_clock : public clock {
 public:
  [[nodiscard]] time_point now() const override { return at; }
  time_point at{milliseconds{1'800'000'000'000}};
};

/// Counts how often it was told.
class told_listener : public stream_listener {
 public:
  void more() override { ++times; }
  int times{0};
};

void tell(const stream_listeners& told) {
  for (const auto& each : told)
    each->more();
}

std::vector<seat_status> unpack(const std::string& text, std::size_t seats) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::vector<int> bits;
  for (const char c : text)
    for (int bit = 5; bit >= 0; --bit)
      bits.push_back(static_cast<int>(digits.find(c) >> static_cast<unsigned>(bit) & 1U));
  std::vector<seat_status> out;
  for (std::size_t at = 0; at < seats; ++at) {
    const auto low = at / 4 * 8 + 7 - at % 4 * 2;  // the low bits of a byte come last in the text
    out.push_back(static_cast<seat_status>(bits.at(low) + 2 * bits.at(low - 1)));
  }
  return out;
}

live_event parse(const std::string& text) {
  live_event out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const auto line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("event: ")) out.name = line.substr(7);
    if (line.starts_with("id: ")) out.id = line.substr(4);
    if (line.starts_with("data: ")) out.data = line.substr(6);
  }
  return out;
}

/// Somebody who follows the stream by the rules of docs/API.md, and notices every break of them.
class follower {
 public:
  explicit follower(std::size_t seats) : seats_{seats} {}

  void connect(seats_channel& to, std::uint64_t number) {
    body_ = to.open(position_, number);
    greeted_ = false;
  }
  void cut() { body_.reset(); }
  [[nodiscard]] bool connected() const { return body_ != nullptr; }
  /// Reads `reads` times, or until there is nothing; the names of the events.
  std::vector<std::string> read(int reads = 1'000'000) {
    std::vector<std::string> names;
    while (body_ && reads-- > 0) {
      stream_frames out;
      const auto after = body_->read(out, ear);
      for (const auto& frame : out)
        names.push_back(take(parse(std::string{frame->text()})));
      if (after == live_body::after::end) body_.reset();
      if (out.empty()) break;
    }
    return names;
  }
  void change(const nlohmann::json& delta) {
    const std::pair<const char*, seat_status> lists[] = {
        {"a", seat_status::available}, {"h", seat_status::held}, {"s", seat_status::sold}};
    std::vector<bool> touched(seats_);
    for (const auto& [name, status_now] : lists) {
      const auto& runs = delta.at(name);
      for (std::size_t i = 0; i + 1 < runs.size(); i += 2)
        for (std::size_t k = 0; k < runs[i + 1].get<std::size_t>(); ++k) {
          const auto at = runs[i].get<std::size_t>() + k;
          EXPECT_FALSE(touched.at(at)) << "a seat stands in it once";
          touched[at] = true;
          map.at(at) = status_now;
        }
    }
  }

  std::vector<seat_status> map;
  [[nodiscard]] std::optional<seats_position> position() const { return position_; }
  const std::shared_ptr<told_listener> ear = std::make_shared<told_listener>();
  int snapshots{0}, resumed{0};

 private:
  std::string take(const live_event& event) {
    const auto data = event.json();
    EXPECT_TRUE(data.is_object()) << event.data;
    if (!greeted_) {
      EXPECT_EQ(event.name, "hello");
    }
    if (event.name == "hello") {
      greeted_ = true;
      epoch_ = data.at("epoch");
      resumes_ = data.at("mode") == "resume";
      if (resumes_) {
        ++resumed;
        EXPECT_EQ(position_->epoch, epoch_);
      }
      EXPECT_EQ(data.at("seatCount"), seats_);
    } else if (event.name == "snapshot") {
      ++snapshots;
      map = unpack(data.at("states"), seats_);
      position_ = seats_position{epoch_, data.at("version")};
      check_counts(data);
    } else if (event.name == "delta") {
      EXPECT_EQ(data.at("from"), position_->version) << "a gap";
      position_->version = data.at("to");
      change(data);
    } else if (event.name == "tick") {
      EXPECT_EQ(data.at("version"), position_->version);
      check_counts(data);
    }
    if (event.name == "snapshot" || event.name == "delta") {
      EXPECT_EQ(event.id, to_text(*position_));
    }
    return event.name;
  }
  void check_counts(const nlohmann::json& data) const {
    const auto count = [this](seat_status what) { return std::ranges::count(map, what); };
    EXPECT_EQ(data.at("available"), count(seat_status::available));
    EXPECT_EQ(data.at("held"), count(seat_status::held));
    EXPECT_EQ(data.at("sold"), count(seat_status::sold));
  }

  std::size_t seats_;
  std::shared_ptr<live_body> body_;
  std::optional<seats_position> position_;
  std::uint64_t epoch_{0};
  bool greeted_{false}, resumes_{false};
};

/// A schedule that changes at random, and every map that it ever had.
class moving_seats {
 public:
  moving_seats(std::size_t seats, std::uint64_t seed)
      : random{seed}, seats_(seats, seat_status::available) {}

  std::shared_ptr<const seat_snapshot> next() {
    const auto changes = random() % 8;
    for (std::uint64_t i = 0; i < changes; ++i) {
      const auto first = random() % seats_.size();
      const auto count = std::min<std::size_t>(1 + random() % 6, seats_.size() - first);
      std::fill_n(seats_.begin() + static_cast<std::ptrdiff_t>(first), count,
                  static_cast<seat_status>(random() % 3));
    }
    version += 1 + random() % 3;
    seat_snapshot made{schedule_id{1}, version, seats_, 0, 0};
    made.available = static_cast<std::uint32_t>(std::ranges::count(seats_, seat_status::available));
    made.sold = static_cast<std::uint32_t>(std::ranges::count(seats_, seat_status::sold));
    maps[version] = seats_;
    return std::make_shared<const seat_snapshot>(std::move(made));
  }

  std::mt19937_64 random;
  std::uint64_t version{1'000};
  std::map<std::uint64_t, std::vector<seat_status>> maps;

 private:
  std::vector<seat_status> seats_;
};

std::shared_ptr<seats_channel> channel_of(moving_seats& of, const clock& time) {
  auto made = std::make_shared<seats_channel>(time);
  EXPECT_TRUE(made->take(7, of.next()).empty());
  return made;
}

TEST(SeatsChannel, BeginsWithAMapAndGoesOnWithWhatChanges) {
  steered_clock time;
  moving_seats seats{50, 1};
  const auto channel = channel_of(seats, time);
  follower reader{50};
  reader.connect(*channel, 1);
  EXPECT_EQ(reader.read(), (std::vector<std::string>{"hello", "snapshot"}));
  EXPECT_EQ(reader.ear->times, 0);
  tell(channel->take(7, seats.next()));
  EXPECT_EQ(reader.ear->times, 1);
  tell(channel->tick());
  EXPECT_EQ(reader.read(), (std::vector<std::string>{"delta", "tick"}));
  EXPECT_EQ(reader.map, seats.maps.at(seats.version));
  EXPECT_EQ(channel->readers(), 1U);
  reader.cut();
  EXPECT_EQ(channel->readers(), 0U);
}

TEST(SeatsChannel, ResumesWholeOrWithAMap) {
  steered_clock time;
  moving_seats seats{50, 2};
  const auto channel = channel_of(seats, time);
  follower reader{50};
  reader.connect(*channel, 1);
  reader.read();
  reader.cut();
  for (int i = 0; i < 3; ++i)
    channel->take(7, seats.next());
  reader.connect(*channel, 2);
  EXPECT_EQ(reader.read(), (std::vector<std::string>{"hello", "delta", "delta", "delta"}));
  reader.cut();
  reader.connect(*channel, 3);
  EXPECT_EQ(reader.read(), (std::vector<std::string>{"hello"})) << "nothing has changed";
  reader.cut();
  time.at += milliseconds{61'000};
  for (int i = 0; i < 2; ++i)
    channel->take(7, seats.next());
  reader.connect(*channel, 4);
  EXPECT_EQ(reader.read(), (std::vector<std::string>{"hello", "delta", "delta"}));
  reader.cut();
  time.at += milliseconds{61'000};
  channel->take(7, seats.next());
  channel->take(7, seats.next());
  time.at += milliseconds{61'000};
  channel->tick();
  reader.connect(*channel, 5);
  EXPECT_EQ(reader.read(), (std::vector<std::string>{"hello", "snapshot"})) << "it came too late";
  EXPECT_EQ(reader.map, seats.maps.at(seats.version));
}

TEST(SeatsChannel, SendsEverybodyAwayWhenTheOwnerChanges) {
  steered_clock time;
  moving_seats seats{50, 3};
  const auto channel = channel_of(seats, time);
  follower reader{50};
  reader.connect(*channel, 1);
  reader.read();
  EXPECT_TRUE(channel->take(6, seats.next()).empty()) << "news of an owner that was replaced";
  tell(channel->take(8, seats.next()));
  EXPECT_EQ(reader.read(), (std::vector<std::string>{"bye"}));
  EXPECT_FALSE(reader.connected());
  reader.connect(*channel, 2);
  EXPECT_EQ(reader.read(), (std::vector<std::string>{"hello", "snapshot"}));
  EXPECT_EQ(reader.map, seats.maps.at(seats.version));
  EXPECT_EQ(reader.position()->epoch, 8U);
}

TEST(SeatsChannel, WhoLagsSkipsWhatIsInBetween) {
  steered_clock time;
  moving_seats seats{2'000, 4};
  const auto channel = channel_of(seats, time);
  follower reader{2'000};
  reader.connect(*channel, 1);
  reader.read();
  for (int i = 0; i < 3'000; ++i)
    channel->take(7, seats.next());
  EXPECT_EQ(reader.read(1), (std::vector<std::string>{"snapshot"}));
  EXPECT_EQ(reader.map, seats.maps.at(seats.version));
  EXPECT_EQ(reader.read(), (std::vector<std::string>{}));
}

TEST(SeatsChannel, SaysGoodbyeToAllAndToThoseWhoStillCome) {
  steered_clock time;
  moving_seats seats{50, 5};
  const auto channel = channel_of(seats, time);
  follower reader{50};
  follower late{50};
  reader.connect(*channel, 1);
  reader.read();
  tell(channel->close("shutdown"));
  EXPECT_EQ(reader.ear->times, 1);
  EXPECT_EQ(reader.read(), (std::vector<std::string>{"bye"}));
  late.connect(*channel, 2);
  EXPECT_EQ(late.read(), (std::vector<std::string>{"hello", "snapshot", "bye"}));
}

TEST(SeatsChannel, TurnsReadersOverAfterEightToTwelveMinutes) {
  steered_clock time;
  moving_seats seats{50, 6};
  const auto channel = channel_of(seats, time);
  for (const std::uint64_t number : {0ULL, 12'345'678ULL, ~0ULL}) {
    follower reader{50};
    reader.connect(*channel, number);
    reader.read();
    const auto begin = time.at;
    while (reader.connected() && time.at < begin + std::chrono::minutes{20}) {
      time.at += milliseconds{15'000};
      channel->tick();
      reader.read();
    }
    EXPECT_GE(time.at - begin, std::chrono::minutes{8});
    EXPECT_LE(time.at - begin, std::chrono::minutes{12});
  }
}

TEST(SeatsChannel, AnswersWhoCannotStreamTheSame) {
  steered_clock time;
  moving_seats seats{50, 7};
  const auto channel = channel_of(seats, time);
  follower reader{50};
  const auto whole = nlohmann::json::parse(channel->changes(std::nullopt));
  EXPECT_EQ(whole.at("mode"), "snapshot");
  EXPECT_EQ(unpack(whole.at("states"), 50), seats.maps.at(seats.version));
  const seats_position known{whole.at("epoch"), whole.at("version")};
  reader.map = seats.maps.at(seats.version);
  const auto bell = std::make_shared<told_listener>();
  EXPECT_TRUE(channel->await_change(known, bell));
  for (int i = 0; i < 5; ++i)
    tell(channel->take(7, seats.next()));
  EXPECT_EQ(bell->times, 1);
  EXPECT_FALSE(channel->await_change(known, bell)) << "it has changed since";
  const auto changes = nlohmann::json::parse(channel->changes(known));
  EXPECT_EQ(changes.at("mode"), "resume");
  EXPECT_EQ(changes.at("from"), known.version);
  EXPECT_EQ(changes.at("to"), seats.version);
  reader.change(changes);
  EXPECT_EQ(reader.map, seats.maps.at(seats.version));
  const auto foreign = nlohmann::json::parse(channel->changes(seats_position{6, known.version}));
  EXPECT_EQ(foreign.at("mode"), "snapshot");
}

// Random changes, ticks, new owners, lost connections, and readers of every speed: whatever a
// reader has under a position is what the schedule had.
TEST(SeatsChannel, NobodyEverHasAnotherMapThanTheSchedule) {
  std::uint64_t resumed = 0, snapshots = 0;
  for (std::uint64_t seed = 1; seed <= 1'500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    steered_clock time;
    moving_seats seats{1 + seed * 7 % 130, seed};
    auto& random = seats.random;
    const auto channel = channel_of(seats, time);
    std::vector<std::unique_ptr<follower>> readers;
    for (int i = 0; i < 3; ++i)
      readers.push_back(std::make_unique<follower>(seats.maps.begin()->second.size()));
    std::uint64_t epoch = 7;
    for (int step = 0; step < 60; ++step) {
      time.at += milliseconds{random() % 4'000};
      if (random() % 40 == 0) ++epoch;
      if (random() % 3 != 0) tell(channel->take(epoch, seats.next()));
      if (random() % 10 == 0) tell(channel->tick());
      auto& reader = *readers[random() % readers.size()];
      if (!reader.connected())
        reader.connect(*channel, random());
      else if (random() % 6 == 0)
        reader.cut();
      reader.read(static_cast<int>(random() % 3));
      if (const auto at = reader.position()) {
        ASSERT_EQ(reader.map, seats.maps.at(at->version)) << "step " << step;
      }
    }
    tell(channel->take(epoch, seats.next()));
    for (auto& each : readers) {
      for (int i = 0; i < 3; ++i) {  // a goodbye may be waiting
        if (!each->connected()) each->connect(*channel, random());
        each->read();
      }
      ASSERT_EQ(each->map, seats.maps.at(seats.version)) << "the last state is never skipped";
      resumed += static_cast<std::uint64_t>(each->resumed);
      snapshots += static_cast<std::uint64_t>(each->snapshots);
    }
    ASSERT_FALSE(testing::Test::HasFailure());
  }
  EXPECT_GT(resumed, 1'000U);
  EXPECT_GT(snapshots, 1'000U);
}

TEST(SeatsLeft, SaysWhatSomebodyInLineMayHopeFor) {
  const seat_supply ten{10, 2};
  EXPECT_EQ(odds(ten, 0), "good");
  EXPECT_EQ(odds(ten, 1), "good");
  EXPECT_EQ(odds(ten, 5), "good") << "four take eight";
  EXPECT_EQ(odds(ten, 6), "low") << "five take all ten";
  EXPECT_EQ(odds(ten, 21), "low") << "of twenty, half take one each";
  EXPECT_EQ(odds(ten, 22), "none");
  EXPECT_EQ(odds({0, 2}, 0), "none");
  EXPECT_EQ(odds({0, 2}, 1), "none");
}

}  // namespace
}  // namespace boxoffice::http
