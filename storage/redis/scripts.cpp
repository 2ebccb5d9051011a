#include "storage/redis/scripts.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace boxoffice::redis {
namespace {

// What scripts share, at their beginning.
constexpr std::string_view begin_lua = R"(
local p = string.sub(KEYS[1], 1, -6)  -- the key of the owner without "owner"
local owner, restoring, installation = KEYS[1], p .. 'restoring', p .. 'installation'

local function standing(epoch, batch)
  local found = redis.call('HMGET', owner, 'epoch', 'batch')
  if not found[1] then return 'lost' end
  local e = tonumber(found[1])
  if e > epoch then return 'replaced' end
  if e < epoch or tonumber(found[2]) ~= batch then return 'lost' end
  return 'ours'
end

local function attempt_stands(attempt)
  local found = redis.call('GET', restoring)
  if not found then return 'lost' end
  if found ~= attempt then return 'replaced' end
  return 'ours'
end

local function decimal(number) return string.format('%.0f', number) end
)";

// What each kind of operation writes. An operation is its letter and a fixed number of values.
constexpr std::string_view write_lua = R"(
local kept, forgotten_each, minutes_kept, first  -- set by whoever includes this
local sold_now = false

local function raise(key, field, value)
  local known = redis.call('HGET', key, field)
  if not known or tonumber(known) < tonumber(value) then redis.call('HSET', key, field, value) end
end

local write = {}

function write.e(concert, token, user, sequence, state, expires_at, changed_at)
  local live = p .. 'live:' .. concert
  redis.call('HSET', p .. 'room:' .. concert, token,
    table.concat({sequence, state, expires_at, changed_at, user}, ' '))
  redis.call('ZADD', p .. 'line:' .. concert, sequence, token)
  if tonumber(state) < 2 then
    redis.call('HSET', live, user, token)
  elseif redis.call('HGET', live, user) == token then
    redis.call('HDEL', live, user)
  end
  raise(p .. 'last', concert, sequence)
end

function write.l(concert, sequence) raise(p .. 'last', concert, sequence) end
function write.f(consumer, sequence) raise(p .. 'forgotten', consumer, sequence) end

function write.a(consumer, event, sequence)
  local key = p .. 'applied:' .. consumer
  redis.call('ZADD', key, sequence, event)
  raise(p .. 'through', consumer, sequence)
  local more = redis.call('ZCARD', key) - kept
  if more <= 0 then return end
  local known = '(' .. (redis.call('HGET', p .. 'forgotten', consumer) or '0')
  local last = redis.call('ZRANGEBYSCORE', key, known, '+inf', 'WITHSCORES',
    'LIMIT', math.min(more, forgotten_each) - 1, 1)[2]
  if not last then return end
  redis.call('ZREMRANGEBYSCORE', key, known, last)
  redis.call('HSET', p .. 'forgotten', consumer, last)
end

-- Marks of what does not come again: a few for each that is added.
function write.n(consumer, through)
  local key = p .. 'applied:' .. consumer
  local known = '(' .. (redis.call('HGET', p .. 'forgotten', consumer) or '0')
  local found = redis.call('ZRANGEBYSCORE', key, known, through, 'WITHSCORES',
    'LIMIT', 0, forgotten_each)
  local last = found[#found]
  if not last then return end
  redis.call('ZREMRANGEBYSCORE', key, known, last)
  redis.call('HSET', p .. 'forgotten', consumer, last)
end

function write.c(consumer, minutes_too)
  redis.call('UNLINK', p .. 'totals:' .. consumer, p .. 'applied:' .. consumer)
  for _, each in ipairs({'through', 'forgotten', 'filled'}) do
    redis.call('HDEL', p .. each, consumer)
  end
  if minutes_too ~= '1' then return end
  for _, minute in ipairs(redis.call('ZRANGEBYSCORE', p .. 'minutes', '-inf', '+inf')) do
    redis.call('UNLINK', p .. 'minute:' .. minute)
  end
  redis.call('UNLINK', p .. 'minutes')
end

function write.d(consumer, through)
  for _, each in ipairs({'through', 'forgotten', 'filled'}) do
    redis.call('HSET', p .. each, consumer, through)
  end
end

function write.t(consumer, schedule, seats, last_paid_at, sold_out_at)
  redis.call('HSET', p .. 'totals:' .. consumer, schedule,
    table.concat({seats, last_paid_at, sold_out_at}, ' '))
end

function write.b(minute, schedule, seats)
  redis.call('HSET', p .. 'minute:' .. minute, schedule, seats)
  redis.call('ZADD', p .. 'minutes', minute, minute)
  sold_now = true
end

local function forget_minutes()
  if not sold_now then return end
  local more = redis.call('ZCARD', p .. 'minutes') - minutes_kept
  if more <= 0 then return end
  local old = redis.call('ZRANGEBYSCORE', p .. 'minutes', '-inf', '+inf',
    'LIMIT', 0, math.min(more, 16))
  for _, minute in ipairs(old) do
    redis.call('DEL', p .. 'minute:' .. minute)
    redis.call('ZREM', p .. 'minutes', minute)
  end
end

local values_of = {e = 7, l = 2, f = 2, a = 3, n = 2, c = 2, d = 2, t = 5, b = 3}

local function each_operation(take)
  local at = first
  while at <= #ARGV do
    local letter = ARGV[at]
    local last = at + values_of[letter]
    local wrong = take[letter](unpack(ARGV, at + 1, last))
    if wrong then return wrong end
    at = last + 1
  end
end
)";

// The second line behind the actors: what would break a rule breaks the batch, before it writes.
// What earlier operations of the batch do counts as done.
constexpr std::string_view check_lua = R"(
local entries, live, places, marks = {}, {}, {}, {}

local function entry_of(concert, token)
  if entries[token] == nil then
    local stored = redis.call('HGET', p .. 'room:' .. concert, token)
    entries[token] = false
    if stored then
      local sequence, user = string.match(stored, '^(%d+) %d %-?%d+ %-?%d+ (.*)$')
      entries[token] = {sequence = sequence, user = user}
    end
  end
  return entries[token]
end

local function live_of(concert, user)
  local at = concert .. ':' .. user
  if live[at] == nil then live[at] = redis.call('HGET', p .. 'live:' .. concert, user) end
  return live[at]
end

local check = {}

function check.e(concert, token, user, sequence, state)
  local known = entry_of(concert, token)
  if known then
    if known.user ~= user or known.sequence ~= sequence then
      return 'a token keeps its concert, user and place'
    end
  else
    local place = concert .. ':' .. sequence
    if places[place] or
       redis.call('ZCOUNT', p .. 'line:' .. concert, sequence, sequence) > 0 then
      return 'a place in line is given once'
    end
    places[place] = true
    entries[token] = {sequence = sequence, user = user}
  end
  local holder = live_of(concert, user)
  if tonumber(state) < 2 then
    if holder and holder ~= token then return 'a user has one live place in a concert' end
    live[concert .. ':' .. user] = token
  elseif holder == token then
    live[concert .. ':' .. user] = false
  end
end

function check.a(consumer, event, sequence)
  local key = p .. 'applied:' .. consumer
  local by_event, by_sequence = consumer .. ':e' .. event, consumer .. ':s' .. sequence
  if marks[by_event] or marks[by_sequence] or redis.call('ZSCORE', key, event) or
     redis.call('ZCOUNT', key, sequence, sequence) > 0 then
    return 'a consumer applies an event once'
  end
  marks[by_event], marks[by_sequence] = true, true
end

function check.l() end
function check.f() end
function check.n() end
function check.c() end
function check.d() end
function check.t() end
function check.b() end
)";

constexpr std::string_view read_lua = R"(
local found = redis.call('HMGET', owner, 'epoch', 'batch')
local epoch, batch = found[1] or '', found[2] or redis.call('GET', restoring) or ''
)";

constexpr std::string_view take_over_lua = R"(
local found = redis.call('HMGET', owner, 'epoch', 'batch', 'layout', 'beat')
if found[3] and tonumber(found[3]) > tonumber(ARGV[1]) then return {'too_new', found[3]} end
if ARGV[2] and ((found[1] or '0') ~= ARGV[2] or (found[2] or '0') ~= ARGV[3] or
    (found[4] or '0') ~= ARGV[4]) then
  return {'moved'}
end

-- Whoever may not do one of these is told so now, and not in the middle of a batch.
local trial = p .. 'trial'
redis.call('HSET', trial, 'a', '1')
redis.call('HDEL', trial, 'a')
redis.call('ZADD', trial, 1, 'a')
redis.call('ZREMRANGEBYSCORE', trial, 5, 6)
redis.call('ZREM', trial, 'a')
redis.call('SET', trial, 'a')
redis.call('UNLINK', trial)
redis.call('DEL', trial)

local now = redis.call('TIME')
local epoch = math.max(tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000),
  tonumber(found[1] or 0) + 1, tonumber(redis.call('GET', restoring) or 0) + 1)
if not found[1] then return {'empty', decimal(epoch)} end
redis.call('DEL', restoring)
if tonumber(found[3]) < 2 then
  local through = redis.call('HGETALL', p .. 'through')
  for at = 1, #through, 2 do
    local last = tonumber(through[at + 1]) - 4000000
    if last > 0 then redis.call('HSET', p .. 'forgotten', through[at], decimal(last)) end
  end
end
redis.call('HSET', owner, 'epoch', decimal(epoch), 'layout', ARGV[1])
return {'held', decimal(epoch), found[2]}
)";

constexpr std::string_view keep_lua = R"(
local stands = standing(tonumber(ARGV[1]), tonumber(ARGV[2]))
if stands == 'ours' then
  redis.call('HINCRBY', owner, 'beat', 1)
  redis.call('DEL', installation)
  if #ARGV > 2 then redis.call('HSET', installation, unpack(ARGV, 3)) end
end
return {stands}
)";

constexpr std::string_view settle_lua = R"(
local found = redis.call('HMGET', owner, 'epoch', 'batch')
local epoch, number = tonumber(ARGV[1]), tonumber(ARGV[2])
if not found[1] then return {'lost'} end
local e, b = tonumber(found[1]), tonumber(found[2])
if e > epoch then return {'replaced'} end
if e < epoch then return {'lost'} end
if b == number then return {'committed'} end
if b == number + 1 then return {'aborted'} end
if b ~= number - 1 then return {'lost'} end
-- It may still be on its way here; it finds another number than it asks for.
redis.call('HSET', owner, 'batch', decimal(number + 1))
return {'aborted'}
)";

constexpr std::string_view commit_lua = R"(
local epoch, batch = tonumber(ARGV[1]), tonumber(ARGV[2])
local stands = standing(epoch, batch)
if stands ~= 'ours' then return {stands} end
kept, forgotten_each, minutes_kept, first = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), 6
local wrong = each_operation(check)
if wrong then return {'refused', wrong} end
redis.call('HSET', owner, 'batch', decimal(batch + 1))
each_operation(write)
forget_minutes()
return {'ours'}
)";

constexpr std::string_view prune_lua = R"(
local stands = standing(tonumber(ARGV[1]), tonumber(ARGV[2]))
if stands ~= 'ours' then return {stands} end
redis.call('HSET', owner, 'batch', decimal(tonumber(ARGV[2]) + 1))
for at = 3, #ARGV, 2 do
  redis.call('HDEL', p .. 'room:' .. ARGV[at], ARGV[at + 1])
  redis.call('ZREM', p .. 'line:' .. ARGV[at], ARGV[at + 1])
end
return {'ours'}
)";

constexpr std::string_view begin_restoring_lua = R"(
local mine = tonumber(ARGV[1])
if tonumber(redis.call('HGET', owner, 'epoch') or 0) > mine or
   tonumber(redis.call('GET', restoring) or 0) > mine then
  return {'replaced'}
end
redis.call('SET', restoring, ARGV[2])
redis.call('DEL', owner)
if #ARGV > 2 then redis.call('HSET', installation, unpack(ARGV, 3)) end
return {'begun'}
)";

constexpr std::string_view sweep_lua = R"(
local stands = attempt_stands(ARGV[1])
if stands ~= 'ours' then return {stands} end
for at = 2, #ARGV do
  if ARGV[at] ~= restoring and ARGV[at] ~= installation then redis.call('UNLINK', ARGV[at]) end
end
return {'ours'}
)";

constexpr std::string_view put_back_lua = R"(
local stands = attempt_stands(ARGV[1])
if stands ~= 'ours' then return {stands} end
kept, forgotten_each, minutes_kept, first = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), 5
each_operation(write)
return {'ours'}
)";

constexpr std::string_view end_restoring_lua = R"(
local stands = attempt_stands(ARGV[1])
if stands ~= 'ours' then return {stands} end
redis.call('HSET', owner, 'epoch', ARGV[1], 'batch', ARGV[2], 'layout', ARGV[3])
redis.call('DEL', restoring)
return {'ours'}
)";

constexpr std::string_view read_index_lua = R"(
return {epoch, batch, redis.call('HGETALL', p .. 'last'), redis.call('HGETALL', p .. 'through'),
  redis.call('HGETALL', p .. 'forgotten'), redis.call('HGETALL', p .. 'filled')}
)";

constexpr std::string_view read_room_lua = R"(
local concert = ARGV[1]
local tokens = redis.call('ZRANGEBYSCORE', p .. 'line:' .. concert, '(' .. ARGV[2], '+inf',
  'LIMIT', 0, ARGV[3])
local entries = {}
if #tokens > 0 then entries = redis.call('HMGET', p .. 'room:' .. concert, unpack(tokens)) end
return {epoch, batch, redis.call('HGET', p .. 'last', concert) or '0', tokens, entries}
)";

constexpr std::string_view read_board_lua = R"(
local buckets = {}
for _, minute in ipairs(redis.call('ZRANGEBYSCORE', p .. 'minutes', ARGV[2], '+inf')) do
  buckets[#buckets + 1] = minute
  buckets[#buckets + 1] = redis.call('HGETALL', p .. 'minute:' .. minute)
end
return {epoch, batch, redis.call('HGET', p .. 'through', ARGV[1]) or '0',
  redis.call('HGETALL', p .. 'totals:' .. ARGV[1]), buckets,
  redis.call('HGET', p .. 'filled', ARGV[1]) or '0'}
)";

constexpr std::string_view read_applied_lua = R"(
local applied = {}
for at = 2, #ARGV do
  applied[at - 1] = redis.call('ZSCORE', p .. 'applied:' .. ARGV[1], ARGV[at]) and '1' or ''
end
return {epoch, batch, applied}
)";

constexpr std::string_view read_marks_lua = R"(
return {epoch, batch, redis.call('ZRANGEBYSCORE', p .. 'applied:' .. ARGV[1], '(' .. ARGV[2],
  '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])}
)";

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts)
    text += part;
  return text;
}

}  // namespace

scripts::scripts()
    : acquire{joined({begin_lua, take_over_lua})},
      keep{joined({begin_lua, keep_lua})},
      settle{joined({begin_lua, settle_lua})},
      commit{joined({begin_lua, write_lua, check_lua, commit_lua})},
      prune{joined({begin_lua, prune_lua})},
      begin_restoring{joined({begin_lua, begin_restoring_lua})},
      sweep{joined({begin_lua, sweep_lua})},
      put_back{joined({begin_lua, write_lua, put_back_lua})},
      end_restoring{joined({begin_lua, end_restoring_lua})},
      read_index{joined({begin_lua, read_lua, read_index_lua})},
      read_room{joined({begin_lua, read_lua, read_room_lua})},
      read_board{joined({begin_lua, read_lua, read_board_lua})},
      read_applied{joined({begin_lua, read_lua, read_applied_lua})},
      read_marks{joined({begin_lua, read_lua, read_marks_lua})} {}

}  // namespace boxoffice::redis
