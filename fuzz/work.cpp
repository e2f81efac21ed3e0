// What a peer can make this end compute. The input composes certificates with long names and lists,
// or a ClientHello with long lists; the more steps a verdict takes, the more interesting libFuzzer
// finds the input. Whatever it is:
//   a verdict, with reading what is presented, takes no more steps than Limits::work;
//   the time for a step stays within a bound;
//   and a verdict that is interrupted between its steps is the same in the end.
#include <algorithm>
#include <bit>

#include "base/work.hpp"
#include "expect.hpp"
#include "graph.hpp"
#include "quick_signature.hpp"
#include "tls12/engine.hpp"
#include "tls12/issue.hpp"
#include "x509/issue/certificate_draft.hpp"
#include "x509/verify.hpp"

using namespace tls12;
using namespace tls12::fuzz;

/// Features of libFuzzer's: one for each power of two of steps.
__attribute__((section("__libfuzzer_extra_counters"))) std::uint8_t step_counters[64];

namespace {

using x509::Draft;
using x509::Oid;
using x509::der::Writer;
namespace der = x509::der;
namespace oid = x509::oid;

/// A step is at most a microsecond; the sanitizers are some ten times slower than the code, and a
/// machine that does other things as well some three times.
constexpr std::chrono::microseconds kTimeOfStep{30};
constexpr std::chrono::milliseconds kTimeToBegin{20};
constexpr std::chrono::hours kDay{24};
/// Of one name or extension.
constexpr std::size_t kMostOctets = 100'000;

/// The least time of three attempts: whatever disturbs one does not disturb all.
template <class Call>
std::chrono::nanoseconds time_of(Call call) {
  auto least = std::chrono::nanoseconds::max();
  for (int i = 0; i < 3; ++i) {
    const auto start = cpu_time();
    call();
    least = std::min(least, cpu_time() - start);
    if (least < kTimeToBegin) break;
  }
  return least;
}

std::size_t amount(Choices& choices) {
  constexpr std::size_t kAmounts[] = {1, 0, 2, 3, 7, 16, 60, 250, 1'000, 4'000};
  return kAmounts[choices.below(std::size(kAmounts))];
}

const PrivateKey& key(std::size_t number) {
  static const std::vector<PrivateKey> keys = [] {
    std::vector<PrivateKey> made;
    for (int i = 0; i < 4; ++i)
      made.push_back(PrivateKey::generate(KeyKind::ed25519, 0, quick_provider()).value());
    return made;
  }();
  return keys[number % 4];
}

/// A text of some length, of its own or like others but for its end or its letters' case.
std::string text(Choices& choices, std::size_t number, bool shouts) {
  const std::string letters(amount(choices), shouts ? 'X' : 'x');
  return letters + std::to_string(choices.below(2) == 0 ? number : 0);
}

SecretVector name(Choices choices, bool shouts) {
  const std::size_t wanted = amount(choices), in_set = 1 + choices.below(16),
                    kind = choices.below(3);
  const std::string value = text(choices, 0, shouts);
  const std::size_t sets = std::min(wanted, kMostOctets / (in_set * (value.size() + 12)));
  constexpr std::uint8_t kTags[] = {der::kPrintableString, der::kUtf8String, der::kNull};
  Writer writer;
  writer.sequence([&] {
    for (std::size_t s = 0; s < sets; ++s)
      writer.nest(der::kSet, [&] {
        for (std::size_t a = 0; a < in_set; ++a)
          writer.sequence([&] {
            writer.object_identifier(oid::kCommonName.bytes());
            const std::string letters = value + static_cast<char>((shouts ? 'A' : 'a') + a);
            writer.element(kTags[kind], kind == 2 ? Bytes() : bytes_of(letters));
          });
      });
  });
  return writer.take();
}

Bytes identifier(std::size_t number, std::array<std::uint8_t, 4>& out) {
  out = {0x2a, static_cast<std::uint8_t>(0x81 + (number >> 14 & 0x3f)),
         static_cast<std::uint8_t>(0x80 | (number >> 7 & 0x7f)),
         static_cast<std::uint8_t>(number & 0x7f)};
  return out;
}

void write_name(Choices& choices, std::size_t kind, std::size_t number, Writer& writer) {
  switch (kind) {
    case 0:
      return writer.element(der::context(2),
                            bytes_of("n" + std::to_string(number) + ".example.org"));
    case 1:
      return writer.element(der::context(1),
                            bytes_of("n" + std::to_string(number) + "@example.org"));
    case 2: {
      const std::uint8_t octets[] = {10, static_cast<std::uint8_t>(number >> 16),
                                     static_cast<std::uint8_t>(number >> 8),
                                     static_cast<std::uint8_t>(number)};
      return writer.element(der::context(7), octets);
    }
    case 3:
      return writer.element(der::context(6), bytes_of("http://n" + std::to_string(number) + "/"));
    default:
      return writer.nest(der::constructed(4), [&] {
        writer.raw(x509::encode_common_name(text(choices, number, number % 2 == 0)));
      });
  }
}

template <class Write>
void extend(Draft& draft, const Oid& id, Write write) {
  Writer writer;
  write(writer);
  std::erase_if(draft.extensions, [&](const x509::DraftExtension& e) {
    return std::ranges::equal(e.id.bytes(), id.bytes());
  });
  draft.extensions.push_back({id, false, writer.take()});
}
template <class Write>
void extend_by_list(Draft& draft, Choices& choices, const Oid& id, Write write) {
  const std::size_t count = std::max<std::size_t>(amount(choices), 1);
  extend(draft, id, [&](Writer& writer) {
    writer.sequence([&] {
      for (std::size_t i = 0; i < count && writer.bytes().size() < kMostOctets; ++i)
        write(i, writer);
    });
  });
}

void add_lists(Draft& draft, Choices& choices) {
  const std::size_t which = choices.byte();
  std::array<std::uint8_t, 4> octets;
  const auto has = [&](unsigned bit) { return (which >> bit & 1) != 0; };
  const std::size_t kind = has(0) || has(1) ? choices.below(5) : 0;
  if (has(0))
    extend_by_list(draft, choices, oid::kSubjectAltName,
                   [&](std::size_t i, Writer& w) { write_name(choices, i == 0 ? 0 : kind, i, w); });
  if (has(1))
    extend(draft, oid::kNameConstraints, [&](Writer& w) {
      w.sequence([&] {
        w.nest(der::constructed(static_cast<unsigned>(choices.below(2))), [&] {
          for (std::size_t i = std::max<std::size_t>(amount(choices), 1);
               i > 0 && w.bytes().size() < kMostOctets; --i)
            w.sequence([&] {
              if (kind != 2) return write_name(choices, kind, 100'000 + i, w);
              const std::uint8_t network[] = {10,
                                              99,
                                              static_cast<std::uint8_t>(i >> 8),
                                              static_cast<std::uint8_t>(i),
                                              255,
                                              255,
                                              255,
                                              255};
              w.element(der::context(7), network);
            });
        });
      });
    });
  if (has(2))
    extend_by_list(draft, choices, oid::kCertificatePolicies, [&](std::size_t i, Writer& w) {
      w.sequence([&] { w.object_identifier(identifier(i, octets)); });
    });
  if (has(3))
    extend_by_list(draft, choices, oid::kPolicyMappings, [&](std::size_t i, Writer& w) {
      w.sequence([&] {
        w.object_identifier(identifier(i, octets));
        w.object_identifier(identifier(i * 7 + 1, octets));
      });
    });
  if (has(4))
    extend_by_list(draft, choices, oid::kExtendedKeyUsage, [&](std::size_t i, Writer& w) {
      w.object_identifier(i == 0 ? oid::kServerAuth.bytes() : identifier(i, octets));
    });
  if (has(5))
    extend(draft, oid::kAuthorityKeyIdentifier, [&](Writer& w) {
      w.sequence(
          [&] { w.element(der::context(0), std::vector<std::uint8_t>(amount(choices), 7)); });
    });
  if (has(6))
    extend(draft, oid::kSubjectKeyIdentifier,
           [&](Writer& w) { w.octet_string(std::vector<std::uint8_t>(amount(choices), 7)); });
  if (has(7))
    extend_by_list(draft, choices, oid::kCrlDistributionPoints, [&](std::size_t i, Writer& w) {
      w.sequence([&] {
        w.nest(der::constructed(0),
               [&] { w.nest(der::constructed(0), [&] { write_name(choices, 3, i, w); }); });
      });
    });
}

std::optional<Certificate> certificate(Choices& choices, const std::vector<Choices>& names,
                                       std::size_t place) {
  const std::size_t which = choices.byte(), above = place + 1 + (which & 3);
  Draft draft = x509::draft_of({.common_name = "x",
                                .names = {"n0.example.org"},
                                .is_ca = place > 0,
                                .not_before = graph_time() - kDay,
                                .not_after = graph_time() + kDay},
                               key(place), *quick_provider())
                    .value();
  if (place > 0)
    std::erase_if(draft.extensions, [](const x509::DraftExtension& e) {
      return x509::is(e.id.bytes(), oid::kSubjectAltName);
    });
  draft.serial = {static_cast<std::uint8_t>(1 + choices.below(100))};
  draft.subject = name(names[place % names.size()], (which >> 4 & 1) != 0);
  draft.issuer = name(names[above % names.size()], (which >> 5 & 1) != 0);
  draft.method = {.kind = x509::SignatureKind::ed25519};
  if ((which >> 6 & 1) != 0) add_lists(draft, choices);
  auto made = x509::sign(draft, key(above), quick_provider()->rng());
  return made ? std::optional(*made) : std::nullopt;
}

void judge(Choices choices) {
  VerifyPolicy policy;
  const std::size_t bits = choices.byte();
  policy.strict_profile = (bits & 1) != 0;
  policy.initial_explicit_policy = (bits & 2) != 0;
  policy.common_name_fallback = (bits & 4) != 0;
  std::vector<Choices> names;
  for (int i = 0; i < 4; ++i) {
    names.push_back(choices);
    for (int used = 0; used < 5; ++used) choices.byte();
  }
  std::vector<Certificate> presented;
  std::size_t octets = 0;
  const std::size_t count = 1 + choices.below(Limits{}.certificates);
  for (std::size_t i = 0; i < count; ++i)
    if (auto made = certificate(choices, names, i == 0 ? 0 : 1 + choices.below(4))) {
      octets += made->der().size();
      if (octets > Limits{}.certificate_message) break;
      presented.push_back(std::move(*made));
    }
  if (presented.empty()) return;
  const Certificate anchor = presented.back();
  const TrustStore trust = (bits & 8) != 0 ? TrustStore::of({anchor}) : TrustStore();
  const VerifyRequest request{.presented = presented,
                              .trust = trust,
                              .peer_name = {"n0.example.org"},
                              .now = graph_time(),
                              .policy = policy,
                              .provider = *quick_provider()};

  std::size_t steps = 0;
  std::optional<Errc> verdict;
  const auto time = time_of([&] {
    Work work(Limits{}.work);
    x509::KnownSignatures known;
    expect(work.take(1 + octets / 16), "reading what is presented is within the budget");
    for (const Certificate& one : presented) (void)Certificate::from_der(one.der());
    const auto judged = x509::verify(request, work, known).value();
    verdict = judged ? std::nullopt : std::optional(judged.error().error.code);
    steps = Limits{}.work - work.left();
  });
  step_counters[std::min<std::size_t>(std::bit_width(steps * steps), 63)] = 1;
  if (time > kTimeToBegin + steps * kTimeOfStep)
    std::fprintf(stderr, "%zu steps, %lld us, %zu octets\n", steps,
                 static_cast<long long>(time.count() / 1000), octets);
  expect(time <= kTimeToBegin + steps * kTimeOfStep, "a step takes no longer than it may");

  Work work(Limits{}.work);
  x509::KnownSignatures known;
  expect(work.take(1 + octets / 16), "the same again");
  std::size_t questions = 0;
  work.interrupt_if([&] { return std::has_single_bit(++questions); });
  auto again = x509::verify(request, work, known);
  while (!again) again = x509::verify(request, work, known);
  expect(*again ? !verdict.has_value() : verdict == again->error().error.code,
         "interruptions change no verdict");
  expect(Limits{}.work - work.left() == steps, "interruptions cost nothing");
}

/// A list of two-octet values that begins with `known`, repeated or followed by others.
std::vector<std::uint8_t> list(Choices& choices, std::initializer_list<unsigned> known,
                               std::size_t most) {
  std::vector<std::uint8_t> out;
  const bool repeats = choices.below(2) == 0;
  const std::size_t count =
      std::clamp<std::size_t>(amount(choices) * (1 + choices.below(8)), 1, most);
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned value = repeats || i < known.size() ? known.begin()[i % known.size()]
                                                       : static_cast<unsigned>(0x4000 + i);
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
  }
  return out;
}

void greet(Choices choices) {
  static const Identity identity =
      make_development_identity({"localhost"}, KeyKind::ed25519).value().leaf;
  static const auto contexts = [] {
    std::array<std::optional<ServerContext>, 2> made;
    for (const bool client_order : {false, true}) {
      const ServerConfig config{.identities = std::vector<Identity>(20, identity),
                                .prefer_client_order = client_order};
      made[client_order] = config.build().value();
    }
    return made;
  }();
  const ServerContext& context = *contexts[choices.below(2)];
  const auto suites = list(choices, {0xcca9, 0xc02b, 0x1301}, 32'767),
             groups = list(choices, {29, 23}, 16'000),
             schemes = list(choices, {0x0807, 0x0403}, 16'000);
  std::vector<std::uint8_t> body = {3, 3};
  const auto put = [&](std::size_t value, int octets) {
    while (octets-- > 0) body.push_back(static_cast<std::uint8_t>(value >> 8 * octets));
  };
  body.resize(34);
  put(0, 1);
  put(suites.size(), 2);
  body.insert(body.end(), suites.begin(), suites.end());
  put(0x0100, 2);
  put(5 + 12 + groups.size() + schemes.size(), 2);
  put(0xff01000100, 5);
  for (const auto& [type, values] : {std::pair(10, &groups), std::pair(13, &schemes)}) {
    put(static_cast<std::size_t>(type), 2);
    put(values->size() + 2, 2);
    put(values->size(), 2);
    body.insert(body.end(), values->begin(), values->end());
  }
  const auto time = time_of([&] {
    Engine engine = Engine::server(context);
    std::vector<std::uint8_t> message = {1, static_cast<std::uint8_t>(body.size() >> 16),
                                         static_cast<std::uint8_t>(body.size() >> 8),
                                         static_cast<std::uint8_t>(body.size())};
    message.insert(message.end(), body.begin(), body.end());
    for (Bytes rest = message; !rest.empty() && !engine.error();) {
      const Bytes part = rest.first(std::min<std::size_t>(rest.size(), kMaxPlaintext));
      rest = rest.subspan(part.size());
      std::vector<std::uint8_t> record = {22, 3, 3, static_cast<std::uint8_t>(part.size() >> 8),
                                          static_cast<std::uint8_t>(part.size())};
      record.insert(record.end(), part.begin(), part.end());
      for (Bytes left = record; !left.empty() && !engine.error();) {
        const MutableBytes space = engine.input_space();
        if (space.empty()) break;
        const std::size_t n = std::min(space.size(), left.size());
        std::copy_n(left.begin(), n, space.begin());
        (void)engine.received(n);
        left = left.subspan(n);
      }
    }
  });
  expect(time <= kTimeToBegin + body.size() / 16 * kTimeOfStep,
         "a ClientHello takes no longer than its size allows");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices(Bytes(data, size));
  if (choices.below(8) == 7) {
    greet(choices);
  } else {
    judge(choices);
  }
  return 0;
}
