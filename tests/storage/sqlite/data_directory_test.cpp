#include "storage/sqlite/data_directory.hpp"

#include "tests/storage/temp_directory.hpp"

#include <csignal>
#include <fstream>
#include <optional>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

// Runs `work` in a second process until it is killed; returns when it said that it is ready.
class second_process {
 public:
  template <class Work>
  explicit second_process(Work work) {
    int ready[2];
    if (::pipe(ready) != 0) throw std::runtime_error{"no pipe"};
    pid_ = ::fork();
    if (pid_ == 0) {
      char said = 'n';
      try {
        const auto held = work();
        said = 'y';
        if (::write(ready[1], &said, 1) == 1) ::pause();
      } catch (const std::exception&) {
        [[maybe_unused]] const auto n = ::write(ready[1], &said, 1);
      }
      ::_exit(0);
    }
    char said = 'n';
    ready_ = ::read(ready[0], &said, 1) == 1 && said == 'y';
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~second_process() { kill_hard(); }
  second_process(const second_process&) = delete;
  second_process& operator=(const second_process&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void kill_hard() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_{0};
  bool ready_{false};
};

TEST(DataDirectory, IsMadeForItsOwnerOnly) {
  const test::temp_directory dir;
  const data_directory made{dir.path() / "a" / "b"};
  struct stat found {};
  ASSERT_EQ(::stat(made.path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700U);
  EXPECT_TRUE(made.path().is_absolute());
}

TEST(DataDirectory, BelongsToOneProcessAndIsFreeWhenThatWasKilled) {
  const test::temp_directory dir;
  second_process other{[&] { return std::make_unique<data_directory>(dir.path()); }};
  ASSERT_TRUE(other.ready());
  try {
    const data_directory second{dir.path()};
    FAIL() << "two processes in one data directory";
  } catch (const data_directory_in_use& e) {
    EXPECT_EQ(e.holder(), other.pid());
    EXPECT_NE(std::string{e.what()}.find("in use by pid " + std::to_string(other.pid())),
              std::string::npos)
        << e.what();
  }
  other.kill_hard();
  EXPECT_NO_THROW(data_directory{dir.path()});
}

TEST(DataDirectory, IsRefusedTwiceInOneProcessToo) {
  const test::temp_directory dir;
  {
    const data_directory first{dir.path()};
    EXPECT_THROW(data_directory{dir.path()}, data_directory_in_use);
  }
  EXPECT_NO_THROW(data_directory{dir.path()});
}

TEST(DataDirectory, SaysWhatIsWrongWithAPath) {
  const test::temp_directory dir;
  const auto file = dir.path() / "file";
  std::ofstream{file} << "x";
  const auto message = [](const std::filesystem::path& path) {
    try {
      const data_directory made{path};
    } catch (const data_directory_error& e) {
      return std::string{e.what()};
    }
    return std::string{};
  };
  EXPECT_NE(message(file).find("is not a directory"), std::string::npos) << message(file);
  EXPECT_NE(message(file / "below").find("cannot be created"), std::string::npos);
}

TEST(DataDirectory, MustBeWritable) {
  const test::temp_directory dir;
  const auto locked = dir.path() / "locked";
  std::filesystem::create_directory(locked);
  ::chmod(dir.path().c_str(), 0755);
  ::chmod(locked.c_str(), 0555);
  constexpr uid_t nobody = 65534;
  const bool root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(::seteuid(nobody), 0);
  }
  std::string said;
  try {
    const data_directory made{locked};
  } catch (const data_directory_error& e) {
    said = e.what();
  }
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_NE(said.find("is not writable"), std::string::npos) << said;
}

TEST(DataDirectory, TellsWhoHoldsItWithoutLockingIt) {
  const test::temp_directory directory;
  EXPECT_EQ(holder_of(directory.path()), std::nullopt);
  {
    const data_directory held{directory.path()};
    EXPECT_EQ(holder_of(directory.path()), ::getpid());
  }
  EXPECT_EQ(holder_of(directory.path()), std::nullopt);
  std::ofstream{directory.path() / "boxoffice.lock"} << "999999999\n";
  EXPECT_EQ(holder_of(directory.path()), std::nullopt) << "it was killed";
}

}  // namespace
}  // namespace boxoffice
