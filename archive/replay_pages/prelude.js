// Before anything of an archived page: what a page without an origin lacks, and what no policy of
// today's browsers keeps from the network.
"use strict";
(function (window) {
  // a page alone in its window may be led away by its script: it belongs in the frame
  if (window.top === window) {
    window.location.replace(
      window.location.pathname.replace(/^\/~[^/]+/, "").replace(/^(\/archive\/\d*)[a-z]+_\//, "$1/") +
        window.location.search
    );
    throw new Error("opened in its frame");
  }

  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCIceTransport", "WebTransport"]) {
    try {
      Object.defineProperty(window, name, { value: undefined, writable: false, configurable: false });
    } catch {
      // this browser has none
    }
  }

  // a frame whose text stands in the page has windows of its own: this script comes first there too.
  // The observer runs before the browser reads the text
  const first = `<script src="${window.document.currentScript.src}"></script>`;
  const guard = (frame) => {
    const text = frame.getAttribute("srcdoc");
    if (text !== null && !text.startsWith(first)) frame.setAttribute("srcdoc", first + text);
  };
  const watch = (root) =>
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === "attributes") guard(target);
        for (const node of addedNodes) {
          if (!(node instanceof window.Element)) continue;
          if (node.matches("iframe[srcdoc]")) guard(node);
          node.querySelectorAll("iframe[srcdoc]").forEach(guard);
        }
      }
    }).observe(root, { subtree: true, childList: true, attributeFilter: ["srcdoc"] });
  watch(window.document);
  const attach = window.Element.prototype.attachShadow;
  window.Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    watch(root);
    return root;
  };

  // here reading these throws, which takes the page's own script with it
  for (const [owner, name] of [[window.Navigator.prototype, "serviceWorker"], [window, "caches"]]) {
    Object.defineProperty(owner, name, { value: undefined, configurable: true });
  }
  const storage = () => {
    const held = new Map();
    const methods = {
      getItem: (key) => held.get(String(key)) ?? null,
      setItem: (key, value) => void held.set(String(key), String(value)),
      removeItem: (key) => void held.delete(String(key)),
      key: (index) => [...held.keys()][index] ?? null,
      clear: () => held.clear(),
    };
    return new Proxy(methods, {
      get: (_, key) => (key === "length" ? held.size : methods[key] ?? held.get(key)),
      set: (_, key, value) => (held.set(String(key), String(value)), true),
      has: (_, key) => key in methods || held.has(key),
      deleteProperty: (_, key) => (held.delete(key), true),
      ownKeys: () => [...held.keys()],
      getOwnPropertyDescriptor: (_, key) =>
        held.has(key) ? { value: held.get(key), enumerable: true, configurable: true } : undefined,
    });
  };
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { value: storage(), configurable: true });
  }

  // pages without an origin have no cookies: reading them throws, and the page's script with it
  const jar = new Map();
  Object.defineProperty(window.Document.prototype, "cookie", {
    configurable: true,
    get: () => [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
    set: (text) => {
      const [pair, ...attributes] = String(text).split(";");
      const at = pair.indexOf("=");
      const name = pair.slice(0, Math.max(at, 0)).trim();
      const expired = attributes.some((attribute) => {
        const [key, value] = attribute.split("=").map((part) => part.trim());
        return (
          (/^max-age$/i.test(key) && Number(value) <= 0) ||
          (/^expires$/i.test(key) && Date.parse(value) <= Date.now())
        );
      });
      if (expired) jar.delete(name);
      else jar.set(name, pair.slice(at + 1).trim());
    },
  });

  // a window of its own is not allowed: what would open one opens here
  window.open = (url) => {
    if (url && window.navigator.userActivation?.isActive) window.location.assign(url);
    return null;
  };
  const here = (event) => {
    const start = event.target instanceof window.Element ? event.target : null;
    const link = start && start.closest("a[target], area[target], form[target]");
    if (link && !/^(|_self)$/i.test(link.target) && !window.document.getElementsByName(link.target).length) {
      link.target = "_self";
    }
  };
  window.addEventListener("click", here, true);
  window.addEventListener("submit", here, true);

  // the address of a single value: its cell by table, row and column (as the table is laid out,
  // spans counted), else the first place of its text
  const cellAt = (table, row, column) => {
    const covered = [];
    const rows = table.querySelectorAll(":scope > tr, :scope > * > tr");
    for (let at = 0; at < rows.length && at <= row; at += 1) {
      let place = 0;
      const begun = covered.map((left) => Math.max(left - 1, 0));
      for (const cell of rows[at].cells) {
        while (covered[place] > 0) place += 1;
        if (at === row && place === column) return cell;
        for (let slot = place; slot < place + cell.colSpan; slot += 1) {
          begun[slot] = cell.rowSpan - 1;
        }
        place += cell.colSpan;
      }
      for (let slot = 0; slot < begun.length; slot += 1) covered[slot] = begun[slot] ?? 0;
    }
    return null;
  };
  const find = ({ text, table, row, column }) => {
    const found = table && window.document.evaluate(table, window.document, null, 9, null);
    const cell = found && found.singleNodeValue && cellAt(found.singleNodeValue, row, column);
    if (!cell) {
      if (text) window.find(String(text).split("\n")[0]);
      return;
    }
    cell.style.outline = "3px solid #c00";
    cell.scrollIntoView({ block: "center" });
  };
  const told = /^#nianbao=(.+)$/.exec(window.location.hash);
  if (told) {
    window.addEventListener("load", () => {
      try {
        find(JSON.parse(decodeURIComponent(told[1])));
      } catch {
        // no address of ours: the page is shown all the same
      }
    });
  }
})(window);
