#include "http/server/octets.hpp"

#include "http/server/target.hpp"

#include <cstring>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

/// Memory behind which none is: whoever reads one byte too far ends the process.
class last_bytes {
 public:
  explicit last_bytes(std::string_view text) : size_{text.size()} {
    ::mprotect(pages_ + page_, page_, PROT_NONE);
    std::memcpy(pages_ + page_ - size_, text.data(), size_);
  }
  ~last_bytes() { ::munmap(pages_, 2 * page_); }
  last_bytes(const last_bytes&) = delete;
  last_bytes& operator=(const last_bytes&) = delete;

  [[nodiscard]] std::string_view text() const { return {pages_ + page_ - size_, size_}; }

 private:
  std::size_t size_;
  std::size_t page_{static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))};
  char* pages_{static_cast<char*>(
      ::mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))};
};

TEST(Octets, LettersAreTheSameAndNothingElseIs) {
  EXPECT_TRUE(iequals("", ""));
  EXPECT_TRUE(iequals("Content-Length", "cONTENT-lENGTH"));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_FALSE(iequals("@[", "`{")) << "beside the letters";
  EXPECT_FALSE(iequals("\xC4", "\xE4")) << "beyond ASCII";
}

TEST(Octets, NothingIsReadBehindTheEnd) {
  const last_bytes upper{"KEY"}, lower{"key"}, other{"kez"};
  EXPECT_TRUE(iequals(upper.text(), lower.text()));
  EXPECT_FALSE(iequals(upper.text(), other.text()));
}

TEST(Octets, ATargetIsReadToItsEnd) {
  for (const auto* text : {"httPs://a", "HTTPS:/", "hTTPs://", "%", "/%", "/%2", "?", "http:"}) {
    const last_bytes raw{text};
    target read;
    EXPECT_EQ(read.read(raw.text()), raw.text() == "httPs://a") << text;
  }
}

}  // namespace
}  // namespace boxoffice::http
