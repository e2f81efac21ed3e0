"""Where OpenSSL and GnuTLS differ from us, and why. Each row is needed (some case meets it) and
all together are enough (no case differs without one)."""
import dataclasses
import re

BOTH = ("openssl", "gnutls")
OPENSSL = ("openssl",)
GNUTLS = ("gnutls",)

# A CA's certificate that cannot be read issues nothing; where that was the only one, or the only
# one that is not old, the chain ends.
UNREADABLE = "bad_der|bad_certificate|certificate_unknown_issuer|certificate_expired"
PROFILE = "certificate_profile"
UNSUPPORTED = "certificate_algorithm_unsupported"
CONSTRAINT = "certificate_name_constraint"


@dataclasses.dataclass(frozen=True)
class Row:
    peers: tuple
    tag: str  # of the case: its shape, or what was done to it
    verdict: str  # theirs
    by: str  # whoever refuses: our rule, or how their reason begins
    why: str
    section: str

    def explains(self, answer, reason):
        if self.verdict == "accept":
            return reason == "" and re.fullmatch(self.by, answer.get("rule") or "") is not None
        return answer["verdict"] == "valid" and re.search(self.by, reason) is not None


def accept(peers, tag, by, why, section):
    return Row(peers, tag, "accept", by, why, section)


def refuse(peers, tag, by, why, section):
    return Row(peers, tag, "refuse", by, why, section)


# fmt: off
ROWS = [
    # finding a chain
    refuse(BOTH, "crossed", "", "judge the first chain that they find; the other certificate of "
           "the same CA makes one that is right", "RFC 4158 §2.4"),
    accept(BOTH, "crossed", "bad_der|bad_certificate", "do without a certificate that cannot be "
           "read; `standard` does so as well", "RFC 5246 §7.4.2"),
    refuse(BOTH, "crossed to nowhere", "self-signed|unknown", "follow the certificate that leads "
           "to no anchor, and do not turn back", "RFC 4158 §2.4"),
    refuse(BOTH, "cycle", "unable to get local|unknown", "follow the certificate that leads in a "
           "circle, and do not turn back", "RFC 4158 §2.4.1"),
    refuse(GNUTLS, "renewed", "expired", "takes the CA's old certificate, and does not turn back",
           "RFC 4158 §2.4"),
    refuse(GNUTLS, "expired, and crossed", "expired", "takes the expired certificate, and does not "
           "turn back", "RFC 4158 §2.4"),
    refuse(BOTH, "signature broken, and crossed", "signature", "take the certificate with the "
           "wrong signature, and do not turn back", "RFC 4158 §2.4"),
    refuse(BOTH, "constrained, and crossed", "subtree|constraints|expired|unknown critical", "take "
           "the constrained certificate, and do not turn back", "RFC 4158 §2.4"),
    refuse(BOTH, "authority key identifier wrong", "unable to get local|unknown|violates", "take "
           "the key identifier for a condition; it only helps to find the issuer",
           "RFC 5280 §4.2.1.1"),
    refuse(GNUTLS, "leaf is trusted", "unknown", "looks for the leaf's issuer first",
           "RFC 5280 §6"),
    # names of issuer and subject
    refuse(GNUTLS, "folded names", "unknown", "compares names octet by octet", "RFC 5280 §7.1"),
    refuse(GNUTLS, "printable names", "unknown", "compares names octet by octet", "RFC 5280 §7.1"),
    accept(GNUTLS, "intermediate without a subject", PROFILE, "asks of no CA that it has a name",
           "RFC 5280 §4.1.2.6"),
    accept(GNUTLS, "UTF8String that is none", UNREADABLE, "does not look into the strings of names",
           "RFC 5280 §4.1.2.4"),
    # signatures and keys
    accept(BOTH, "ECDSA parameters NULL", PROFILE, "ignore the parameters", "RFC 5758 §3.2"),
    refuse(GNUTLS, "RSA-PSS with a short salt", "signature", "wants a salt as long as the hash",
           "RFC 4055 §3.1"),
    accept(BOTH, "RSA key with exponent 1", UNSUPPORTED, "do not look at the leaf's exponent",
           "RFC 8017 §3.1"),
    accept(BOTH, "RSA key with an even exponent", UNSUPPORTED, "do not look at the leaf's exponent",
           "RFC 8017 §3.1"),
    accept(OPENSSL, "secp256k1 key", UNSUPPORTED, "knows more curves than TLS 1.2 has here",
           "RFC 8422 §5.1.1"),
    accept(OPENSSL, "brainpool key", UNSUPPORTED, "knows more curves than TLS 1.2 has here",
           "RFC 8422 §5.1.1"),
    accept(BOTH, "secp224r1 key", UNSUPPORTED, "know more curves than TLS 1.2 has here",
           "RFC 8422 §5.1.1"),
    accept(OPENSSL, "compressed point", UNSUPPORTED, "reads compressed points", "RFC 8422 §5.1.2"),
    accept(GNUTLS, "point off the curve", "bad_certificate", "does not look at the leaf's key",
           "SEC 1 §3.2.2.1"),
    accept(BOTH, "Ed448 key", UNSUPPORTED, "know more kinds of keys than this stack",
           "RFC 8422 §5.1.1"),
    accept(BOTH, "X25519 key", UNSUPPORTED, "do not ask whether the leaf's key can sign",
           "RFC 8410 §3"),
    # times, numbers, fields
    refuse(OPENSSL, "ends now", "expired", "takes the last second for one too late",
           "RFC 5280 §4.1.2.5"),
    accept(BOTH, "GeneralizedTime before 2050", PROFILE, "do not ask which form a year must have",
           "RFC 5280 §4.1.2.5"),
    accept(GNUTLS, "UTCTime without seconds", UNREADABLE, "reads times of other forms",
           "RFC 5280 §4.1.2.5.1"),
    accept(GNUTLS, "no such day", UNREADABLE, "reads the 31st of February", "RFC 5280 §4.1.2.5.1"),
    accept(BOTH, "version 4", UNREADABLE, "ignore unknown versions", "RFC 5280 §4.1.2.1"),
    accept(GNUTLS, "version 1 root", PROFILE, "takes anchors as they are; the strict profile wants "
           "version 3", "RFC 5280 §4.1.2.1"),
    accept(GNUTLS, "version 1 intermediate", PROFILE, "takes anchors as they are; the strict "
           "profile wants version 3", "RFC 5280 §4.1.2.1"),
    accept(GNUTLS, "extensions empty", UNREADABLE, "reads a list of extensions without any",
           "RFC 5280 §4.1"),
    accept(BOTH, "serial zero", PROFILE, "do not look at the number", "RFC 5280 §4.1.2.2"),
    accept(BOTH, "serial negative", PROFILE, "do not look at the number", "RFC 5280 §4.1.2.2"),
    accept(BOTH, "serial of 21 octets", PROFILE, "do not look at the number", "RFC 5280 §4.1.2.2"),
    accept(BOTH, "unique identifiers", PROFILE, "allow what conforming CAs must not write",
           "RFC 5280 §4.1.2.8"),
    # DER
    accept(GNUTLS, "serial not minimal", UNREADABLE, "reads BER's integers", "X.690 §8.3.2"),
    accept(BOTH, "TRUE is 1", UNREADABLE, "read BER's booleans", "X.690 §11.1"),
    accept(BOTH, "FALSE written out", PROFILE, "read defaults that are written out", "X.690 §11.5"),
    accept(BOTH, "cA false written out", PROFILE, "read defaults that are written out",
           "X.690 §11.5"),
    accept(BOTH, "length not minimal", UNREADABLE, "read BER's lengths", "X.690 §10.1"),
    # basicConstraints, keyUsage, extendedKeyUsage
    accept(GNUTLS, "root's basicConstraints missing", "certificate_not_a_ca",
           "takes anchors as they are", "RFC 5280 §4.2.1.9"),
    accept(GNUTLS, "basicConstraints not critical", PROFILE, "does not ask", "RFC 5280 §4.2.1.9"),
    accept(GNUTLS, "path length negative", UNREADABLE, "takes it for none", "RFC 5280 §4.2.1.9"),
    accept(GNUTLS, "path length without cA", PROFILE, "does not ask", "RFC 5280 §4.2.1.9"),
    accept(BOTH, "leaf is a CA", PROFILE, "take a CA's certificate for a server's",
           "CA/Browser Forum BR §7.1.2.7"),
    refuse(GNUTLS, "self-issued", "violates the signer's constraints", "counts self-issued "
           "certificates towards the path length", "RFC 5280 §6.1.4 (l)"),
    accept(GNUTLS, "CA without keyUsage", PROFILE, "does not ask", "RFC 5280 §4.2.1.3"),
    refuse(OPENSSL, "CA without keyUsage", "does not include key usage",
           "asks it of anchors as well", "RFC 5280 §4.2.1.3"),
    accept(GNUTLS, "leaf with keyCertSign", PROFILE, "does not ask", "RFC 5280 §4.2.1.9"),
    accept(GNUTLS, "keyUsage of no bits", "certificate_key_usage",
           "does not look at the leaf's usage", "RFC 5280 §4.2.1.3"),
    accept(GNUTLS, "leaf with dataEncipherment alone", "certificate_key_usage",
           "does not look at the leaf's usage", "RFC 5246 §7.4.2"),
    accept(BOTH, "purpose missing", PROFILE, "take it for any purpose; a server's must say so",
           "CA/Browser Forum BR §7.1.2.7.6"),
    accept(GNUTLS, "purpose any", PROFILE, "takes it for any purpose; a server's must say so",
           "CA/Browser Forum BR §7.1.2.7.10"),
    refuse(OPENSSL, "purpose any", "unsuitable", "wants the purpose itself", "RFC 5280 §4.2.1.12"),
    accept(BOTH, "purpose critical", PROFILE, "do not ask", "CA/Browser Forum BR §7.1.2.7.6"),
    accept(GNUTLS, "purposes of none", UNREADABLE, "reads an empty list", "RFC 5280 §4.2.1.12"),
    refuse(BOTH, "intermediate for any purpose", "unsuitable|intended purpose",
           "want the purpose itself", "RFC 5280 §4.2.1.12"),
    accept(GNUTLS, "root for another purpose", "certificate_extended_key_usage",
           "takes anchors as they are", "RFC 5280 §4.2.1.12"),
    # key identifiers
    accept(GNUTLS, "authority key identifier missing", PROFILE, "does not ask",
           "RFC 5280 §4.2.1.1"),
    accept(GNUTLS, "authority key identifier critical", PROFILE, "does not ask",
           "RFC 5280 §4.2.1.1"),
    accept(GNUTLS, "authority named by issuer and serial", PROFILE,
           "does not ask for the key's identifier", "RFC 5280 §4.2.1.1"),
    accept(GNUTLS, "authority named by a wrong serial", PROFILE,
           "does not ask for the key's identifier", "RFC 5280 §4.2.1.1"),
    accept(GNUTLS, "subject key identifier missing", PROFILE, "does not ask", "RFC 5280 §4.2.1.2"),
    accept(GNUTLS, "subject key identifier critical", PROFILE, "does not ask", "RFC 5280 §4.2.1.2"),
    # subjectAltName and the name that is asked for
    refuse(BOTH, "absolute peer name", "hostname mismatch|does not match the expected", "do not "
           "take the root's dot for the same name", "RFC 1034 §3.1"),
    accept(GNUTLS, "common name alone", "certificate_name_mismatch",
           "falls back on the common name", "RFC 9525 §2"),
    accept(GNUTLS, "no names, not critical", PROFILE, "does not ask", "RFC 5280 §4.2.1.6"),
    accept(BOTH, "names critical beside a subject", PROFILE, "do not ask", "RFC 5280 §4.2.1.6"),
    accept(GNUTLS, "names of none", UNREADABLE, "reads an empty list", "RFC 5280 §4.2.1.6"),
    accept(BOTH, "name that is not ASCII", UNREADABLE, "do not look into names that they do not "
           "ask for", "RFC 5280 §4.2.1.6"),
    accept(OPENSSL, "empty DNS name", PROFILE, "does not look into names that it does not ask for",
           "RFC 5280 §4.2.1.6"),
    accept(BOTH, "space in a name", PROFILE, "do not look into names that they do not ask for",
           "RFC 5280 §4.2.1.6"),
    accept(BOTH, "underscore in a name", PROFILE, "allow what is no host name",
           "RFC 5280 §4.2.1.6"),
    accept(BOTH, "address of five octets", UNREADABLE, "do not look into addresses that they do "
           "not ask for", "RFC 5280 §4.2.1.6"),
    accept(GNUTLS, "e-mail address, local part in capitals", "certificate_name_mismatch",
           "ignores case in the local part", "RFC 5280 §7.5"),
    # nameConstraints
    accept(BOTH, "wildcard over what is excluded", CONSTRAINT, "forget that the wildcard stands "
           "for an excluded name, too", "RFC 5280 §4.2.1.10"),
    accept(BOTH, "constraint with a leading dot", PROFILE, "give the dot a meaning that it has in "
           "URIs and e-mail addresses alone", "RFC 5280 §4.2.1.10"),
    accept(GNUTLS, "IPv6 beside an IPv4 constraint", CONSTRAINT, "takes the two for different "
           "types of name", "RFC 5280 §4.2.1.10"),
    accept(OPENSSL, "mask with holes", CONSTRAINT, "applies masks that no CIDR prefix has",
           "RFC 5280 §4.2.1.10"),
    accept(OPENSSL, "URI excluded", CONSTRAINT, "takes the user for a part of the host",
           "RFC 5280 §4.2.1.10, RFC 3986 §3.2"),
    accept(GNUTLS, "URI not permitted", CONSTRAINT, "lets a host stand for those below it",
           "RFC 5280 §4.2.1.10"),
    accept(GNUTLS, "URI of an address under constraints", CONSTRAINT,
           "does not refuse what cannot be compared", "RFC 5280 §4.2.1.10"),
    accept(GNUTLS, "URI without a host under constraints", CONSTRAINT,
           "does not refuse what cannot be compared", "RFC 5280 §4.2.1.10"),
    accept(GNUTLS, "directory name not permitted", CONSTRAINT, "does not apply them to the subject",
           "RFC 5280 §6.1.3 (b)"),
    accept(BOTH, "common name excluded", PROFILE, "take a common name for none; the strict profile "
           "wants hosts in subjectAltName", "CA/Browser Forum BR §7.1.4.3"),
    accept(BOTH, "constraints not critical", PROFILE, "do not ask", "RFC 5280 §4.2.1.10"),
    accept(BOTH, "constraints of nothing", UNREADABLE, "read an empty list", "RFC 5280 §4.2.1.10"),
    accept(BOTH, "constraints in the leaf", PROFILE, "do not ask", "RFC 5280 §4.2.1.10"),
    # policies
    refuse(GNUTLS, "same policy", "unknown critical", "has no certificate policies",
           "RFC 5280 §4.2.1.11"),
    refuse(GNUTLS, "mapped policy", "unknown critical", "has no certificate policies",
           "RFC 5280 §4.2.1.5"),
    refuse(GNUTLS, "intermediate trusted", "unknown critical", "has no certificate policies, and "
           "applies an anchor's own", "RFC 5280 §6.1.1 (d)"),
    refuse(GNUTLS, "policy required further down", "unknown critical",
           "has no certificate policies", "RFC 5280 §4.2.1.11"),
    accept(GNUTLS, "policy twice", UNREADABLE, "does not look into policies", "RFC 5280 §4.2.1.4"),
    accept(BOTH, "policies of none", UNREADABLE, "read an empty list", "RFC 5280 §4.2.1.4"),
    accept(BOTH, "policy constraints not critical", PROFILE, "do not ask", "RFC 5280 §4.2.1.11"),
    accept(BOTH, "any policy inhibited, not critical", PROFILE, "do not ask", "RFC 5280 §4.2.1.14"),
    # revocation
    accept(GNUTLS, "list too old", "certificate_status_unknown", "does not ask how old a list is",
           "RFC 5280 §6.3.3 (a)"),
    accept(GNUTLS, "list of the future", "certificate_status_unknown",
           "does not ask how old a list is", "RFC 5280 §5.1.2.4"),
    accept(GNUTLS, "printable names", "certificate_revoked|certificate_status_unknown", "compares "
           "names octet by octet, and finds no list of that issuer", "RFC 5280 §7.1"),
    refuse(GNUTLS, "revoked: removed from the list", "revoked", "does not read the reason",
           "RFC 5280 §5.3.1"),
    refuse(GNUTLS, "revoked by a list for CAs", "revoked", "does not read the scope",
           "RFC 5280 §6.3.3 (b)"),
]
# fmt: on
