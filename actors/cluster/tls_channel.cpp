#include "actors/cluster/tls_channel.hpp"

#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>

namespace boxoffice::cluster {
namespace {

constexpr std::string_view key_label = "boxoffice link 1", identity = "boxoffice";
constexpr std::size_t key_bytes = 32, record_bytes = std::size_t{16} * 1024;
constexpr unsigned char cipher_suite[] = {0x13, 0x01};  // TLS_AES_128_GCM_SHA256: RFC 8446, B.4

using psk = std::array<unsigned char, key_bytes>;

psk key_of(std::string_view secret) {
  psk key{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(key_label.data()), key_label.size(), key.data(),
       &length);
  return key;
}

void expect(bool worked) {
  if (!worked) throw std::runtime_error{"OpenSSL does not take what a link needs"};
}

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* of) const {
    Free(of);
  }
};
using context = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using session = std::unique_ptr<SSL_SESSION, freed_by<SSL_SESSION_free>>;

int slot_of_key() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

// A session that stands for the key. OpenSSL frees it.
SSL_SESSION* session_of(SSL* of) {
  const auto* key = static_cast<const psk*>(SSL_get_ex_data(of, slot_of_key()));
  const auto* cipher = SSL_CIPHER_find(of, cipher_suite);
  session made{SSL_SESSION_new()};
  if (key == nullptr || cipher == nullptr || !made) return nullptr;
  if (SSL_SESSION_set1_master_key(made.get(), key->data(), key->size()) != 1 ||
      SSL_SESSION_set_cipher(made.get(), cipher) != 1 ||
      SSL_SESSION_set_protocol_version(made.get(), TLS1_3_VERSION) != 1)
    return nullptr;
  return made.release();
}

int use_key(SSL* of, const EVP_MD* digest, const unsigned char** id, std::size_t* id_bytes,
            SSL_SESSION** found) {
  *found = nullptr;
  if (digest != nullptr && EVP_MD_get_type(digest) != NID_sha256) return 1;
  *id = reinterpret_cast<const unsigned char*>(identity.data());
  *id_bytes = identity.size();
  *found = session_of(of);
  return *found != nullptr ? 1 : 0;
}

int find_key(SSL* of, const unsigned char* id, std::size_t id_bytes, SSL_SESSION** found) {
  *found = nullptr;
  if (std::string_view{reinterpret_cast<const char*>(id), id_bytes} != identity) return 1;
  *found = session_of(of);
  return *found != nullptr ? 1 : 0;
}

context make_context(tls_channel::side which) {
  const bool dials = which == tls_channel::side::dials;
  context made{SSL_CTX_new(dials ? TLS_client_method() : TLS_server_method())};
  expect(made != nullptr);
  expect(SSL_CTX_set_min_proto_version(made.get(), TLS1_3_VERSION) == 1);
  expect(SSL_CTX_set_ciphersuites(made.get(), "TLS_AES_128_GCM_SHA256") == 1);
  SSL_CTX_set_num_tickets(made.get(), 0);
  SSL_CTX_set_mode(made.get(), SSL_MODE_RELEASE_BUFFERS);
  if (dials) {
    // An acceptor that has a certificate instead of the key is refused: nothing vouches for it.
    SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_psk_use_session_callback(made.get(), use_key);
  } else {
    SSL_CTX_set_verify(made.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_psk_find_session_callback(made.get(), find_key);
  }
  return made;
}

// Made once: only the key differs between connections.
SSL_CTX* context_of(tls_channel::side which) {
  static const context dials = make_context(tls_channel::side::dials);
  static const context accepts = make_context(tls_channel::side::accepts);
  return which == tls_channel::side::dials ? dials.get() : accepts.get();
}

}  // namespace

struct tls_channel::state {
  state(side which, std::string_view secret)
      : key{key_of(secret)}, ssl{SSL_new(context_of(which))} {
    expect(ssl != nullptr);
    in = BIO_new(BIO_s_mem());
    out = BIO_new(BIO_s_mem());
    expect(in != nullptr && out != nullptr);
    SSL_set_bio(ssl.get(), in, out);  // owns both
    expect(SSL_set_ex_data(ssl.get(), slot_of_key(), &key) == 1);
    if (which == side::dials)
      SSL_set_connect_state(ssl.get());
    else
      SSL_set_accept_state(ssl.get());
    go_on();
  }

  void go_on() {
    if (established || failed) return;
    ERR_clear_error();
    const auto done = SSL_do_handshake(ssl.get());
    if (done == 1) {
      // Reused: it was the key that proved the other side, and no certificate.
      established = SSL_session_reused(ssl.get()) == 1;
      failed = !established;
    } else {
      judge(done);
    }
  }
  // What is not "later" is the end.
  void judge(int result) {
    const auto why = SSL_get_error(ssl.get(), result);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) failed = true;
  }

  psk key;
  std::unique_ptr<SSL, freed_by<SSL_free>> ssl;
  BIO *in{nullptr}, *out{nullptr};
  bool established{false}, failed{false};
};

tls_channel::tls_channel(side which, std::string_view secret)
    : state_{std::make_unique<state>(which, secret)} {}
tls_channel::~tls_channel() = default;
tls_channel::tls_channel(tls_channel&&) noexcept = default;
tls_channel& tls_channel::operator=(tls_channel&&) noexcept = default;

bool tls_channel::established() const { return state_->established && !state_->failed; }
bool tls_channel::failed() const { return state_->failed; }

void tls_channel::receive(std::string_view bytes, std::string& plain) {
  auto& s = *state_;
  if (s.failed) return;
  if (BIO_write(s.in, bytes.data(), static_cast<int>(bytes.size())) !=
      static_cast<int>(bytes.size())) {
    s.failed = true;
    return;
  }
  s.go_on();
  std::array<char, record_bytes> part{};
  while (s.established && !s.failed) {
    ERR_clear_error();
    const auto got = SSL_read(s.ssl.get(), part.data(), static_cast<int>(part.size()));
    if (got <= 0) return s.judge(got);
    plain.append(part.data(), static_cast<std::size_t>(got));
  }
}

void tls_channel::send(std::string_view plain) {
  auto& s = *state_;
  if (s.failed || plain.empty()) return;
  ERR_clear_error();
  const auto sent = SSL_write(s.ssl.get(), plain.data(), static_cast<int>(plain.size()));
  if (sent != static_cast<int>(plain.size())) s.failed = true;
}

void tls_channel::take_output(std::string& out) {
  auto& s = *state_;
  const auto pending = BIO_ctrl_pending(s.out);
  if (pending == 0) return;
  const auto before = out.size();
  out.resize(before + pending);
  const auto got = BIO_read(s.out, out.data() + before, static_cast<int>(pending));
  out.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
}

}  // namespace boxoffice::cluster
