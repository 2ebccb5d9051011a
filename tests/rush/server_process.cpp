#include "tests/rush/server_process.hpp"

#include "tests/rush/books.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace boxoffice::rush {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds ready_time_max{60};
constexpr std::string_view ready_text = "boxoffice ready on ";
constexpr std::string_view standing_by_text = "boxoffice standing by on ";

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

int milliseconds_until(steady_clock::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

/// Whether the descriptor became readable, or its other end closed.
bool wait_readable(int descriptor, steady_clock::time_point until) {
  pollfd one{descriptor, POLLIN, 0};
  for (;;) {
    const int ready = ::poll(&one, 1, milliseconds_until(until));
    if (ready >= 0) return ready > 0;
    if (errno != EINTR) fail("poll");
  }
}

std::vector<std::string> serve_arguments(const server_setup& setup) {
  std::vector<std::string> arguments = setup.entering;
  if (!arguments.empty()) {  // the first word is the program
    arguments.erase(arguments.begin());
    arguments.push_back(setup.program.string());
  }
  arguments.insert(arguments.end(), {"serve", "--data-dir", setup.data_dir.string(), "--listen",
                                     setup.listen, "--set", "auth.dev=true"});
  // The same secret after a restart: tokens given out before stay good.
  for (const std::string each :
       {"auth.secret=a-secret-for-rush-and-tests-only", "log.level=warning"})
    arguments.insert(arguments.end(), {"--set", each});
  if (const auto file = settings_beside(setup.data_dir); exists(file))
    arguments.insert(arguments.end(), {"--config", file.string()});
  for (const auto& each : setup.settings)
    arguments.insert(arguments.end(), {"--set", each});
  return arguments;
}

std::filesystem::path log_of(const server_setup& setup) {
  return setup.data_dir.parent_path() / "server.log";
}

/// In the child, between fork and exec: nothing but system calls.
[[noreturn]] void become(const char* program, char* const* arguments, int output, int errors,
                         pid_t starter) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != starter) ::_exit(127);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  // A port that the starter listens on stays the starter's: asio does not close it on exec.
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execv(program, arguments);
  ::_exit(127);
}

}  // namespace

scratch_directory::scratch_directory(const std::string& name) {
  auto form = (std::filesystem::temp_directory_path() / (name + ".XXXXXX")).string();
  if (::mkdtemp(form.data()) == nullptr) fail("mkdtemp");
  path_ = form;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  if (!kept_) std::filesystem::remove_all(path_, ignored);
}

child_process::child_process(const std::filesystem::path& program,
                             const std::vector<std::string>& arguments,
                             const std::filesystem::path& error_file)
    : error_file_{error_file} {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (auto& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);

  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("pipe");
  const int errors = ::open(error_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (errors < 0) fail("open the log");
  const pid_t starter = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) become(words.front().c_str(), pointers.data(), pipe[1], errors, starter);
  ::close(errors);
  ::close(pipe[1]);
  output_ = pipe[0];
  ended_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (ended_ < 0) fail("pidfd_open");
}

child_process::~child_process() {
  if (!exit_) {
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
  }
  ::close(ended_);
  ::close(output_);
}

void child_process::send_signal(int number) const {
  if (!exit_) ::kill(pid_, number);
}

std::optional<int> child_process::wait(milliseconds patience) {
  if (exit_) return exit_;
  if (!wait_readable(ended_, steady_clock::now() + patience)) return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, 0) != pid_) fail("waitpid");
  exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_;
}

bool child_process::read_more(steady_clock::time_point until) {
  if (!wait_readable(output_, until)) return false;
  std::array<char, 4096> part{};
  const auto size = ::read(output_, part.data(), part.size());
  if (size <= 0) return false;
  unread_.append(part.data(), static_cast<std::size_t>(size));
  return true;
}

std::optional<std::string> child_process::read_line(milliseconds patience) {
  const auto until = steady_clock::now() + patience;
  auto end = unread_.find('\n');
  while (end == std::string::npos) {
    if (!read_more(until)) return std::nullopt;
    end = unread_.find('\n');
  }
  auto line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return line;
}

std::string child_process::read_rest(milliseconds patience) {
  const auto until = steady_clock::now() + patience;
  while (read_more(until)) {
  }
  return std::exchange(unread_, {});
}

std::string child_process::error_text() const {
  std::ifstream in{error_file_};
  return {std::istreambuf_iterator<char>{in}, {}};
}

server_process::server_process(const server_setup& setup)
    : child_{setup.entering.empty() ? setup.program : std::filesystem::path{setup.entering.front()},
             serve_arguments(setup), log_of(setup)},
      may_stand_by_{setup.may_stand_by} {
  await_ready();
}

void server_process::await_ready() {
  const auto until = steady_clock::now() + ready_time_max;
  while (auto line = child_.read_line(milliseconds{milliseconds_until(until)})) {
    const bool ready = line->starts_with(ready_text);
    if (!ready && !(may_stand_by_ && line->starts_with(standing_by_text))) continue;
    url_ = line->substr((ready ? ready_text : standing_by_text).size());
    return;
  }
  auto log = child_.error_text();
  if (log.size() > 4000) log.erase(0, log.size() - 4000);
  throw std::runtime_error{"the server did not become ready; its log ends:\n" + log};
}

std::optional<int> server_process::stop(milliseconds patience) {
  child_.send_signal(SIGTERM);
  return child_.wait(patience);
}

void server_process::kill_hard() {
  child_.send_signal(SIGKILL);
  child_.wait(std::chrono::seconds{30});
}

}  // namespace boxoffice::rush
