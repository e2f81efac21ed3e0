#include "scene.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tls12::differential {

namespace oid = x509::oid;
using x509::KeyUsage;

std::uint64_t Rng::next() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

Der Rng::octets(std::size_t count) {
  Der made(count);
  for (std::uint8_t& octet : made) octet = static_cast<std::uint8_t>(next());
  return made;
}

Keys::Keys(std::uint64_t seed) : provider_(deterministic_provider(seed)) {
  struct Row {
    KeyKind kind;
    std::size_t count, weight;
  };
  // Slow ones are rare.
  static constexpr Row kRows[] = {{KeyKind::ed25519, 12, 10},    {KeyKind::ec_secp256r1, 12, 8},
                                  {KeyKind::ec_secp384r1, 2, 1}, {KeyKind::ec_secp521r1, 1, 0},
                                  {KeyKind::rsa, 2, 4},          {KeyKind::rsa_pss, 1, 1}};
  for (const auto& [kind, count, weight] : kRows) {
    Pool& pool = pools_[kind];
    pool.weight = weight;
    for (std::size_t i = 0; i < count; ++i) {
      PrivateKey key = PrivateKey::generate(kind, 2048, provider_).value();
      const Bytes info = key.public_key_info();
      const SecretVector id = x509::key_identifier(info, *provider_).value();
      pool.keys.push_back(std::make_shared<const Key>(
          Key{key, Der(info.begin(), info.end()), Der(id.begin(), id.end())}));
    }
  }
}

KeyPtr Keys::any(Rng& rng, const std::vector<KeyPtr>& not_these) const {
  std::size_t all = 0;
  for (const auto& [kind, pool] : pools_) all += pool.weight;
  for (;;) {
    std::size_t at = rng.below(all);
    for (const auto& [kind, pool] : pools_) {
      if (at >= pool.weight) {
        at -= pool.weight;
        continue;
      }
      const KeyPtr& key = pool.keys[rng.below(pool.keys.size())];
      if (std::ranges::find(not_these, key) == not_these.end()) return key;
      break;
    }
  }
}

KeyPtr Keys::of(KeyKind kind) const { return pools_.at(kind).keys.front(); }

WallTime asked_at() { return std::chrono::sys_days(std::chrono::year(2027) / 6 / 1); }
Der days(int count) { return time_of(asked_at() + std::chrono::hours(24) * count); }

namespace {

/// Positive, of 16 octets.
Der serial(Rng& rng) {
  Der number = rng.octets(16);
  number[0] = static_cast<std::uint8_t>((number[0] & 0x3f) | 0x40);
  return encode([&](Writer& writer) { writer.natural(number); });
}

}  // namespace

Node Scene::make_ca(const Name& name, const KeyPtr& key, const Node* issuer) {
  Node node{.plan = {.serial = serial(rng),
                     .issuer = encode_name(name),
                     .subject = encode_name(name),
                     .not_before = days(-400),
                     .not_after = days(400),
                     .key = key},
            .signer = key};
  Plan& plan = node.plan;
  put(plan, {oid::kBasicConstraints, true, basic_constraints(true)});
  put(plan, {oid::kKeyUsage, true, key_usage({KeyUsage::key_cert_sign, KeyUsage::crl_sign})});
  put(plan, {oid::kSubjectKeyIdentifier, false, octets(key->identifier)});
  if (issuer != nullptr) {
    plan.issuer = issuer->plan.subject;
    node.signer = issuer->plan.key;
    put(plan, {oid::kAuthorityKeyIdentifier, false, key_reference(node.signer->identifier)});
  }
  return node;
}

void Scene::make_leaf(std::size_t number) {
  const Node& issuer = chain.front();
  const bool by_subject = !rng.one_in(4);
  const KeyPtr key = keys.any(rng, {issuer.plan.key});
  const std::string host = "host" + std::to_string(number) + ".example.org";
  Node node{.plan = {.serial = serial(rng),
                     .issuer = issuer.plan.subject,
                     .subject = encode_name(by_subject ? common_name(host) : Name()),
                     .not_before = days(-30),
                     .not_after = days(60),
                     .key = key},
            .signer = issuer.plan.key};
  names = {dns(host), dns("*.wild.example.org"), address({192, 0, 2, 7}),
           address({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}),
           mail("someone@example.org")};
  const std::pair<const char*, std::string> asked[] = {
      {"DNS", host}, {"DNS", "one.wild.example.org"}, {"IP", "192.0.2.7"}, {"IP", "2001:db8::7"}};
  std::tie(peer_kind, peer_name) = asked[rng.below(3) == 0 ? rng.below(std::size(asked)) : 0];
  for_server = !rng.one_in(4);
  Plan& plan = node.plan;
  const bool encrypts = key->key.kind() == KeyKind::rsa;
  put(plan, {oid::kBasicConstraints, true, basic_constraints(false)});
  put(plan, {oid::kKeyUsage, true,
             encrypts ? key_usage({KeyUsage::digital_signature, KeyUsage::key_encipherment})
                      : key_usage({KeyUsage::digital_signature})});
  put(plan, {oid::kExtendedKeyUsage, false,
             object_identifiers({for_server ? oid::kServerAuth : oid::kClientAuth})});
  put(plan, {oid::kAuthorityKeyIdentifier, false, key_reference(node.signer->identifier)});
  put(plan, {oid::kSubjectKeyIdentifier, false, octets(key->identifier)});
  chain.insert(chain.begin(), std::move(node));
  write_names(!by_subject);
}

Scene::Scene(Rng& r, const Keys& k, std::size_t number) : rng(r), keys(k) {
  static constexpr std::size_t kDepths[] = {0, 1, 1, 1, 1, 2, 2, 3, 4};
  const std::size_t depth = kDepths[rng.below(std::size(kDepths))];
  std::vector<KeyPtr> used;
  for (std::size_t i = 0; i <= depth; ++i) {
    used.push_back(keys.any(rng, used));
    const Name name = common_name((i == 0 ? "Root " : "CA " + std::to_string(i) + " of ") +
                                  std::to_string(number));
    chain.insert(chain.begin(), make_ca(name, used.back(), i == 0 ? nullptr : &chain.front()));
  }
  make_leaf(number);
  trusted_from = chain.size() - 1;
}

void Scene::write_names(bool is_critical) {
  put(leaf(), {oid::kSubjectAltName, is_critical, general_names(names)});
}

void Scene::cross_sign(std::size_t place, bool is_trusted) {
  const Node root = make_ca(common_name("Other root " + std::to_string(rng.below(1000))),
                            keys.any(rng, {chain[place].plan.key}), nullptr);
  Node twin = chain[place];
  twin.plan.serial = serial(rng);
  twin.plan.issuer = root.plan.subject;
  twin.signer = root.plan.key;
  put(twin.plan, {oid::kAuthorityKeyIdentifier, false, key_reference(twin.signer->identifier)});
  others.push_back(std::move(twin));
  (is_trusted ? more_trusted : others).push_back(root);
}

void Scene::add_crls() {
  if (!crls.empty()) return;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    CrlNode node{
        .plan = {.issuer = chain[i].plan.subject, .this_update = days(-1), .next_update = days(6)},
        .signer = chain[i].plan.key};
    node.plan.extensions.push_back(
        {oid::kAuthorityKeyIdentifier, false, key_reference(node.signer->identifier)});
    node.plan.extensions.push_back({oid::kCrlNumber, false, small(1)});
    crls.push_back(std::move(node));
  }
}

void Scene::refer_to(const Der& revoked, std::size_t crl, Der extensions) {
  crls[crl].plan.revoked.push_back({revoked, std::move(extensions)});
}

namespace {

std::string base64(Bytes der) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < der.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, der.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < n ? der[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text.push_back(k <= n ? kAlphabet[group >> (18 - 6 * k) & 63] : '=');
  }
  return text;
}

}  // namespace

std::string Scene::json(std::size_t number) const {
  const auto text = [&](const Node& node) {
    return base64(encode(node.plan, *node.signer, keys.random()));
  };
  std::vector<std::string> trusted, untrusted, lists;
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (i < trusted_from || shows_root) untrusted.push_back(text(chain[i]));
  for (const Node& node : others) untrusted.push_back(text(node));
  if (repeated)
    for (std::size_t i = 0, n = untrusted.size(); i < n; ++i)
      untrusted.push_back(std::string(untrusted[i]));
  if (shuffled)
    for (std::size_t i = untrusted.size(); i > 1; --i)
      std::swap(untrusted[i - 1], untrusted[rng.below(i)]);
  trusted.push_back(text(chain[trusted_from]));
  for (const Node& node : more_trusted) trusted.push_back(text(node));
  for (const CrlNode& node : crls)
    lists.push_back(base64(encode(node.plan, *node.signer, keys.random())));
  std::string id = std::to_string(number);
  for (const std::string& tag : tags) id += (&tag == &tags.front() ? ", " : " + ") + tag;
  const nlohmann::json line = {{"id", id},
                               {"trusted", trusted},
                               {"untrusted", untrusted},
                               {"leaf", text(chain.front())},
                               {"crls", lists},
                               {"peer_name", {{"kind", peer_kind}, {"value", peer_name}}},
                               {"time", asked_at().time_since_epoch().count()},
                               {"kind", for_server ? "server" : "client"}};
  return line.dump();
}

}  // namespace tls12::differential
