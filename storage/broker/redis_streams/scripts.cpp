#include "storage/broker/redis_streams/scripts.hpp"

#include <string>
#include <string_view>

namespace boxoffice::broker {
namespace {

// The consumer of every group has one name, so that the next reader finds what the last one left.
constexpr std::string_view reader_lua = R"(
local stream, reader, token, lease = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local group, consumer = ARGV[3], 'boxoffice'
)";

constexpr std::string_view ours_lua = R"(
if redis.call('GET', reader) ~= token then return {'other'} end
redis.call('PEXPIRE', reader, lease)
)";

constexpr std::string_view add_lua = R"(
local added = 0
for at = 1, #ARGV, 4 do
  local said = redis.pcall('XADD', KEYS[1], '*', 'id', ARGV[at], 'type', ARGV[at + 1],
    'key', ARGV[at + 2], 'event', ARGV[at + 3])
  if type(said) == 'table' and said.err then
    if added == 0 then return said end
    break
  end
  added = added + 1
end
return added
)";

// An entry goes when every group has acknowledged it and all before it. Ids are compared as texts:
// both halves may be larger than a number of Lua is exact. `~` leaves a part of a node, which is a
// hundred entries at most.
constexpr std::string_view trim_lua = R"(
local function less(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end

local function before(a, b)
  local a_time, a_number = string.match(a, '^(%d+)-(%d+)$')
  local b_time, b_number = string.match(b, '^(%d+)-(%d+)$')
  if a_time ~= b_time then return less(a_time, b_time) end
  return less(a_number, b_number)
end

if redis.call('EXISTS', KEYS[1]) == 0 then return {0, 0, ''} end
local keep, slowest = nil, ''
for _, listed in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local of = {}
  for at = 1, #listed - 1, 2 do of[listed[at]] = listed[at + 1] end
  local needs = of['last-delivered-id']
  if of.pending > 0 then
    local first = redis.call('XPENDING', KEYS[1], of.name)[2]
    if before(first, needs) then needs = first end
  end
  if not keep or before(needs, keep) then keep, slowest = needs, of.name end
end
local trimmed = 0
if keep then trimmed = redis.call('XTRIM', KEYS[1], 'MINID', '~', keep, 'LIMIT', ARGV[1]) end
return {trimmed, redis.call('XLEN', KEYS[1]), slowest}
)";

// Redis refuses a full server the first write of a script only. DEL is never refused: so a reader
// can take over, read and acknowledge, which is what makes room.
constexpr std::string_view join_lua = R"(
local holder = redis.call('GET', reader)
if holder and holder ~= token then return {'other'} end
redis.call('DEL', reader)
local made = redis.pcall('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then return made end
redis.call('SET', reader, token, 'PX', lease)
return {'ours', made.err and 'found' or 'made'}
)";

constexpr std::string_view read_lua = R"(
local found = redis.pcall('XREADGROUP', 'GROUP', group, consumer, 'COUNT', ARGV[4],
  'STREAMS', stream, ARGV[5])
if found and found.err then
  if string.find(found.err, 'NOGROUP', 1, true) then return {'no group'} end
  return found
end
local entries = found and found[1][2] or {}
if #entries > 0 then return {'ours', entries} end
for _, listed in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local of = {}
  for at = 1, #listed - 1, 2 do of[listed[at]] = listed[at + 1] end
  if of.name == group then return {'ours', entries, of['last-delivered-id']} end
end
return {'no group'}
)";

constexpr std::string_view acknowledge_lua = R"(
if #ARGV > 3 then redis.call('XACK', stream, group, unpack(ARGV, 4)) end
return {'ours'}
)";

constexpr std::string_view leave_lua = R"(
redis.call('DEL', reader)
return {'ours'}
)";

redis::script of_reader(std::string_view text) {
  return {std::string{reader_lua}.append(ours_lua).append(text)};
}

}  // namespace

redis_streams_scripts::redis_streams_scripts()
    : add{std::string{add_lua}},
      trim{std::string{trim_lua}},
      join{std::string{reader_lua}.append(join_lua)},
      read{of_reader(read_lua)},
      acknowledge{of_reader(acknowledge_lua)},
      leave{of_reader(leave_lua)} {}

}  // namespace boxoffice::broker
