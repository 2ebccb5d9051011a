#include "storage/broker/rabbitmq/tls.hpp"

#include "storage/broker/rabbitmq/error.hpp"

#include <amqp.h>
#include <amqp_ssl_socket.h>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace boxoffice::broker {
namespace {

/// Where Debian's package ca-certificates keeps them.
constexpr auto system_authorities = "/etc/ssl/certs/ca-certificates.crt";

rabbitmq_tls* owner_of(const SSL* connection) {
  return static_cast<rabbitmq_tls*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
}

void on_progress(const SSL* connection, int where, int /*result*/) {
  if ((where & SSL_CB_HANDSHAKE_START) != 0)
    owner_of(connection)->handshake_on(SSL_get_fd(connection));
}

int on_certificate(int is_good, X509_STORE_CTX* check) {
  if (is_good == 0) {
    const auto* connection = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
    owner_of(connection)
        ->found_fault(X509_verify_cert_error_string(X509_STORE_CTX_get_error(check)));
  }
  return is_good;
}

}  // namespace

rabbitmq_tls::rabbitmq_tls(amqp_socket_t* socket, const rabbitmq_place& place,
                           rabbitmq_interrupt& with)
    : interrupt_{with} {
  const auto authorities = place.ca_file.empty() ? system_authorities : place.ca_file.string();
  if (amqp_ssl_socket_set_cacert(socket, authorities.c_str()) != AMQP_STATUS_OK)
    throw rabbitmq_error{rabbitmq_error::kind::unreachable,
                         "no certificates of authorities in " + authorities};
  amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
  // The library knows no addresses in certificates; OpenSSL checks the name instead.
  amqp_ssl_socket_set_verify_hostname(socket, 0);
  auto* const context = static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket));
  auto* const checks = SSL_CTX_get0_param(context);
  if (X509_VERIFY_PARAM_set1_ip_asc(checks, place.where.host.c_str()) != 1)
    X509_VERIFY_PARAM_set1_host(checks, place.where.host.c_str(), place.where.host.size());
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &on_certificate);
  SSL_CTX_set_info_callback(context, &on_progress);
}

void rabbitmq_tls::handshake_on(int socket) {
  if (is_held_ || socket < 0) return;
  is_held_ = true;
  interrupt_.hold(socket);
}

}  // namespace boxoffice::broker
