// A flow as a picture: our own SVG over dagre's layout. Each state leads to its lines.

import dagre from "@dagrejs/dagre";
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "./words.js";

const LETTER = 7.4, HIGH = 40, PAD = 28;
const SMALLEST = 0.7; // of its size, to be readable without a click

function laidOut(diagram) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 34, ranksep: 56, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of diagram.boxes) graph.setNode(box.id, { width: Math.max(box.id.length * LETTER + PAD, 84), height: HIGH });
  diagram.ways.forEach((way, place) => {
    const label = short(way.label);
    graph.setEdge(way.source, way.target, { width: label.length * 6, height: label ? 14 : 0, labelpos: "c" }, String(place));
  });
  dagre.layout(graph);
  return graph;
}

const short = (label) => (label.length > 26 ? `${label.slice(0, 25)}…` : label);
const curve = (points) => points.map((p, i) => `${i ? "L" : "M"}${p.x.toFixed(1)},${p.y.toFixed(1)}`).join(" ");

/** `lit`: the state that a simulation stands in; `counts`: live machines by state. */
export function Diagram({ diagram, ...rest }) {
  return diagram ? html`<${Drawn} diagram=${diagram} ...${rest} />` : html`<p class="empty">${t("ws.no-picture")}</p>`;
}

function Drawn({ diagram, lit, counts, goTo }) {
  const graph = laidOut(diagram);
  const { width, height } = graph.graph();
  const [whole, setWhole] = useState(false);
  const room = Math.max((document.getElementById("pane")?.clientWidth ?? 400) - 40, 280);
  const scale = Math.min(1, Math.max(room / width, whole ? 0 : SMALLEST));
  const frame = useRef();
  const begins = diagram.boxes.find((box) => box.start);
  useEffect(() => { // a picture that is wider than its place begins where the conversation does
    const at = begins && graph.node(begins.id);
    if (at && frame.current) frame.current.scrollLeft = at.x * scale - frame.current.clientWidth / 2;
  }, [diagram.name, whole]);
  return html`
    ${width * SMALLEST > room && html`<p class="hint"><button class="plain" onClick=${() => setWhole(!whole)}>${t(whole ? "ws.larger" : "ws.whole")}</button></p>`}
    <div class="picture" ref=${frame} tabindex="0" role="region" aria-label=${t("ws.picture")}>
      <svg viewBox="0 0 ${width} ${height}" width=${width * scale} height=${height * scale} role="group" aria-label=${diagram.name}>
        <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" class="tip" /></marker></defs>
        ${diagram.ways.map((way, place) => {
          const edge = graph.edge(way.source, way.target, String(place));
          return html`<g class="way" onClick=${() => goTo(way.lines[0])}>
            <path d=${curve(edge.points)} marker-end="url(#tip)" />
            <title>${way.label}${way.guards.length ? `\n${way.guards.join("\n")}` : ""}</title>
            ${way.label && html`<text x=${edge.x} y=${edge.y + 4} text-anchor="middle">${short(way.label)}</text>`}
          </g>`;
        })}
        ${diagram.boxes.map((box) => {
          const at = graph.node(box.id);
          const marks = ["box", box.kind, box.start && "start", !box.reached && "lost", box.trap && "trap", lit === box.id && "lit"].filter(Boolean).join(" ");
          const says = [box.id, box.calls && `→ ${box.calls}`, !box.reached && t("ws.lost"), box.trap && t("ws.trap"), counts?.[box.id] && t("ws.running", { count: counts[box.id] })].filter(Boolean).join(", ");
          return html`<g class=${marks} transform="translate(${at.x - at.width / 2},${at.y - at.height / 2})" role="button" tabindex="0"
              aria-label=${says} onClick=${() => goTo(box.line)} onKeyDown=${(e) => (e.key === "Enter" || e.key === " ") && (e.preventDefault(), goTo(box.line))}>
            <rect width=${at.width} height=${at.height} rx=${box.kind === "final" ? 20 : 8} />
            <text x=${at.width / 2} y=${box.calls ? 17 : 25} text-anchor="middle">${box.id}</text>
            ${box.calls && html`<text class="small" x=${at.width / 2} y="32" text-anchor="middle">→ ${box.calls}</text>`}
            ${counts?.[box.id] && html`<g class="count"><circle cx=${at.width} cy="0" r="11" /><text x=${at.width} y="4" text-anchor="middle">${counts[box.id]}</text></g>`}
          </g>`;
        })}
      </svg>
    </div>
    ${diagram.interrupts.length > 0 && html`<p class="hint">${t("ws.anywhere")} ${diagram.interrupts.map((way) => html`<button class="plain" onClick=${() => goTo(way.lines[0])}>${short(way.label)}${way.target && ` → ${way.target}`}</button> `)}</p>`}
  `;
}
