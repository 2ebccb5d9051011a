#include "config/postgres_location.hpp"
#include "config/redis_location.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using way = redis_location::way;

redis_location redis(std::string_view text) {
  auto read = parse_redis_location(text);
  const auto* fault = std::get_if<location_fault>(&read);
  EXPECT_EQ(fault, nullptr) << text << " " << (fault != nullptr ? *fault : "");
  return fault == nullptr ? std::get<redis_location>(read) : redis_location{};
}

// One line of what a location says.
std::string line_of(const redis_location& at) {
  std::string out = at.by == way::tcp ? "tcp" : (at.by == way::sentinel ? "sentinel" : "unix");
  for (const auto& [host, port] : at.addresses)
    out += ' ' + host + ' ' + std::to_string(port);
  out += at.socket.empty() ? "" : ' ' + at.socket;
  out += at.master.empty() ? "" : " master " + at.master;
  out += at.password.empty() ? "" : " login <" + at.user + "> <" + at.password + ">";
  return out + " database " + std::to_string(at.database) + " prefix " + at.prefix;
}

struct read_row {
  std::string_view text, means;
};

TEST(RedisLocation, IsReadAsItIsMeant) {
  constexpr read_row rows[] = {
      {"redis://cache.example", "tcp cache.example 6379 database 0 prefix boxoffice"},
      {"REDIS://h", "tcp h 6379 database 0 prefix boxoffice"},
      {"redis://h/", "tcp h 6379 database 0 prefix boxoffice"},
      {"redis://h:", "tcp h 6379 database 0 prefix boxoffice"},
      {"redis://h:1/2", "tcp h 1 database 2 prefix boxoffice"},
      {"redis://h:65535?db=3", "tcp h 65535 database 3 prefix boxoffice"},
      {"redis://127.0.0.1:7", "tcp 127.0.0.1 7 database 0 prefix boxoffice"},
      {"redis://[::1]", "tcp ::1 6379 database 0 prefix boxoffice"},
      {"redis://[2001:db8::7]:7000/3", "tcp 2001:db8::7 7000 database 3 prefix boxoffice"},
      {"redis://[fe80::1%25eth0]:1", "tcp fe80::1%eth0 1 database 0 prefix boxoffice"},
      {"redis://ann:h%40s%2Fh@h?prefix=te%73t",
       "tcp h 6379 login <ann> <h@s/h> database 0 prefix test"},
      {"redis://:secret@h", "tcp h 6379 login <> <secret> database 0 prefix boxoffice"},
      {"redis://%C3%BC:%20%25@h", "tcp h 6379 login <\xc3\xbc> < %> database 0 prefix boxoffice"},
      {"redis+unix:///run/r.sock", "unix /run/r.sock database 0 prefix boxoffice"},
      {"redis+unix://ann:pw@/run/redis/r@1.sock?db=2&prefix=x",
       "unix /run/redis/r@1.sock login <ann> <pw> database 2 prefix x"},
      {"redis+unix:///a%20b/s,t", "unix /a b/s,t database 0 prefix boxoffice"},
      {"redis-sentinel://:pw@one,two:5000,[::1]:6/boss/4",
       "sentinel one 26379 two 5000 ::1 6 master boss login <> <pw> database 4 prefix boxoffice"},
      {"redis-sentinel://h/boss?db=1", "sentinel h 26379 master boss database 1 prefix boxoffice"},
  };
  for (const auto& [text, means] : rows)
    EXPECT_EQ(line_of(redis(text)), means) << text;
}

struct refused_row {
  std::string_view text, says;  // a part of the sentence
};

TEST(RedisLocation, IsRefusedWithAReasonThatQuotesNothing) {
  constexpr refused_row rows[] = {
      {"", "begin with redis://"},
      {"hush", "begin with redis://"},
      {"redis", "begin with redis://"},
      {"redis:", "begin with redis://"},
      {"redis:/hush", "begin with redis://"},
      {"hush:6379", "begin with redis://"},
      {"//hush", "begin with redis://"},
      {"://hush", "begin with redis://"},
      {"http://hush", "begin with redis://"},
      {"rediss://hush", "TLS"},
      {"redis+tcp://hush", "begin with redis://"},
      {"re dis://hush", "visible ASCII"},
      {"redis://", "host"},
      {"redis:///0", "host"},
      {"redis:////hush", "host"},
      {"redis://?db=1", "host"},
      {"redis://:6379", "host"},
      {"redis://a:hush@", "host"},
      {"redis://a:hush@:1", "host"},
      {"redis://hush@h", "password"},
      {"redis://@h", "password"},
      {"redis://:@h", "password"},
      {"redis://a:@h", "password"},
      {"redis://a:hush@h:port", "port"},
      {"redis://a:hush@h:0", "port"},
      {"redis://a:hush@h:00", "port"},
      {"redis://a:hush@h:65536", "port"},
      {"redis://a:hush@h:99999999999999999999", "port"},
      {"redis://a:hush@h:-1", "port"},
      {"redis://a:hush@h:6379x", "port"},
      {"redis://a:hush@[::1]:0", "port"},
      {"redis://a:hush@[::1", "form"},
      {"redis://a:hush@[hush]", "form"},
      {"redis://a:hush@h/x", "number"},
      {"redis://a:hush@h/-1", "number"},
      {"redis://a:hush@h/1000001", "number"},
      {"redis://a:hush@h/0/1", "number"},
      {"redis://a:hush@h?db=", "number"},
      {"redis://a:hu%zzsh@h", "hexadecimal"},
      {"redis://a:hush%@h", "hexadecimal"},
      {"redis://a:hush@h?prefix=%4", "hexadecimal"},
      {"redis://a:hush%00@h", "control"},
      {"redis://a%0d%0a:hush@h", "control"},
      {"redis://a:hush@h\0"sv, "visible ASCII"},
      {"redis://a:hu\0sh@h"sv, "visible ASCII"},
      {"redis://a:hush@h\n", "visible ASCII"},
      {"redis://a:h\xc3\xbcsh@h", "visible ASCII"},
      {"redis://a:hush@h/0#hush", "fragment"},
      {"redis://a:hush@h,i", "sentinel"},
      {"redis://a:hush@h,", "host"},
      {"redis://a:hush@h?colour=hush", "db= and prefix="},
      {"redis://a:hush@h?DB=1", "db= and prefix="},
      {"redis://a:hush@h?db=1&db=2", "each once"},
      {"redis://a:hush@h?db=1&", "db= and prefix="},
      {"redis://a:hush@h?prefix=", "prefix"},
      {"redis://a:hush@h?prefix={hush}", "prefix"},
      {"redis://a:hush@h?prefix=hu%00sh", "prefix"},
      {"redis://a:hush@h?prefix=hu*sh", "prefix"},
      {"redis+unix://hush", "socket"},
      {"redis+unix://hush/run/s", "socket"},
      {"redis+unix:///", "socket"},
      {"redis+unix://", "host"},
      {"redis-sentinel://a:hush@h", "master"},
      {"redis-sentinel://a:hush@h/", "master"},
      {"redis-sentinel:///hush", "host"},
      {"redis-sentinel://a:hush@h,,i/m", "host"},
      {"redis-sentinel://a:hush@h,i:0/m", "port"},
      {"redis-sentinel://a:hush@h:0,i/m", "port"},
      {"redis-sentinel://a:hush@h,i/m/x", "number"},
  };
  for (const auto& [text, says] : rows) {
    const auto read = parse_redis_location(text);
    const auto* fault = std::get_if<location_fault>(&read);
    ASSERT_NE(fault, nullptr) << text << " is read as " << line_of(redis(text));
    EXPECT_TRUE(fault->starts_with("must ")) << *fault;
    EXPECT_NE(fault->find(says), std::string::npos) << text << ": " << *fault;
    EXPECT_EQ(fault->find("hush"), std::string::npos) << *fault;
  }
}

TEST(PostgresLocation, IsReadAsLibpqReadsIt) {
  struct row {
    std::string text, parameters, name;
  };
  const row rows[] = {
      {"postgresql://h/d", "dbname='d' host='h' connect_timeout=7", "h/d"},
      {"postgres://h:1/d", "dbname='d' host='h' port='1' connect_timeout=7", "h:1/d"},
      {"postgresql://u:p%40%27%5c@h/d",
       R"(user='u' password='p@\'\\' dbname='d' host='h' connect_timeout=7)", "h/d"},
      {"postgresql://u@a:1,b:2/d?target_session_attrs=any",
       "user='u' dbname='d' host='a,b' port='1,2' target_session_attrs='any' connect_timeout=7",
       "a:1,b:2/d"},
      {"postgresql://[::1]:5/d", "dbname='d' host='::1' port='5' connect_timeout=7", "::1:5/d"},
      {"postgresql:///d?host=/run/postgresql",
       "dbname='d' host='/run/postgresql' connect_timeout=7", "/run/postgresql/d"},
      {"host=h dbname=d", "dbname='d' host='h' connect_timeout=7", "h/d"},
      {"host = 'h' password = 'dbname=x host=y' dbname=d",
       "password='dbname=x host=y' dbname='d' host='h' connect_timeout=7", "h/d"},
      {"hostaddr=127.0.0.1 port=5433 dbname=d",
       "dbname='d' hostaddr='127.0.0.1' port='5433' connect_timeout=7", "127.0.0.1:5433/d"},
      {"postgresql://h/d?connect_timeout=3", "connect_timeout='3' dbname='d' host='h'", "h/d"},
      {"postgresql://u:connect_timeout@h/d",
       "user='u' password='connect_timeout' dbname='d' host='h' connect_timeout=7", "h/d"},
  };
  for (const auto& [text, parameters, name] : rows) {
    const auto read = parse_postgres_location(text, 7s);
    ASSERT_TRUE(std::holds_alternative<postgres_location>(read)) << text;
    EXPECT_EQ(std::get<postgres_location>(read).parameters, parameters) << text;
    EXPECT_EQ(std::get<postgres_location>(read).public_name, name) << text;
  }
}

TEST(PostgresLocation, IsRefusedWithAReasonThatQuotesNothing) {
  constexpr refused_row rows[] = {
      {"hush", "libpq"},
      {"hush:5432/d", "libpq"},
      {"mysql://u:hush@h/d", "libpq"},
      {"mysql://u:hush@h/d?a=b", "libpq"},
      {"postgresql:/h/d", "libpq"},
      {"host=h password='hush", "libpq"},
      {"host=h colour=hush", "libpq"},
      {"postgresql://u:hush@h/d?colour=hush", "libpq"},
      {"postgresql://u:hush@h/d?host", "libpq"},
      {"postgresql://u:hu%zzsh@h/d", "libpq"},
      {"postgresql://u:hush%00@h/d", "libpq"},
      {"postgresql://u:hush@[::1/d", "libpq"},
      {"postgresql://u:hush@[]/d", "libpq"},
      {"postgresql://u:hush@h:0/d", "port"},
      {"postgresql://u:hush@h:65536/d", "port"},
      {"postgresql://u:hush@h:x/d", "port"},
      {"postgresql://u:hush@h:-1/d", "port"},
      {"postgresql://u:hush@a:1,b:0/d", "port"},
      {"host=h port=70000 password=hush", "port"},
      {"postgresql://u:hush@h/d\0x"sv, "NUL"},
  };
  for (const auto& [text, says] : rows) {
    const auto read = parse_postgres_location(std::string{text}, 7s);
    const auto* fault = std::get_if<location_fault>(&read);
    ASSERT_NE(fault, nullptr) << text << " is read as "
                              << std::get<postgres_location>(read).parameters;
    EXPECT_NE(fault->find(says), std::string::npos) << text << ": " << *fault;
    EXPECT_EQ(fault->find("hush"), std::string::npos) << *fault;
  }
}

}  // namespace
}  // namespace boxoffice
