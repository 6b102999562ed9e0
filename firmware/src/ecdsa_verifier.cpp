#include "ecdsa_verifier.h"

namespace {

// id-ecPublicKey on prime256v1, as DER: other 256-bit curves (secp256k1, brainpool) differ here.
constexpr uint8_t kP256[] = {0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
                             0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr size_t kAlgorithmAt = 4;  // SEQUENCE, length, SEQUENCE, length

bool on_p256(const uint8_t* key, size_t size) {
  if (size < kAlgorithmAt + sizeof kP256) return false;
  for (size_t i = 0; i < sizeof kP256; ++i) {
    if (key[kAlgorithmAt + i] != kP256[i]) return false;
  }
  return true;
}

}  // namespace

bool EcdsaVerifier::begin(const uint8_t* key, size_t size) {
  usable_ = on_p256(key, size) && mbedtls_pk_parse_public_key(&key_, key, size) == 0 &&
            mbedtls_pk_can_do(&key_, MBEDTLS_PK_ECDSA) != 0;
  return usable_;
}

bool EcdsaVerifier::verify(const meter::Digest& digest, const uint8_t* signature, size_t size) {
  return usable_ && mbedtls_pk_verify(&key_, MBEDTLS_MD_SHA256, digest.data(), digest.size(),
                                      signature, size) == 0;
}
