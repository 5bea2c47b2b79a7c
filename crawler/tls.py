"""Owns which TLS is spoken to whom.

The only module that uses private names of Scrapy and Twisted; Scrapy's minor range is pinned for
it.
"""

from __future__ import annotations

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.tls import _ScrapyClientTLSOptions26
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.ssl import CertificateOptions, TLSVersion, platformTrust
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface.declarations import implementer


@implementer(IPolicyForHTTPS)  # type: ignore[no-untyped-call]
class TlsPolicy:
    """Which TLS is spoken: certificates verified, or for ``legacy`` what old servers still offer.

    Legacy means no verification, TLS 1.0 and weak ciphers; a portal file asks for it with its
    reason. All connections share one OpenSSL context: one each would cost 8 ms and 0.9 MB.
    """

    def __init__(self, *, legacy: bool) -> None:
        if legacy:
            self._kind: type[ClientTLSOptions] = _ScrapyClientTLSOptions26
            self._options = _ScrapyClientContextFactory(
                verify_certificates=False, tls_min_version=TLSVersion.TLSv1_0
            )._get_cert_options()
            # Twisted takes a list of ciphers apart, and the level that allows TLS 1.0 with it
            self._options.getContext().set_cipher_list(b"DEFAULT:@SECLEVEL=0")
        else:
            self._kind = ClientTLSOptions
            self._options = CertificateOptions(trustRoot=platformTrust(), fixBrokenPeers=True)  # type: ignore[no-untyped-call]

    def creatorForNetloc(self, hostname: bytes, port: int) -> ClientTLSOptions:
        """What makes the connection and checks it against the host's name."""
        return self._kind(self._options._makeTLSConnection, hostname.decode("ascii"))
