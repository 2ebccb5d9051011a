#include "storage/sqlite/data_directory.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace boxoffice {
namespace {

constexpr auto lock_name = "boxoffice.lock";

std::string reason(int error) { return std::generic_category().message(error); }

std::string in_use_text(const std::filesystem::path& path, pid_t holder) {
  return "data directory " + path.string() + " is in use by " +
         (holder == 0 ? std::string{"another process"} : "pid " + std::to_string(holder));
}

void create(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::is_directory(status)) return;
  if (fs::exists(status))
    throw data_directory_error{"data directory " + path.string() + " is not a directory"};
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  // A directory that appears meanwhile is as good.
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    throw data_directory_error{"data directory " + path.string() +
                               " cannot be created: " + reason(errno)};
}

pid_t read_holder(int lock) {
  std::array<char, 24> text{};
  const auto size = ::pread(lock, text.data(), text.size(), 0);
  pid_t holder = 0;
  if (size > 0) std::from_chars(text.data(), text.data() + size, holder);
  return holder;
}

void write_holder(int lock, std::string_view text) {
  // Only for the message of a second process; the lock holds without it.
  if (::ftruncate(lock, 0) != 0) return;
  [[maybe_unused]] const auto written = ::pwrite(lock, text.data(), text.size(), 0);
}

}  // namespace

data_directory_in_use::data_directory_in_use(const std::filesystem::path& path, pid_t holder)
    : data_directory_error{in_use_text(path, holder)}, holder_{holder} {}

data_directory::data_directory(const std::filesystem::path& path)
    : path_{std::filesystem::absolute(path).lexically_normal()} {
  if (!path_.has_filename()) path_ = path_.parent_path();  // "dir/" names dir
  create(path_);
  if (::faccessat(AT_FDCWD, path_.c_str(), R_OK | W_OK | X_OK, AT_EACCESS) != 0)
    throw data_directory_error{"data directory " + path_.string() +
                               " is not writable: " + reason(errno)};
  const auto file = path_ / lock_name;
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock_ < 0)
    throw data_directory_error{"lock file " + file.string() +
                               " cannot be opened: " + reason(errno)};
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    const auto holder = read_holder(lock_);
    ::close(lock_);
    if (error == EWOULDBLOCK) throw data_directory_in_use{path_, holder};
    throw data_directory_error{"lock file " + file.string() +
                               " cannot be locked: " + reason(error)};
  }
  write_holder(lock_, std::to_string(::getpid()) + "\n");
}

std::optional<pid_t> holder_of(const std::filesystem::path& data_dir) {
  const int file = ::open((data_dir / lock_name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return std::nullopt;
  const auto holder = read_holder(file);
  ::close(file);
  // Signal 0 only asks; a process of somebody else exists, too.
  if (holder <= 0 || (::kill(holder, 0) != 0 && errno == ESRCH)) return std::nullopt;
  return holder;
}

data_directory::~data_directory() {
  // The file stays: removing it would let a third process lock a new one beside the second.
  write_holder(lock_, "");
  ::close(lock_);
}

}  // namespace boxoffice
