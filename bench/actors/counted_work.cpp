#include "bench/actors/counted_work.hpp"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>
#include <unistd.h>

// This program counts its allocations and its messages by standing before the functions that make
// them. Only here: what is measured elsewhere is not slowed down.
namespace {

std::atomic<std::uint64_t> allocations{0}, messages{0};

void* counted(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* found = std::malloc(bytes == 0 ? 1 : bytes)) return found;
  throw std::bad_alloc{};
}

void* counted(std::size_t bytes, std::align_val_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto step = static_cast<std::size_t>(alignment);
  if (void* found = std::aligned_alloc(step, (bytes + step - 1) / step * step)) return found;
  throw std::bad_alloc{};
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void* operator new(std::size_t bytes, std::align_val_t to) { return counted(bytes, to); }
void* operator new[](std::size_t bytes, std::align_val_t to) { return counted(bytes, to); }
void operator delete(void* at) noexcept { std::free(at); }
void operator delete[](void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t) noexcept { std::free(at); }
void operator delete(void* at, std::align_val_t) noexcept { std::free(at); }
void operator delete[](void* at, std::align_val_t) noexcept { std::free(at); }
void operator delete(void* at, std::size_t, std::align_val_t) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t, std::align_val_t) noexcept { std::free(at); }

// The constructor of caf::mailbox_element that every message goes through: CMakeLists.txt tells the
// linker to let it pass by here (ld(1), --wrap).
// NOLINTBEGIN(bugprone-reserved-identifier): the linker gives these names.
extern "C" {
void __real__ZN3caf15mailbox_elementC2EONS_13intrusive_ptrINS_19actor_control_blockEEENS_10message_idEOSt6vectorIS3_SaIS3_EE(
    void* self, void* sender, std::uint64_t id, void* stages);
void __wrap__ZN3caf15mailbox_elementC2EONS_13intrusive_ptrINS_19actor_control_blockEEENS_10message_idEOSt6vectorIS3_SaIS3_EE(
    void* self, void* sender, std::uint64_t id, void* stages) {
  messages.fetch_add(1, std::memory_order_relaxed);
  __real__ZN3caf15mailbox_elementC2EONS_13intrusive_ptrINS_19actor_control_blockEEENS_10message_idEOSt6vectorIS3_SaIS3_EE(
      self, sender, id, stages);
}
}
// NOLINTEND(bugprone-reserved-identifier)

namespace boxoffice::bench {
namespace {

std::uint64_t written_bytes() {
  std::ifstream in{"/proc/self/io"};
  std::string name;
  std::uint64_t value = 0;
  while (in >> name >> value)
    if (name == "wchar:") return value;
  return 0;
}

}  // namespace

counted_work work_so_far(const metrics& of) {
  counted_work out{messages.load(), allocations.load(), 0, written_bytes()};
  of.each([&](const metrics::entry& one) {
    if (one.name != "boxoffice_commit_seconds") return;
    for (std::size_t i = 0; i <= histogram::bucket_count; ++i)
      out.commits += one.as_histogram->in_bucket(i);
  });
  return out;
}

std::size_t resident_bytes() {
  std::ifstream in{"/proc/self/statm"};
  std::size_t pages = 0, resident = 0;
  in >> pages >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace boxoffice::bench
