// The simulated phone. The server sends the whole phone after every change; this page draws it and acts on it.

const TEXTS = {
  en: {
    settings: "Settings", messages: "Messages", attach: "Attach", message: "Message", send: "Send", close: "Close",
    no_chat: "No messages yet. Say hello, as a customer would.", gone: "The connection to the sandbox is lost. Trying again…",
    failed_load: "The sandbox does not answer. Is it running?", no_business: "This sandbox has no business to write to.",
    window_closed: "24-hour window closed", online: "simulated business", typing: "typing…",
    hidden: "hides the phone number (username {username})", speaks_en: "writes English", speaks_sw: "writes Kiswahili",
    pay: "Do you want to pay KES {amount} to {merchant} account no. {account}?", other_phone: "On the phone {msisdn}",
    seconds_left: "{seconds} s left.", no_sms: "No messages from M-PESA yet.", share_location: "Send location",
    share_image: "Send a picture", share_voice: "Send a voice note", share_contact: "Send my number as a contact",
    location: "Location", picture: "Picture", audio: "Voice note", video: "Video", document: "Document", sticker: "Sticker",
    contact: "Contact", unsupported: "Unsupported message", not_delivered: "not delivered", sending: "sending",
    accepted: "accepted", sent: "sent", delivered: "delivered", read: "read", today: "Today", yesterday: "Yesterday",
    banner: "Simulated provider", banner_more: "No real WhatsApp or M-Pesa. Nothing is sent, no money moves.",
    opens_tab: "opens in a new tab",
  },
  sw: {
    settings: "Mipangilio", messages: "Ujumbe", attach: "Ambatisha", message: "Andika ujumbe", send: "Tuma", close: "Funga",
    no_chat: "Hakuna ujumbe bado. Salimia, kama mteja.", gone: "Mawasiliano na sandbox yamekatika. Inajaribu tena…",
    failed_load: "Sandbox haijibu. Je, inafanya kazi?", no_business: "Sandbox hii haina biashara ya kuandikia.",
    window_closed: "Saa 24 zimeisha", online: "biashara ya majaribio", typing: "anaandika…",
    hidden: "ameficha namba ya simu (jina {username})", speaks_en: "anaandika Kiingereza", speaks_sw: "anaandika Kiswahili",
    pay: "Je, unataka kulipa KES {amount} kwa {merchant} akaunti namba {account}?", other_phone: "Kwenye simu {msisdn}",
    seconds_left: "Sekunde {seconds} zimebaki.", no_sms: "Hakuna ujumbe wa M-PESA bado.", share_location: "Tuma mahali ulipo",
    share_image: "Tuma picha", share_voice: "Tuma sauti", share_contact: "Tuma namba yangu",
    location: "Mahali", picture: "Picha", audio: "Sauti", video: "Video", document: "Faili", sticker: "Stika",
    contact: "Namba", unsupported: "Ujumbe usiojulikana", not_delivered: "haukufika", sending: "unatumwa",
    accepted: "umepokelewa", sent: "umetumwa", delivered: "umefika", read: "umesomwa", today: "Leo", yesterday: "Jana",
    banner: "Mtoa huduma wa majaribio", banner_more: "Si WhatsApp wala M-Pesa halisi. Hakuna pesa inayolipwa.",
    opens_tab: "inafunguka kwingine",
    who: "Nani anaandika", customer: "Mteja", business: "Biashara", page_language: "Lugha ya ukurasa", clock: "Saa",
    now: "Sasa:", plus_15m: "+dk 15", plus_1h: "+saa 1", plus_1d: "+siku 1", tomorrow_9: "Kesho 9:00",
    trouble: "Leta matatizo", trouble_hint: "Inamhusu mteja huyu mpaka uifute.", next_payment: "Malipo yaishe na",
    as_i_answer: "Jibu langu", code_1: "1 · pesa hazitoshi", code_1032: "1032 · imekataliwa", code_1037: "1037 · hakuna jibu",
    code_2001: "2001 · PIN si sahihi", code_1001: "1001 · laini ina shughuli", code_1025: "1025 · haikutumwa",
    code_26: "26 · mfumo una shughuli", callback: "Taarifa ya malipo", arrives: "Inafika", never: "Haifiki kamwe",
    late: "Inachelewa sekunde 20", twice: "Inafika mara mbili", late_success: "Inafaulu baada ya muda kuisha",
    arrive: "Unafika", fail: "Haufiki (131026)", webhooks_twice: "Kila webhook mara mbili",
    reorder: "Hali bila mpangilio", clear: "Futa", loading: "Simu inafunguka…", enter_pin: "Weka M-PESA PIN",
    pin_hint: "PIN ya majaribio ni 1234.", cancel: "Ghairi", mpesa: "M-PESA", sms_title: "Ujumbe kutoka M-PESA",
  },
};

const get = (id) => document.getElementById(id);
const root = document.querySelector(".phone");
const page = { state: null, phone: null, stream: null, drawn: new Map(), smsSeen: null, prompt: "", ahead: 0, moved: 0, loaded: "", pinned: true };
let language = "en";
const original = new Map();

function t(key, values = {}) {
  const template = TEXTS[language][key] ?? original.get(key) ?? TEXTS.en[key] ?? key;
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function translate() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-t]")) {
    if (!original.has(element.dataset.t)) original.set(element.dataset.t, element.textContent);
    element.textContent = t(element.dataset.t);
  }
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

function icon(path, className = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", className.startsWith("ticks") ? "0 0 18 12" : "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  if (className) svg.setAttribute("class", className);
  const line = document.createElementNS(svg.namespaceURI, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

// ---- talking to the control API

async function call(method, path, body) {
  const answer = await fetch(`/control/${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) {
    let reason = text;
    try { reason = JSON.parse(text).error ?? text; } catch { /* a plain text answer is its own reason */ }
    throw new Error(reason);
  }
  return JSON.parse(text);
}

async function act(method, path, body) {
  try {
    const answer = await call(method, path, body);
    problem("");
    return answer;
  } catch (error) {
    problem(error.message);
    return null;
  }
}

function problem(text) {
  get("problem").textContent = text;
  get("problem").hidden = !text;
}

const customer = () => get("customer").value;
const business = () => get("business").value;
const sendMessage = (fields) => act("POST", `customers/${customer()}/messages`, { business: business(), ...fields });
const tap = (message, choice) => act("POST", `customers/${customer()}/taps`, { business: business(), message, choice });

// ---- what the phone shows

function clockTime(iso) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: page.state.zone }).format(new Date(iso));
}

function dayName(iso) {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: page.state.zone });
  const day = format.format(new Date(iso));
  const now = new Date(page.phone.now);
  if (day === format.format(now)) return t("today");
  if (day === format.format(new Date(now - 86400000))) return t("yesterday");
  return new Intl.DateTimeFormat(language === "sw" ? "sw-KE" : "en-GB", { dateStyle: "medium", timeZone: page.state.zone }).format(new Date(iso));
}

// Text with *bold*, _italic_ and links, as WhatsApp draws it.
function words(text) {
  const holder = make("div", { class: "words", "data-testid": "bubble-text" });
  const pattern = /(https?:\/\/[^\s]+[^\s.,;:!?)])|\*([^*\n]+)\*|_([^_\n]+)_/g;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    holder.append(text.slice(from, match.index));
    if (match[1]) holder.append(make("a", { href: match[1], target: "_blank", rel: "noopener noreferrer" }, match[1]));
    else holder.append(make(match[2] ? "strong" : "em", {}, match[2] ?? match[3]));
    from = match.index + match[0].length;
  }
  holder.append(text.slice(from));
  return holder;
}

function ticks(bubble) {
  if (bubble.status === "failed") return make("span", { class: "failed" }, t("not_delivered"));
  if (bubble.author !== "customer") return null;
  const double = bubble.status === "delivered" || bubble.status === "read";
  const label = t(bubble.status === "pending" ? "sending" : bubble.status);
  const mark = icon(double ? "M1 6.500 4.500 10 11 2M7.500 9l1 1L15 2" : "M3 6.500 6.500 10 13 2", `ticks ${bubble.status}`);
  return make("span", { title: label }, mark, make("span", { class: "away" }, label));
}

function media(content) {
  const source = content.id ? `/control/media/${content.id}` : content.link;
  const kind = content.media;
  if (kind === "image" || kind === "sticker") {
    const picture = make("img", { class: "picture", src: source, alt: t(kind === "image" ? "picture" : "sticker") });
    picture.addEventListener("load", () => { if (page.pinned) get("chat").scrollTop = get("chat").scrollHeight; });
    return picture;
  }
  const link = make("a", { class: "link", href: source, target: "_blank", rel: "noopener noreferrer" }, content.filename || t(kind));
  return make("div", { class: "file" }, icon("M7 3h7l4 4v14H7zM14 3v4h4"), link);
}

function middle(bubble) {
  const { kind, content } = bubble;
  const parts = [];
  if (content.header?.text) parts.push(make("p", { class: "head" }, content.header.text));
  else if (content.header?.media) parts.push(media(content.header));
  if (kind === "media") parts.push(media(content));
  if (kind === "location") {
    const name = content.name || t("location");
    const href = `https://www.openstreetmap.org/?mlat=${content.latitude}&mlon=${content.longitude}#map=16/${content.latitude}/${content.longitude}`;
    parts.push(make("div", { class: "place" }, icon("M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11zM12 8v4M10 10h4"),
      make("a", { class: "link", href, target: "_blank", rel: "noopener noreferrer" }, content.address ? `${name}, ${content.address}` : name)));
  }
  for (const card of content.cards ?? []) parts.push(make("p", {}, `${card.name} · ${card.phones.join(", ")}`));
  if (kind === "unsupported") parts.push(make("p", { class: "foot" }, t("unsupported")));
  if (content.text) parts.push(words(content.text));
  if (content.footer) parts.push(make("p", { class: "foot" }, content.footer));
  return parts;
}

function actions(bubble) {
  const { kind, content } = bubble;
  if (bubble.author !== "business") return null;
  const buttons = [];
  if (kind === "buttons" || kind === "template") {
    for (const one of content.buttons) {
      buttons.push(make("button", { type: "button", "data-testid": "reply-button", "data-choice": one.id, onclick: () => tap(bubble.id, one.id) }, one.title));
    }
  } else if (kind === "list") {
    buttons.push(make("button", { type: "button", "data-testid": "list-open", "aria-haspopup": "dialog", onclick: () => openList(bubble) }, content.button));
  } else if (kind === "cta_url") {
    buttons.push(make("a", { href: content.url, target: "_blank", rel: "noopener noreferrer", "data-testid": "cta-link" },
      content.label, make("span", { class: "away" }, ` (${t("opens_tab")})`)));
  } else if (kind === "location_request") {
    buttons.push(make("button", { type: "button", "data-testid": "share-location", onclick: () => shareLocation(bubble.id) }, t("share_location")));
  } else if (kind === "flow") {
    buttons.push(make("button", { type: "button", disabled: true }, content.label));
  }
  return buttons.length ? make("div", { class: "actions" }, ...buttons) : null;
}

function quote(bubble) {
  const other = page.phone.bubbles.find((one) => one.id === bubble.reply_to);
  return other ? make("p", { class: "quote" }, other.content.text || t(other.content.media ?? other.kind)) : null;
}

function draw(bubble) {
  const choices = actions(bubble);
  const time = make("time", { datetime: bubble.at }, clockTime(bubble.at));
  const body = make("div", { class: "body" }, quote(bubble), ...middle(bubble), make("p", { class: "meta" }, time, ticks(bubble)));
  const item = make("li", {
    class: `bubble ${bubble.author}${choices ? " has-actions" : ""}${bubble.reactions.length ? " reacted" : ""}`,
    "data-testid": "bubble", "data-author": bubble.author, "data-kind": bubble.kind, "data-status": bubble.status, "data-id": bubble.id,
  }, body, choices);
  if (bubble.reactions.length) item.append(make("span", { class: "reaction", "data-testid": "reaction" }, bubble.reactions.join("")));
  return item;
}

// Bubbles are drawn anew when their ticks change: whoever had tabbed to one of their buttons stays there.
function keepFocus(list) {
  const held = document.activeElement;
  const id = list.contains(held) ? held.closest("[data-id]")?.dataset.id : undefined;
  const controls = () => [...(list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.querySelectorAll("button, a") ?? [])];
  const place = id ? controls().indexOf(held) : -1;
  return () => {
    if (place >= 0 && document.activeElement !== held) controls()[place]?.focus({ preventScroll: true });
  };
}

// What can be pressed stays the same button, unless it is another one now: else a press while ticks change is lost.
function renewed(old, fresh) {
  const [had, has] = [old, fresh].map((item) => item.querySelector(".actions")?.outerHTML);
  if (had !== has) {
    old.replaceWith(fresh);
    return fresh;
  }
  old.className = fresh.className;
  Object.assign(old.dataset, fresh.dataset);
  old.querySelector(".body").replaceWith(fresh.querySelector(".body"));
  old.querySelector(":scope > .reaction")?.remove();
  old.append(...fresh.querySelectorAll(":scope > .reaction"));
  return old;
}

function drawBubbles(bubbles) {
  const list = get("bubbles");
  const chat = get("chat");
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  const restoreFocus = keepFocus(list);
  const wanted = [];
  let day = "";
  for (const bubble of bubbles) {
    const name = dayName(bubble.at);
    if (name !== day) wanted.push([`day ${name}`, "", () => make("li", { class: "day" }, name)]);
    day = name;
    wanted.push([bubble.id, `${bubble.revision} ${language}`, () => draw(bubble)]);
  }
  const kept = new Map();
  let place = list.firstElementChild;
  for (const [key, stamp, build] of wanted) {
    const known = page.drawn.get(key);
    const element = !known ? build() : known.stamp === stamp ? known.element : renewed(known.element, build());
    if (known && place === known.element) place = element;
    if (element === place) place = place.nextElementSibling;
    else list.insertBefore(element, place);
    kept.set(key, { stamp, element });
  }
  for (const [key, { element }] of page.drawn) if (!kept.has(key)) element.remove();
  restoreFocus();
  const grew = kept.size !== page.drawn.size;
  page.drawn = kept;
  page.pinned = atEnd || grew;
  if (page.pinned) chat.scrollTop = chat.scrollHeight;
}

function drawPhone(phone) {
  const first = page.loaded !== `${phone.customer.id} ${phone.business.id}`;
  page.loaded = `${phone.customer.id} ${phone.business.id}`;
  page.phone = phone;
  root.dataset.state = "ready";
  get("loading").hidden = true;
  get("empty").hidden = phone.bubbles.length > 0;
  get("empty").textContent = t("no_chat");
  get("title").textContent = phone.business.name;
  get("avatar").textContent = phone.business.name.slice(0, 1);
  get("subtitle").textContent = phone.typing ? t("typing") : !phone.window_open && phone.bubbles.length ? t("window_closed") : t("online");
  get("balance").textContent = `KES ${phone.balance.toLocaleString("en-KE")}`;
  get("typing").hidden = !phone.typing;
  get("about-customer").textContent = about(phone.customer);
  drawBubbles(phone.bubbles);
  if (phone.typing) get("chat").scrollTop = get("chat").scrollHeight;
  setClock(phone.now);
  drawPrompt(phone.prompts[0]);
  drawSms(phone.sms, first);
}

function about(person) {
  const number = `+${person.msisdn.replace(/^(\d{3})(\d{3})(\d{3})(\d{3})$/, "$1 $2 $3 $4")}`;
  const hidden = person.shares_phone ? "" : ` · ${t("hidden", { username: person.username })}`;
  return `${number} · ${t(person.language === "sw" ? "speaks_sw" : "speaks_en")}${hidden}`;
}

// A clock only moves forward: a view drawn before a move may arrive after the move's own answer.
function setClock(iso) {
  const now = Date.parse(iso);
  if (now >= page.moved) page.ahead = now - Date.now();
  drawClock();
}

function drawClock() {
  if (!page.phone) return;
  const now = new Date(Date.now() + page.ahead);
  get("now").dateTime = now.toISOString();
  get("now").textContent = new Intl.DateTimeFormat(language === "sw" ? "sw-KE" : "en-GB", {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: page.state.zone,
  }).format(now);
  const prompt = page.phone.prompts[0];
  if (prompt) {
    const left = Math.max(0, Math.round((new Date(prompt.expires_at) - now) / 1000));
    get("stk-left").textContent = t("seconds_left", { seconds: left });
  }
}

// Moves queue up: on the way to tomorrow everything that falls due is done first, and a second tap means a second day.
let moves = Promise.resolve();
let moving = 0;
function moveClock(by) {
  moving += 1;
  get("clock-card").setAttribute("aria-busy", "true");
  moves = moves.then(() => act("POST", "clock", by)).then((moved) => {
    moving -= 1;
    if (moved) {
      page.moved = Date.parse(moved.now);
      setClock(moved.now);
    }
    if (!moving) get("clock-card").setAttribute("aria-busy", "false");
  });
}

// ---- the SIM toolkit prompt and M-PESA's messages

function drawPrompt(prompt) {
  const shown = get("stk");
  shown.hidden = !prompt;
  for (const part of [".bar", ".chat", ".composer"]) root.querySelector(part).inert = Boolean(prompt);
  if (!prompt) {
    if (page.prompt) get("text").focus();
    page.prompt = "";
    return;
  }
  get("stk-text").textContent = t("pay", { amount: prompt.amount.toLocaleString("en-KE"), merchant: prompt.merchant, account: prompt.account });
  get("stk-whose").hidden = prompt.mine;
  get("stk-whose").textContent = t("other_phone", { msisdn: `+${prompt.msisdn}` });
  if (page.prompt !== prompt.id) {
    page.prompt = prompt.id;
    get("sheet").close();
    get("sms").close();
    get("pin").value = "";
    get("pin").focus();
  }
}

async function answerPrompt(answer) {
  const id = page.prompt;
  if (id) await act("POST", `prompts/${encodeURIComponent(id)}`, answer);
}

function drawSms(messages, first) {
  const list = get("sms-list");
  list.replaceChildren(...(messages.length
    ? [...messages].reverse().map((sms) => make("li", { "data-testid": "sms" }, sms.text, make("time", { datetime: sms.at }, clockTime(sms.at))))
    : [make("li", {}, t("no_sms"))]));
  const latest = messages.at(-1)?.id ?? "";
  if (!first && latest && latest !== page.smsSeen) toast(messages.at(-1).text);
  page.smsSeen = latest;
}

let toastEnds = 0;
function toast(text) {
  get("toast").replaceChildren(make("strong", {}, "M-PESA"), text);
  get("toast").hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => { get("toast").hidden = true; }, 7000);
}

// ---- sheets

function openSheet(title, ...content) {
  get("sheet-title").textContent = title;
  get("sheet-body").replaceChildren(...content);
  get("sheet").show();
  get("sheet-body").querySelector("button")?.focus();
}

function row(title, description, testid, choose, choice) {
  return make("button", { type: "button", class: "row", "data-testid": testid, "data-choice": choice, onclick: () => { get("sheet").close(); choose(); } },
    make("span", {}, title), description ? make("span", {}, description) : null);
}

function openList(bubble) {
  const parts = [];
  for (const section of bubble.content.sections) {
    if (section.title) parts.push(make("p", { class: "section-title" }, section.title));
    for (const one of section.rows) parts.push(row(one.title, one.description, "list-row", () => tap(bubble.id, one.id), one.id));
  }
  openSheet(bubble.content.button, ...parts);
}

const PLACE = { kind: "location", latitude: -1.286389, longitude: 36.817223, name: "Nairobi CBD" };
const shareLocation = (replyTo = "") => sendMessage({ ...PLACE, reply_to: replyTo });

function openAttach() {
  const me = page.phone.customer;
  openSheet(t("attach"),
    row(t("share_location"), "", "attach-location", () => shareLocation()),
    row(t("share_image"), "", "attach-image", () => sendMessage({ kind: "image" })),
    row(t("share_voice"), "", "attach-voice", () => sendMessage({ kind: "audio", voice: true })),
    row(t("share_contact"), `+${me.msisdn}`, "attach-contact", () => sendMessage({ kind: "contacts", contact_name: me.name, contact_phone: `+${me.msisdn}` })));
}

// ---- trouble

const CALLBACKS = { drop: { drop_callback: true }, late: { callback_delay: 20 }, twice: { callback_copies: 1 }, late_success: { late_success: 10, force_result: 1037 } };
const MESSAGES = { fail: { status_error: 131026 }, twice: { webhook_copies: 1 }, reorder: { reorder_statuses: true } };

// Show in the form what holds for the customer, who may have been chosen before. What is chosen meanwhile counts for more.
let shown = 0;
async function recallScenario() {
  const asked = (shown += 1);
  const chosen = await act("GET", `scenario/${customer()}`);
  if (!chosen || asked !== shown) return;
  const holds = (fields) => Object.keys(fields).every((name) => chosen[name] === fields[name]);
  const name = (table) => Object.keys(table).find((key) => holds(table[key])) ?? "";
  const form = get("scenario").elements;
  form.callback.value = name(CALLBACKS);
  form.messages.value = name(MESSAGES);
  form.payment.value = form.callback.value === "late_success" ? "" : String(chosen.force_result ?? "");
}

// One choice after the other: each clears what held before it.
let choosing = Promise.resolve();
function keepScenario(fields) {
  const path = `scenario/${customer()}`;
  shown += 1;
  choosing = choosing
    .then(() => act("DELETE", path))
    .then(() => Object.keys(fields).length && act("PUT", path, fields));
}

function chooseScenario() {
  const form = new FormData(get("scenario"));
  const payment = form.get("payment");
  keepScenario({ ...CALLBACKS[form.get("callback")], ...MESSAGES[form.get("messages")], ...(payment ? { force_result: Number(payment) } : {}) });
}

// ---- starting

function follow() {
  page.stream?.close();
  page.drawn.clear();
  get("bubbles").replaceChildren();
  get("sheet").close();
  page.loaded = "";
  root.dataset.state = "loading";
  get("loading").hidden = false;
  get("empty").hidden = true;
  recallScenario();
  localStorage.setItem("phone", JSON.stringify({ customer: customer(), business: business() }));
  const stream = new EventSource(`/control/customers/${customer()}/events?business=${business()}`);
  stream.addEventListener("phone", (event) => {
    if (get("problem").textContent === t("gone")) problem("");
    drawPhone(JSON.parse(event.data));
  });
  stream.addEventListener("error", () => {
    root.dataset.state = "error";
    page.moved = 0; // a server that starts again starts at the machine's own time
    problem(t("gone"));
  });
  page.stream = stream;
}

function remembered() {
  const query = new URLSearchParams(location.search);
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem("phone") ?? "{}"); } catch { /* a broken note is no note */ }
  return { customer: query.get("customer") ?? kept.customer, business: query.get("business") ?? kept.business };
}

function fill(select, options, chosen) {
  select.replaceChildren(...options.map((one) => make("option", { value: one.id }, one.name)));
  if (options.some((one) => one.id === chosen)) select.value = chosen;
}

function setLanguage(code) {
  language = TEXTS[code] ? code : "en";
  get("language").value = language;
  localStorage.setItem("language", language);
  translate();
  if (page.phone) drawPhone(page.phone);
}

function listen() {
  get("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = get("text").value;
    if (!text.trim()) return;
    get("text").value = "";
    if (!(await sendMessage({ text }))) get("text").value = text;
  });
  get("attach").addEventListener("click", openAttach);
  get("money").addEventListener("click", () => { get("toast").hidden = true; get("sms").show(); get("sms").querySelector("button").focus(); });
  get("customer").addEventListener("change", follow);
  get("business").addEventListener("change", follow);
  get("language").addEventListener("change", (event) => setLanguage(event.target.value));
  get("scenario").addEventListener("change", chooseScenario);
  get("scenario").addEventListener("reset", () => keepScenario({}));
  for (const button of document.querySelectorAll(".moves button")) {
    button.addEventListener("click", () => moveClock(button.dataset.to ? { to: button.dataset.to } : { seconds: Number(button.dataset.seconds) }));
  }
  get("stk-form").addEventListener("submit", (event) => {
    event.preventDefault();
    answerPrompt({ action: "pin", pin: get("pin").value });
  });
  get("stk-cancel").addEventListener("click", () => answerPrompt({ action: "cancel" }));
  get("toast").addEventListener("click", () => { get("toast").hidden = true; });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (page.prompt) answerPrompt({ action: "cancel" });
    get("sheet").close();
    get("sms").close();
  });
  setInterval(drawClock, 1000);
}

function giveUp(reason) {
  root.dataset.state = "error";
  get("loading").hidden = true;
  for (const part of [".bar", ".composer"]) root.querySelector(part).inert = true;
  get("text").disabled = true;
  problem(reason);
}

async function start() {
  if (matchMedia("(max-width: 820px)").matches) get("who").open = false;
  listen();
  translate();
  setLanguage(new URLSearchParams(location.search).get("lang") ?? localStorage.getItem("language") ?? "en");
  try {
    page.state = await call("GET", "state");
  } catch {
    giveUp(t("failed_load"));
    setTimeout(() => location.reload(), 3000);
    return;
  }
  if (!page.state.businesses.length || !page.state.customers.length) {
    giveUp(t("no_business"));
    return;
  }
  const chosen = remembered();
  fill(get("customer"), page.state.customers, chosen.customer);
  fill(get("business"), page.state.businesses, chosen.business);
  get("clock-card").hidden = !page.state.can_move_clock;
  follow();
}

start();
