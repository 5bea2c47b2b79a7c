"""Pages whose scripts try to reach another server, one way each, and that server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Watched:
    """A server that notes whatever reaches it: connections, each with what came, and datagrams."""

    port: int
    log: list[bytearray] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.12:{self.port}"

    def sent(self) -> list[bytearray]:
        """What was sent: connections over which nothing came are left out."""
        return [octets for octets in self.log if octets]


@contextmanager
def watched_server() -> Iterator[Watched]:
    """On another address of this machine."""
    listener = socket.create_server(("127.0.0.12", 0))
    watched = Watched(listener.getsockname()[1])
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.12", watched.port))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                watched.log.append(octets := bytearray())
                given = (connection, octets)
                threading.Thread(target=answer, args=given, daemon=True).start()

    def answer(connection: socket.socket, octets: bytearray) -> None:
        connection.settimeout(5)
        with contextlib.suppress(OSError), connection:
            octets += connection.recv(4096)
            connection.sendall(ANSWER)

    def receive() -> None:
        with contextlib.suppress(OSError):
            while True:
                watched.log.append(bytearray(b"datagram " + datagrams.recv(4096)))

    for work in (accept, receive):
        threading.Thread(target=work, daemon=True).start()
    try:
        yield watched
    finally:
        for each in (listener, datagrams):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _element(tag: str, **attributes: str) -> str:
    named = "".join(f"e.{name}={value};" for name, value in attributes.items())
    return f"e=document.createElement('{tag}');{named}document.body.append(e);"


def _link(rel: str, more: str = "") -> str:
    return _element("link", rel=f"'{rel}'", href=f"V+'/{rel}'") + more


_STUN = (
    "'p=new RTCPeerConnection({iceServers:[{urls:`stun:127.0.0.12:'+P+'`}]});"
    "p.createDataChannel(1);p.createOffer().then(o=>p.setLocalDescription(o))'"
)

STAYING = {
    "img": "new Image().src=V+'/img'",
    "img on any port": "new Image().src='http://127.0.0.12:'+P+'/img'",
    "fetch": "fetch(V+'/fetch',{mode:'no-cors'}).catch(()=>0)",
    "post": "fetch(V+'/post',{method:'POST',body:'x',mode:'no-cors'}).catch(()=>0)",
    "xhr": "x=new XMLHttpRequest();x.open('GET',V+'/xhr');x.send()",
    "websocket": "new WebSocket(V.replace('http','ws')+'/ws')",
    "event source": "new EventSource(V+'/es')",
    "beacon": "navigator.sendBeacon(V+'/beacon','x')",
    "ping": "e=document.createElement('a');e.href='#x';e.ping=V+'/ping';document.body.append(e);"
    "e.click()",
    "iframe": _element("iframe", src="V+'/iframe'"),
    "srcdoc": _element("iframe", srcdoc="'<img src='+V+'/srcdoc>'"),
    "object": _element("object", data="V+'/object'"),
    "embed": _element("embed", src="V+'/embed'"),
    "video": _element("video", src="V+'/video'", autoplay="true"),
    "script": _element("script", src="V+'/script'"),
    "module": "import(V+'/module').catch(()=>0)",
    "preconnect": _link("preconnect"),
    "dns-prefetch": _link("dns-prefetch"),
    "prefetch": _link("prefetch"),
    "prerender": _link("prerender"),
    "modulepreload": _link("modulepreload"),
    "manifest": _link("manifest"),
    "icon": _link("icon"),
    "stylesheet": _link("stylesheet"),
    "preload": "e=document.createElement('link');e.rel='preload';e.as='image';"
    "e.href=V+'/preload';document.head.append(e)",
    "speculation": "e=document.createElement('script');e.type='speculationrules';e.textContent="
    "JSON.stringify({prefetch:[{urls:[V+'/s'],eagerness:'immediate'}],prerender:[{urls:[V+'/s'],"
    "eagerness:'immediate'}]});document.head.append(e)",
    "rule": "e=document.createElement('style');document.head.append(e);"
    "e.sheet.insertRule('body{background:url('+V+'/rule)}')",
    "font": "new FontFace('x','url('+V+'/font)').load().catch(()=>0)",
    "svg": "document.body.insertAdjacentHTML('beforeend',"
    "'<svg><image href='+V+'/svg></image></svg>')",
    "worker": 'new Worker(URL.createObjectURL(new Blob([\'fetch("\'+V+\'/w",{mode:"no-cors"});'
    "importScripts(\"'+V+'/i\")'])))",
    "service worker": "navigator.serviceWorker.register('/sw.js').then(()=>{document.title='SW'})",
    "stun": "p=new RTCPeerConnection({iceServers:[{urls:'stun:127.0.0.12:'+P}]});"
    "p.createDataChannel('x');p.createOffer().then(o=>p.setLocalDescription(o))",
    "turn": "p=new RTCPeerConnection({iceServers:[{urls:'turn:127.0.0.12:'+P+'?transport=tcp',"
    "username:'a',credential:'b'}]});p.createDataChannel('x');"
    "p.createOffer().then(o=>p.setLocalDescription(o))",
    "rtc of a frame": _element("iframe")
    + "p=new e.contentWindow.RTCPeerConnection({iceServers:[{urls:'stun:127.0.0.12:'+P}]});"
    "p.createDataChannel('x');p.createOffer().then(o=>p.setLocalDescription(o))",
    "rtc of a text": _element("iframe", srcdoc=f"'<script>'+{_STUN}+'<\\/script>'"),
    "rtc of a text in markup": "document.body.insertAdjacentHTML('beforeend',"
    f"'<iframe srcdoc=\"<script>'+{_STUN}+'<\\/script>\"></iframe>')",
    "webtransport": "new WebTransport(V.replace('http','https')+'/wt')",
    "raw form of the page": "e=document.createElement('iframe');e.src=document.location.href."
    "replace(/mp_/,'id_')+'?raw';document.body.append(e)",
}
"""What a page can do all of and stay."""

LEAVING = {
    "form": "e=document.createElement('form');e.method='POST';e.action=V+'/form';"
    "document.body.append(e);e.submit()",
    "location": "window.location.href=V+'/location'",
    "replace": "location.replace(V+'/replace')",
    "top": "window.top.location.href=V+'/top'",
    "parent": "window.parent.location.replace(V+'/parent')",
    "open": "window.open(V+'/open')",
    "refresh": "e=document.createElement('meta');e.httpEquiv='refresh';e.content='0;url='+V+'/r';"
    "document.head.append(e)",
    "click _blank": "document.body.innerHTML='<a id=x target=_blank href='+V+'/blank>x</a>';"
    "document.getElementById('x').click()",
    "click _top": "document.body.innerHTML='<a id=x target=_top href='+V+'/t>x</a>';"
    "document.getElementById('x').click()",
    "download": "document.body.innerHTML='<a id=x download href='+V+'/d>x</a>';"
    "document.getElementById('x').click()",
    "blob": "location.href=URL.createObjectURL(new Blob(['<img src='+V+'/blob>'],"
    "{type:'text/html'}))",
    "base": "document.head.insertAdjacentHTML('afterbegin','<base href='+V+'/>');"
    "document.body.insertAdjacentHTML('beforeend','<img src=relative.png>')",
}
"""What leads a page away: one a page."""


def page(server: Watched, scripts: list[str]) -> bytes:
    """Each script on its own: one that throws stops no other."""
    tried = "".join(f"<script>try{{{script}}}catch(t){{}}</script>" for script in scripts)
    stun = _STUN.strip("'").replace("'+P+'", str(server.port))
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>hostile</title></head><body>"
        f"<p id=shown>shown</p><script>V='{server.url}';P={server.port}</script>"
        f'<iframe srcdoc="<script>{stun}</script>"></iframe>{tried}'
        f"<script>document.getElementById('shown').textContent='ran'</script></body></html>"
    ).encode()
