// ISignatureVerifier over Mbed TLS, which the SDK brings along. The host builds the same file.
#pragma once

#include <mbedtls/pk.h>

#include "release.h"

class EcdsaVerifier final : public meter::ISignatureVerifier {
 public:
  EcdsaVerifier() { mbedtls_pk_init(&key_); }
  ~EcdsaVerifier() { mbedtls_pk_free(&key_); }
  EcdsaVerifier(const EcdsaVerifier&) = delete;
  EcdsaVerifier& operator=(const EcdsaVerifier&) = delete;

  // Takes a public key (SubjectPublicKeyInfo as DER); false unless it is one on P-256.
  bool begin(const uint8_t* key, size_t size);
  bool verify(const meter::Digest& digest, const uint8_t* signature, size_t size) override;

 private:
  mbedtls_pk_context key_;
  bool usable_ = false;
};
