// Tables of algorithms, merged into one.
#include "tls12/crypto.hpp"

namespace tls12 {
namespace {

template <class Row>
void take_if_better(Row& ours, const Row& theirs) {
  if (theirs.implementation != nullptr &&
      (ours.implementation == nullptr || theirs.rank > ours.rank))
    ours = theirs;
}

template <class Rows>
void take_better_rows(Rows& ours, const Rows& theirs) {
  for (std::size_t i = 0; i < ours.size(); ++i) take_if_better(ours[i], theirs[i]);
}

}  // namespace

ProviderPtr compose(std::initializer_list<ProviderPtr> providers) {
  auto table = std::make_shared<Provider>();
  for (const ProviderPtr& part : providers) {
    if (!part) continue;
    table->name += (table->name.empty() ? "" : "+") + part->name;
    take_better_rows(table->aeads, part->aeads);
    take_better_rows(table->cbcs, part->cbcs);
    take_better_rows(table->hashes, part->hashes);
    take_better_rows(table->hmacs, part->hmacs);
    take_better_rows(table->pbkdf2s, part->pbkdf2s);
    take_better_rows(table->groups, part->groups);
    take_if_better(table->dh, part->dh);
    take_better_rows(table->signatures, part->signatures);
    take_if_better(table->rsa_encryption, part->rsa_encryption);
    take_if_better(table->random, part->random);
    table->owned.push_back(part);
  }
  return table;
}

}  // namespace tls12
