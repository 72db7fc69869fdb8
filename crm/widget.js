/* A chat button that keeps where the visitor came from. Without an answer from the server the link still works.
   <script async src="https://your-server/widget/<org>.js"></script> */
(function () {
  var c = __CONFIG__, first = "aais.first";
  var here = location.href, from = document.referrer;
  try { // the first page of the visit has the click ids; later ones do not
    var kept = JSON.parse(sessionStorage.getItem(first) || "null");
    if (kept && !/[?&](utm_|fbclid|gclid|gbraid|wbraid|ttclid)/.test(here)) { here = kept.url; from = kept.referrer; }
    else sessionStorage.setItem(first, JSON.stringify({ url: here, referrer: from }));
  } catch (_) { /* storage is forbidden: this page's own address will do */ }
  var a = document.createElement("a");
  a.href = c.link; a.target = "_blank"; a.rel = "noopener"; a.textContent = c.label;
  a.setAttribute("aria-label", c.label);
  a.style.cssText = "position:fixed;right:16px;bottom:16px;z-index:2147483000;padding:12px 20px;border-radius:24px;" +
    "background:#0b7a4b;color:#fff;font:600 16px/1.25 system-ui,sans-serif;text-decoration:none;" +
    "box-shadow:0 2px 8px rgba(0,0,0,.3)";
  function add() { document.body.appendChild(a); }
  document.body ? add() : addEventListener("DOMContentLoaded", add);
  fetch(c.capture, { method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ url: here, referrer: from }) })
    .then(function (r) { return r.ok ? r.json() : null; })
    .then(function (found) { if (found && /^https:\/\/wa\.me\//.test(found.link)) a.href = found.link; })
    .catch(function () { /* offline or blocked: the plain link stays */ });
})();
