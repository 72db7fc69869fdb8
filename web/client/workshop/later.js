// A part of the page whose script is fetched when the part is first shown.

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "./words.js";

/** `fetched` answers the component; until it is there, and if it cannot be had, the place says so. */
export function later(fetched) {
  let part = null;
  return function Part(props) {
    const [, arrived] = useState(0);
    const [failed, setFailed] = useState(false);
    const fetching = () => {
      setFailed(false);
      fetched().then((made) => { part = made; arrived((count) => count + 1); }, () => setFailed(true));
    };
    useEffect(() => { if (!part) fetching(); }, []);
    if (part) return html`<${part} ...${props} />`;
    if (!failed) return html`<p class="empty" role="status">${t("ws.loading")}</p>`;
    return html`<p class="wrong" role="alert">${t("ws.missing")} <button class="plain" onClick=${fetching}>${t("ws.fetch-again")}</button></p>`;
  };
}
