#include "http/server/secret_bytes.hpp"

#include <stdexcept>

#include <openssl/rand.h>

namespace boxoffice::http {

std::string draw_secret_bytes(std::size_t count) {
  std::string drawn(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(drawn.data()), static_cast<int>(count)) != 1)
    throw std::runtime_error{"the system gives no random numbers"};
  return drawn;
}

}  // namespace boxoffice::http
