"""What one end of a connection is told to do, in the registries' words."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Setting:
    """What is left empty stays at that end's default."""

    suites: tuple = ()
    groups: tuple = ()
    schemes: tuple = ()
    certificate_schemes: tuple = ()  # of ours: what the other's certificates may be signed with
    versions: tuple = ("1.2",)  # of a peer; ours has no other
    alpn: tuple = ()
    identities: tuple = ()  # our end's certificates and keys
    trust: str = ""  # a file with the CAs of the other's
    name: str = (
        "localhost"  # whom a client asks for, and must find in the certificate; "" for the address
    )
    # of a client: the certificates that it may see, for those who cannot be told whom to trust
    shown: tuple = ()
    raw: tuple = ()  # who shows a key without a certificate: client, server
    peer_key: str = ""  # of ours: a file with the other's public key
    pin: str = (
        ""  # of our client: a file with the certificate or public key that the server must have
    )
    client_auth: str = (
        "none"  # of a server: none, request, require; late: required in a second handshake
    )
    ems: bool = True
    etm: bool = True
    psk: str = ""  # IDENTITY:HEX
    sessions: str = ""  # the one way to resume: session-ids, tickets; or no-resumption
    page: str = "/state.json"  # which a client of the web asks for
    connections: int = 1  # of a client: one after the other, each resuming the one before
    staple: str = ""  # of a server: an OCSP response
    want_staple: bool = False
    max_fragment: int = 0  # of a client
    record_size_limit: int = 0
    export: str = ""  # LABEL:LENGTH
    key_only: bool = False  # of ours: the keys of `identities` have no certificates
    key_schemes: tuple = ()  # of our server: what each of `identities` signs by
    max_send_fragment: int = 0  # of ours
    dynamic_records: bool = True  # of our server
    ca_names: bool = True  # of our server: whether it names the CAs of `trust` to clients
    small_records: bool = False  # of a peer: cuts its messages into fragments of 512 bytes

    def but(self, **changes):
        return dataclasses.replace(self, **changes)
