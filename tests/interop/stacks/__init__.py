"""The peers: one file a family, one class a command and role."""
from stacks.botan import BotanClient, BotanServer
from stacks.fetchers import Chromium, Curl, Wget
from stacks.gnutls import GnutlsClient, GnutlsServer
from stacks.nss import NssClient, NssServer
from stacks.openssl import OpensslClient, OpensslServer
from stacks.programs import program_peers
from stacks.proxies import (
    ApacheClient,
    ApacheServer,
    HaproxyClient,
    HaproxyServer,
    NginxClient,
    NginxServer,
)


def all_peers(programs):
    """Every column, in the matrix's order."""
    servers, clients = program_peers(programs)
    return [
        OpensslServer(),
        GnutlsServer(),
        NssServer(),
        BotanServer(),
        *servers,
        NginxServer(),
        HaproxyServer(),
        ApacheServer(),
        OpensslClient(),
        GnutlsClient(),
        NssClient(),
        BotanClient(),
        *clients,
        NginxClient(),
        HaproxyClient(),
        ApacheClient(),
        Curl(),
        Wget(),
        Chromium(),
    ]
