#include "tests/rush/redis_keys.hpp"

#include <atomic>
#include <fstream>
#include <hiredis/hiredis.h>
#include <memory>
#include <regex>
#include <stdexcept>
#include <unistd.h>
#include <vector>

namespace boxoffice::rush {
namespace {

using redis_context = std::unique_ptr<redisContext, void (*)(redisContext*)>;
using redis_answer = std::unique_ptr<redisReply, void (*)(void*)>;

std::string fresh_key_name() {
  static std::atomic<int> count{0};
  return "rush_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

redis_answer ask(redisContext* at, const std::vector<std::string>& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  redis_answer said{static_cast<redisReply*>(redisCommandArgv(at, static_cast<int>(texts.size()),
                                                              texts.data(), sizes.data())),
                    &freeReplyObject};
  if (!said) throw std::runtime_error{std::string{"Redis: "} + at->errstr};
  if (said->type == REDIS_REPLY_ERROR) throw std::runtime_error{"Redis: " + std::string{said->str}};
  return said;
}

/// `sequence state expires_at changed_at user`.
place_row place_of(std::int64_t concert, const std::string& stored) {
  static const std::regex form{R"((\d+) (\d) -?\d+ -?\d+ (.*))"};
  std::smatch found;
  if (!std::regex_match(stored, found, form)) throw std::runtime_error{"an entry: " + stored};
  return {concert, found[3], std::stoll(found[1]), place_row_state{std::stoll(found[2])}};
}

}  // namespace

redis_keys::redis_keys(const std::string& server) : url_{server + "?prefix=" + fresh_key_name()} {}

void redis_keys::append_settings(const std::filesystem::path& file) const {
  std::ofstream out{file, std::ios::app};
  out << "[queue_ranking]\nkind = \"redis\"\nurl = \"" << url_ << "\"\n";
  if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
}

// In one transaction: the rooms of one moment.
void read_places_in_redis(const std::string& url, books& into) {
  static const std::regex form{R"(redis://([^:/]+):(\d+)(?:/(\d+))?(?:\?prefix=(.+))?)"};
  std::smatch at;
  if (!std::regex_match(url, at, form)) throw std::runtime_error{"not redis://host:port"};
  const redis_context db{redisConnect(at[1].str().c_str(), std::stoi(at[2])), &redisFree};
  if (!db || db->err != 0) throw std::runtime_error{"Redis cannot be reached"};
  if (at[3].matched) ask(db.get(), {"SELECT", at[3]});
  const auto prefix = "{" + (at[4].matched ? at[4].str() : std::string{"boxoffice"}) + "}:";
  const auto rooms = ask(db.get(), {"HKEYS", prefix + "last"});
  ask(db.get(), {"MULTI"});
  ask(db.get(), {"EXISTS", prefix + "owner"});
  for (std::size_t i = 0; i < rooms->elements; ++i)
    ask(db.get(), {"HGETALL", prefix + "room:" + rooms->element[i]->str});
  const auto all = ask(db.get(), {"EXEC"});
  if (all->element[0]->integer == 0) throw std::runtime_error{"nobody owns " + prefix};
  for (std::size_t i = 0; i < rooms->elements; ++i) {
    const auto& room = *all->element[i + 1];
    for (std::size_t j = 0; j + 1 < room.elements; j += 2)
      into.places[std::stoll(room.element[j]->str)] =
          place_of(std::stoll(rooms->element[i]->str),
                   {room.element[j + 1]->str, static_cast<std::size_t>(room.element[j + 1]->len)});
  }
}

}  // namespace boxoffice::rush
