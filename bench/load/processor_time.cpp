#include "bench/load/processor_time.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace boxoffice::load {
namespace {

/// What `/proc/PID/stat` says. **Source**: proc(5).
struct process_times {
  pid_t parent{0};
  double own{0};
  double waited_for{0};
};

std::optional<process_times> read_times(const std::string& process) {
  std::ifstream in{"/proc/" + process + "/stat"};
  std::string text;
  std::getline(in, text);  // sets a flag, and throws nothing, when the process has ended meanwhile
  const auto name_ends = text.rfind(')');
  if (name_ends == text.npos) return std::nullopt;
  std::istringstream fields{text.substr(name_ends + 1)};
  std::string skipped;
  process_times found;
  fields >> skipped >> found.parent;
  for (int i = 5; i < 14; ++i)
    fields >> skipped;
  double user = 0, system = 0, child_user = 0, child_system = 0;
  fields >> user >> system >> child_user >> child_system;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  found.own = (user + system) / ticks;
  found.waited_for = (child_user + child_system) / ticks;
  return found;
}

double seconds(const rusage& use) {
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(use.ru_utime) + of(use.ru_stime);
}

double usage(int who) {
  rusage use{};
  ::getrusage(who, &use);
  return seconds(use);
}

}  // namespace

double own_cpu_seconds() { return usage(RUSAGE_SELF); }
double ended_children_cpu_seconds() { return usage(RUSAGE_CHILDREN); }

double cpu_seconds(pid_t process) {
  const auto found = read_times(std::to_string(process));
  return found ? found->own : 0;
}

double tree_cpu_seconds(pid_t process) {
  const auto top = read_times(std::to_string(process));
  if (!top) return 0;
  double sum = top->own + top->waited_for;
  for (const auto& each : std::filesystem::directory_iterator{"/proc"}) {
    const auto name = each.path().filename().string();
    if (name.find_first_not_of("0123456789") != name.npos) continue;
    const auto child = read_times(name);
    if (child && child->parent == process) sum += child->own + child->waited_for;
  }
  return sum;
}

std::size_t resident_bytes(pid_t process) {
  std::ifstream in{"/proc/" + std::to_string(process) + "/statm"};
  std::size_t pages = 0, resident = 0;
  in >> pages >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace boxoffice::load
