#include "common/files/credentials.hpp"

#include "common/command.hpp"
#include "common/files/file.hpp"

namespace tls12::tool {

std::string skipped(const Error& error) { return "skipped: " + local(error).message(); }

Result<Certificate> certificate_from_file(const std::string& path) {
  auto certificates = Certificate::all_from_file(input_path(path));
  if (!certificates) return fail(local(certificates.error()));
  return std::move(certificates->front());
}

Result<PrivateKey> key_from_file(const std::string& path, const KeyPass& pass) {
  std::string reason;
  auto key =
      PrivateKey::from_file(input_path(path), default_provider(), pass.answer_for(path, reason));
  if (!key) return fail(KeyPass::explained(local(key.error()), reason));
  return key;
}

Result<Identity> identity_from_files(const std::string& chain_path, const std::string& key_path,
                                     const KeyPass& pass) {
  if (chain_path.empty()) {
    auto key = key_from_file(key_path, pass);
    return key ? Identity::from_raw_public_key(std::move(*key)) : fail(key.error());
  }
  std::string reason;
  auto identity = Identity::from_pem_files(input_path(chain_path), input_path(key_path),
                                           default_provider(), pass.answer_for(key_path, reason));
  if (!identity) return fail(KeyPass::explained(local(identity.error()), reason));
  return identity;
}

}  // namespace tls12::tool
