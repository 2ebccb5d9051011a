// Preloaded into a PostgreSQL server: its disk is full while the file that FULL_DISK names is
// there. Only tables and indexes notice, when they would grow: of a full log a server dies, which
// is another test.
#include <cerrno>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

bool belongs_to_a_table(int file) {
  char path[4096];
  const auto link = "/proc/self/fd/" + std::to_string(file);
  const auto size = readlink(link.c_str(), path, sizeof path);
  return size > 0 && std::string_view{path, static_cast<std::size_t>(size)}.find("/base/") !=
                         std::string_view::npos;
}

/// Whether there is no room for `file` to become `size` bytes long.
bool is_full(int file, off_t size) {
  const char* flag = std::getenv("FULL_DISK");
  struct stat now {};
  return flag != nullptr && access(flag, F_OK) == 0 && fstat(file, &now) == 0 &&
         size > now.st_size && belongs_to_a_table(file);
}

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

ssize_t no_space() {
  errno = ENOSPC;
  return -1;
}

off_t end_of(const iovec* parts, int count, off_t at) {
  for (int i = 0; i < count; ++i)
    at += static_cast<off_t>(parts[i].iov_len);
  return at;
}

}  // namespace

extern "C" {

ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
  if (is_full(file, at + static_cast<off_t>(size))) return no_space();
  return real<decltype(pwrite)>("pwrite")(file, data, size, at);
}
ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
  return pwrite(file, data, size, at);
}
ssize_t pwritev(int file, const iovec* parts, int count, off_t at) {
  if (is_full(file, end_of(parts, count, at))) return no_space();
  return real<decltype(pwritev)>("pwritev")(file, parts, count, at);
}
ssize_t pwritev64(int file, const iovec* parts, int count, off64_t at) {
  return pwritev(file, parts, count, at);
}
int posix_fallocate(int file, off_t from, off_t size) {
  if (is_full(file, from + size)) return ENOSPC;
  return real<decltype(posix_fallocate)>("posix_fallocate")(file, from, size);
}
int posix_fallocate64(int file, off64_t from, off64_t size) {
  return posix_fallocate(file, from, size);
}

}  // extern "C"
