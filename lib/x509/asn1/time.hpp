// The times of certificates (RFC 5280 §4.1.2.5).
#pragma once

#include <string>

#include "tls12/time.hpp"
#include "x509/asn1/der.hpp"
#include "x509/asn1/der_writer.hpp"

namespace tls12::x509 {

/// A UTCTime or a GeneralizedTime, in the one form of each that RFC 5280 allows: to the second, and
/// in Zulu.
WallTime read_time(der::Reader& reader);
/// A GeneralizedTime alone, in the same form (RFC 6960 §4.2.2.1, RFC 5280 §5.3.2).
WallTime read_generalized_time(der::Reader& reader);
/// UTCTime through 2049, GeneralizedTime later (RFC 5280 §4.1.2.5).
void write_time(WallTime time, der::Writer& writer);
void write_generalized_time(WallTime time, der::Writer& writer);
/// "2031-01-31 23:59:59 UTC".
std::string text_of(WallTime time);

}  // namespace tls12::x509
