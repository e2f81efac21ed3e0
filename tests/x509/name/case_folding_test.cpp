#include "x509/name/case_folding.hpp"

#include <doctest/doctest.h>

namespace tls12::x509 {
namespace {

TEST_CASE("RFC 3454 B.2: letters of all alphabets fold, one to one or to several") {
  CHECK(fold_case('A') == Folded{'a'});
  CHECK(fold_case('z') == Folded{'z'});
  CHECK(fold_case('@') == Folded{'@'});
  CHECK(fold_case('[') == Folded{'['});
  CHECK(fold_case(0xdc) == Folded{0xfc});
  CHECK(fold_case(0xd7) == Folded{0xd7});  // the multiplication sign, between capital letters
  CHECK(fold_case(0xdf) == Folded{'s', 's'});
  CHECK(fold_case(0x100) == Folded{0x101});
  CHECK(fold_case(0x101) == Folded{0x101});
  CHECK(fold_case(0x130) == Folded{'i', 0x307});
  CHECK(fold_case(0x178) == Folded{0xff});
  CHECK(fold_case(0x390) == Folded{0x3b9, 0x308, 0x301});
  CHECK(fold_case(0x3a3) == Folded{0x3c3});
  CHECK(fold_case(0x3c2) == Folded{0x3c3});  // the final sigma
  CHECK(fold_case(0x410) == Folded{0x430});
  CHECK(fold_case(0x44f) == Folded{0x44f});
  CHECK(fold_case(0x531) == Folded{0x561});
  CHECK(fold_case(0x587) == Folded{0x587});    // compatibility normalization would replace it
  CHECK(fold_case(0x1e9e) == Folded{0x1e9e});  // younger than the RFC
  CHECK(fold_case(0x1ff6) == Folded{0x3c9, 0x342});
  CHECK(fold_case(0x4e00) == Folded{0x4e00});
  CHECK(fold_case(0x10400) == Folded{0x10428});
  CHECK(fold_case(0x10ffff) == Folded{0x10ffff});
}

TEST_CASE("what has been folded folds no further") {
  for (char32_t c = 1; c < 0x11000; ++c)
    for (const char32_t folded : fold_case(c))
      if (folded != 0) CHECK(fold_case(folded) == Folded{folded});
}

}  // namespace
}  // namespace tls12::x509
