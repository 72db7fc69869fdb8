// The text: YAML with what the server finds in it underlined, and with what may be written offered.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { forEachDiagnostic, lintGutter, lintKeymap, linter } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { explained, explaining, titled } from "./explaining.js";
import { tools } from "./tools.js";
import { t } from "./words.js";

const PAUSE = 250; // milliseconds of quiet before the text is looked at

/**
 * `ask` is {check, complete, hover, explain, format}, each about exactly the given text; `changed` hears of every edit,
 * `found` of what was found and of what went wrong.
 */
export function editor(parent, { text, nonce, editable, ask, changed, found }) {
  const readOnly = new Compartment(), scheme = new Compartment();
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ "aria-label": t("ws.editor"), "aria-description": t("ws.key-left"), tabindex: "0" }),
        scheme.of(EditorView.darkTheme.of(dark.matches)),
        readOnly.of([EditorState.readOnly.of(!editable), EditorView.editable.of(true)]),
        lineNumbers(), foldGutter(), codeFolding(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(),
        history(), indentOnInput(), bracketMatching(), closeBrackets(), highlightSelectionMatches(), lintGutter(),
        indentUnit.of("  "), EditorState.tabSize.of(2), EditorView.lineWrapping,
        yaml(), syntaxHighlighting(classHighlighter),
        autocompletion({ override: [offers(ask)], icons: false }),
        hoverTooltip(explains(ask)),
        linter(findings(ask, found), { delay: PAUSE, needsRefresh: listClosed }),
        explained, tools(editable && (() => format(view, ask, found)), () => explain(view, ask, found)),
        keymap.of([
          { key: "Shift-Alt-f", run: () => { if (editable) format(view, ask, found); return true; } },
          { key: "F1", run: () => { explain(view, ask, found); return true; } },
          ...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap,
          ...completionKeymap, ...lintKeymap, indentWithTab,
        ]),
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      ],
    }),
  });
  dark.addEventListener("change", () => view.dispatch({ effects: scheme.reconfigure(EditorView.darkTheme.of(dark.matches)) }));
  return {
    view,
    text: () => view.state.doc.toString(),
    replace(next) {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    goTo(line) {
      const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "start", yMargin: 60 }) });
      view.focus();
    },
    apply: (fix) => apply(view, fix),
  };
}

/** A place of the file (line and column from 1) as an offset into the document. */
function offset(doc, line, column) {
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(at.from + column - 1, at.to);
}

function findings(ask, found) {
  return async (view) => {
    if (completionStatus(view.state)) return current(view.state); // silent while a list is open
    const doc = view.state.doc;
    let told;
    try {
      told = (await ask.check(doc.toString())).findings;
    } catch (error) {
      found({ error });
      return current(view.state);
    }
    found({ findings: told });
    return told.filter((each) => each.file === ask.file()).map((each) => diagnostic(doc, each));
  };
}

/** What is underlined now, where it has moved to since. */
function current(state) {
  const all = [];
  forEachDiagnostic(state, (each, from, to) => all.push({ ...each, from, to }));
  return all;
}

/** The list is put away without a choice: what was not said meanwhile is said now. */
const listClosed = (update) => completionStatus(update.startState) !== null && completionStatus(update.state) === null;

/** The text set in order, with the cursor on the line where it was. */
async function format(view, ask, found) {
  const before = view.state.doc.toString();
  let after;
  try {
    after = (await ask.format(before)).text;
  } catch (error) {
    found({ error });
    return;
  }
  if (after === before || view.state.doc.toString() !== before) return; // somebody typed on
  let from = 0, tail = 0;
  const least = Math.min(before.length, after.length);
  while (from < least && before[from] === after[from]) from += 1;
  while (tail < least - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const { number } = view.state.doc.lineAt(view.state.selection.main.head);
  view.dispatch({ changes: { from, to: before.length - tail, insert: after.slice(from, after.length - tail) } });
  const line = view.state.doc.line(Math.min(number, view.state.doc.lines));
  view.dispatch({ selection: { anchor: line.from + line.text.search(/\S|$/) } });
}

/** What the word at the cursor means, for those who have no pointer. */
async function explain(view, ask, found) {
  const pos = view.state.selection.main.head;
  const line = view.state.doc.lineAt(pos);
  let hover;
  try {
    ({ hover } = await ask.explain(view.state.doc.toString(), line.number, pos - line.from + 1));
  } catch (error) {
    found({ error });
    return;
  }
  explaining(view, hover && { pos: line.from + hover.column - 1, ...hover });
}

function diagnostic(doc, each) {
  const from = offset(doc, each.line, each.column);
  const to = Math.max(offset(doc, each.end_line, each.end_column), Math.min(from + 1, doc.length));
  const title = each.suggestion ? `${each.reason} ${each.suggestion}` : each.reason;
  return {
    from, to,
    severity: each.severity === "note" ? "info" : each.severity,
    source: each.code,
    message: title,
    actions: each.fix ? [{ name: each.fix.title, apply: (view) => apply(view, each.fix) }] : [],
  };
}

function apply(view, fix) {
  const doc = view.state.doc;
  const changes = fix.edits.map((edit) => ({
    from: offset(doc, edit.line, edit.column), to: offset(doc, edit.end_line, edit.end_column), insert: edit.text,
  }));
  view.dispatch({ changes });
  view.focus();
}

function offers(ask) {
  return async (context) => {
    const word = context.matchBefore(/[\w.:/-]*/);
    if (!context.explicit && word.from === word.to && !/[{[,:-] $|[=!]= ?"?$|^\s*$/.test(before(context))) return null;
    // Else a late "nothing" about an older text ends the wait for this one's offers.
    context.addEventListener("abort", () => {}, { onDocChange: true });
    const line = context.state.doc.lineAt(context.pos);
    let items;
    try {
      ({ items } = await ask.complete(context.state.doc.toString(), line.number, context.pos - line.from + 1));
    } catch {
      return null; // one can write without; what is wrong with the server is said by the check
    }
    if (context.aborted || !items.length) return null;
    const from = line.from + items[0].column - 1;
    return {
      from,
      options: items.filter((item) => line.from + item.column - 1 === from).map((item, place) => ({
        label: item.label,
        apply: item.insert,
        detail: item.detail || item.kind,
        info: item.doc || undefined,
        boost: -place / 1000,
      })),
      filter: false,
    };
  };
}

const before = (context) => {
  const line = context.state.doc.lineAt(context.pos);
  return line.text.slice(0, context.pos - line.from);
};

function explains(ask) {
  return async (view, pos) => {
    const line = view.state.doc.lineAt(pos);
    // What cannot be asked is not explained: a pointer that rests is no question, and the check says what is wrong.
    const { hover } = await ask.hover(view.state.doc.toString(), line.number, pos - line.from + 1).catch(() => ({}));
    if (!hover) return null;
    const from = line.from + hover.column - 1;
    return {
      pos: from, end: from + hover.length, above: true,
      create: () => ({ dom: titled(hover) }),
    };
  };
}

