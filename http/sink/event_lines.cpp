#include "http/sink/event_lines.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace boxoffice::http {
namespace {

constexpr int readable_by_owner = 0600;

/// A file that was made is there after a power loss once its directory is written.
void sync_directory_of(const std::filesystem::path& file) {
  const auto parent = std::filesystem::absolute(file).parent_path();
  const int directory = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  ::fsync(directory);
  ::close(directory);
}

}  // namespace

event_lines::event_lines(std::filesystem::path file,
                         const std::function<void(std::string_view)>& found)
    : file_{std::move(file)}, to_{STDOUT_FILENO} {
  if (!is_file()) return;
  to_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, readable_by_owner);
  if (to_ < 0) fail("cannot be opened");
  try {
    if (::flock(to_, LOCK_EX | LOCK_NB) != 0) fail("another process appends to it");
    read_back(found);
    if (::ftruncate(to_, static_cast<off_t>(size_)) != 0 || ::fsync(to_) != 0)
      fail("cannot be written");
    sync_directory_of(file_);
  } catch (...) {
    ::close(to_);
    throw;
  }
}

event_lines::~event_lines() {
  if (is_file()) ::close(to_);
}

void event_lines::read_back(const std::function<void(std::string_view)>& found) {
  std::ifstream in{file_, std::ios::binary};
  if (!in) fail("cannot be read");
  std::string line;
  // At the end of the file is what has no line break: nobody was told that it is received.
  while (std::getline(in, line) && !in.eof()) {
    found(line);
    size_ += line.size() + 1;
  }
  if (in.bad()) fail("cannot be read");
}

void event_lines::append(std::string_view lines) {
  const auto bytes = lines.size();
  try {
    while (!lines.empty()) {
      const auto written = ::write(to_, lines.data(), lines.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("cannot be written");
      lines.remove_prefix(static_cast<std::size_t>(written));
    }
    if (is_file() && ::fdatasync(to_) != 0) fail("cannot be made durable");
  } catch (...) {
    if (is_file() && ::ftruncate(to_, static_cast<off_t>(size_)) != 0)
      throw std::runtime_error{file_.string() + ": cannot be cut back to whole lines"};
    throw;
  }
  size_ += bytes;
}

void event_lines::fail(const std::string& what) const {
  const std::string why = std::strerror(errno);
  throw std::runtime_error{(is_file() ? file_.string() : "standard output") + ": " + what + " (" +
                           why + ")"};
}

}  // namespace boxoffice::http
