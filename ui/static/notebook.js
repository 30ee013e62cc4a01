// The notebook: quotes that were kept, in the pane on the right, with remarks; exported as Word, Markdown or a web page.
import { notice, on } from "./actions.js";
import { button, download, element, fileName } from "./elements.js";
import { read, write } from "./store.js";
import { flat } from "./turn_actions.js";
import { close as closeViewer, openedBy } from "./viewer.js";

const viewer = document.getElementById("viewer");
const KINDS = { docx: "Word", md: "Markdown", html: "Web page" };
const DOTS = { confident: "●●●", likely: "●●○", unsure: "●○○" };
const UNDO_MS = 30_000;
const UNTITLED = "Notebook";

export function start() {
  on("keep", keep);
  on("notebook", (opener) => (isOpen() ? closeViewer() : open(opener)));
  on("remove-note", (pressed) => removed(pressed, Date.now()));
  on("undo-remove", (pressed) => removed(pressed, undefined));
  on("export-notes", (pressed) => save(pressed.dataset.kind));
  viewer.addEventListener("input", ({ target }) => {
    if (target.matches("[data-title]")) store({ ...book(), title: target.value });
    if (target.matches("[data-remark]")) change(target.closest("li").dataset.id, { remark: target.value });
  });
  document.addEventListener("click", ({ target }) => {
    for (const menu of viewer.querySelectorAll(".notes-menu[open]")) if (!menu.contains(target)) menu.open = false;
  });
  addEventListener("storage", (event) => event.key === "quoth.notebook" && mark());
  new MutationObserver(mark).observe(document.getElementById("log"), { childList: true });
  new MutationObserver(mark).observe(viewer, { childList: true });
  purge();
  mark();
}

function book() {
  return { title: "", notes: [], ...read("notebook", {}) };
}

function standing() {
  return book().notes.filter(({ removed }) => !removed);
}

function store(news) {
  if (write("notebook", news)) return true;
  notice("This browser has no room left for the notebook.");
  return false;
}

function change(id, news) {
  store({ ...book(), notes: book().notes.map((note) => (note.id === id ? { ...note, ...news } : note)) });
}

function isOpen() {
  return !viewer.hidden && Boolean(viewer.querySelector("[data-notebook]"));
}

// Keeps an answer, or takes it out again.
function keep(pressed) {
  const turn = pressed.closest("[data-record]") ?? viewer.querySelector("[data-record]");
  const id = turn.dataset.turn;
  const { notes, ...others } = book();
  const rest = notes.filter((note) => note.id !== id);
  const known = notes.some((note) => note.id === id && !note.removed);
  const note = { id, record: JSON.parse(turn.dataset.record), remark: "", at: Date.now() };
  if (!store({ ...others, notes: known ? rest : [...rest, note] })) return;
  mark();
  if (isOpen()) open();
}

// Says on every answer and in the header what is kept.
function mark() {
  const kept = new Set(standing().map(({ id }) => id));
  for (const one of document.querySelectorAll("[data-do=keep]")) {
    const turn = one.closest("[data-record]") ?? viewer.querySelector("[data-record]");
    const pressed = kept.has(turn?.dataset.turn);
    if (one.ariaPressed === String(pressed)) continue;
    one.ariaPressed = String(pressed);
    one.textContent = pressed ? "In notebook" : "Keep in notebook";
  }
  for (const opener of document.querySelectorAll("[data-do=notebook]")) {
    opener.querySelector("[data-kept]").textContent = kept.size || "";
    opener.setAttribute("aria-expanded", String(isOpen()));
  }
}

function purge() {
  const { notes, ...others } = book();
  const left = notes.filter(({ removed }) => !removed || Date.now() - removed < UNDO_MS);
  if (left.length < notes.length) store({ ...others, notes: left });
}

function open(opener) {
  if (opener) openedBy(opener);
  viewer.setAttribute("aria-label", "Notebook");
  viewer.hidden = false;
  document.body.classList.add("reading");
  viewer.replaceChildren(head(), element("ol", { className: "paper notes", tabIndex: 0 }, ...book().notes.map(entry)));
  viewer.querySelector(".notes").dataset.notebook = "";
  if (!book().notes.length) viewer.querySelector(".notes").replaceWith(nothing());
  if (opener) viewer.querySelector("h2").focus({ preventScroll: true });
  check();
}

function nothing() {
  const words = element("div", { className: "paper" }, element("p", { className: "nothing", textContent: "Keep a quote and it stands here." }));
  words.dataset.notebook = "";
  return words;
}

function head() {
  const title = element("input", { value: book().title, placeholder: UNTITLED, maxLength: 200 });
  title.dataset.title = "";
  title.setAttribute("aria-label", "Title of the notebook");
  const menu = element("details", { className: "notes-menu" }, element("summary", { className: "button lined", textContent: "Export" }));
  menu.append(element("div", {}, ...Object.entries(KINDS).map(([kind, words]) => kindButton(kind, words))));
  menu.hidden = !standing().length;
  const named = element("h2", { tabIndex: -1, className: "unseen", textContent: UNTITLED });
  const closing = button("close-viewer", "Close", { className: "close" });
  return element("header", { className: "about notes-about" }, named, title, menu, closing, element("p", { className: "facts", textContent: summary() }));
}

function kindButton(kind, words) {
  const made = button("export-notes", words);
  made.dataset.kind = kind;
  return made;
}

function summary() {
  const notes = standing();
  const documents = new Set(notes.map(({ record }) => record.citations[0]?.path)).size;
  return notes.length ? `${counted(notes.length, "quote")} from ${counted(documents, "document")}` : "";
}

function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function entry(note) {
  const item = element("li", {});
  item.dataset.id = note.id;
  if (note.removed) {
    item.className = "deleted";
    item.append(element("span", {}, "Removed “", element("bdi", { textContent: flat(note.record.text).slice(0, 60) }), "”"), button("undo-remove", "Undo"));
    return item;
  }
  const { record } = note;
  const [first] = record.citations;
  const remark = element("textarea", { value: note.remark, rows: 1, placeholder: "Your remark", maxLength: 5000 });
  remark.dataset.remark = "";
  remark.setAttribute("aria-label", `Your remark on ${flat(record.text).slice(0, 60)}`);
  const removing = button("remove-note", "Remove");
  removing.setAttribute("aria-label", `Remove ${flat(record.text).slice(0, 60)}`);
  item.append(
    element("p", { className: "asked-note" }, element("bdi", { textContent: record.question })),
    quoted(record, first),
    source(first, record),
    element("p", { className: "fate", hidden: true }),
    element("div", { className: "own" }, remark, removing),
  );
  return item;
}

function quoted(record, first) {
  const words = element("blockquote", { dir: "auto" });
  if (first.table) {
    words.append(element("mark", { textContent: flat(record.text) }), " ", element("span", { className: "place", textContent: first.table.place }));
    return words;
  }
  const [before, quote, after] = first.marked ?? ["", record.text, ""];
  words.append(before.replace(/\s+/g, " "), element("mark", { textContent: flat(quote) }), after.replace(/\s+/g, " "));
  return words;
}

function source(first, record) {
  const link = element("a", { href: first.address, className: "chip" }, element("bdi", { textContent: flat(first.title) }));
  if (first.page) link.append(" ", element("span", { textContent: `page ${first.page}` }));
  if (first.date) link.append(" ", element("span", { textContent: `${first.dated ?? ""} ${first.date}`.trim() }));
  const line = element("p", { className: "from" }, link);
  if (!record.confidence) return line;
  const word = record.confidence[0].toUpperCase() + record.confidence.slice(1);
  const dots = element("i", { textContent: DOTS[record.confidence] });
  dots.setAttribute("aria-hidden", "true");
  line.append(" ", element("span", { className: `certain ${record.confidence}`, title: `${Math.floor(100 * record.probability + 1e-9)}%` }, dots, ` ${word}`));
  return line;
}

function removed(pressed, when) {
  const item = pressed.closest("li");
  const { id } = item.dataset;
  change(id, { removed: when });
  const fresh = entry(book().notes.find((note) => note.id === id));
  item.replaceWith(fresh);
  fresh.querySelector("button").focus();
  told();
  if (when) setTimeout(() => (purge(), isOpen() && fresh.isConnected && fresh.matches(".deleted") && fresh.remove()), UNDO_MS + 100);
}

function told() {
  mark();
  viewer.querySelector(".facts").textContent = summary();
  viewer.querySelector(".notes-menu").hidden = !standing().length;
}

// Asks whether the quotes still stand in their documents, and says so where they do not.
async function check() {
  const notes = standing();
  if (!notes.length) return;
  const citations = notes.map(({ record: { citations: [first] } }) => first && { path: first.path, quote: first.quote ?? "", start: first.start, end: first.end, document_sha256: first.document_sha256 ?? "" });
  const response = await fetch("ui/notebook/check", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ citations }),
  }).catch(() => null);
  if (!response?.ok || !isOpen()) return;
  let toLookAt = 0;
  for (const [at, became] of (await response.json()).entries()) {
    const line = viewer.querySelector(`[data-id="${CSS.escape(notes[at].id)}"] .fate`);
    if (!became || !line) continue;
    line.hidden = false;
    line.replaceChildren(became.words, " ");
    if (became.href) line.append(element("a", { href: became.href, textContent: "Look" }));
    toLookAt += became.state === "changed" || became.state === "gone";
  }
  if (toLookAt) viewer.querySelector(".facts").append(" · ", element("b", { textContent: `${toLookAt} to look at` }));
}

async function save(kind) {
  const { title } = book();
  const notes = standing().map(({ record, remark }) => ({ ...record, remark }));
  const saved = await download(`ui/notebook/export.${kind}`, { title: title || UNTITLED, notes }, fileName(title || UNTITLED, kind));
  if (!saved) notice("The server could not make the file.");
  viewer.querySelector(".notes-menu").open = false;
}
