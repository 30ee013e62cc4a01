// The list of conversations beside the open one: named by their first question, searched, renamed, deleted and had back.
import { notice, on } from "./actions.js";
import * as archive from "./archive.js";
import { button, download, element, fileName } from "./elements.js";
import { read, write } from "./store.js";

const aside = document.getElementById("conversations");
const list = aside.querySelector("[data-list]");
const search = aside.querySelector("[data-find-conversation]");
const viewer = document.getElementById("viewer");
const wide = matchMedia("(min-width: 1200px)"); // there is room for the list beside the conversation
const wider = matchMedia("(min-width: 1400px)"); // and beside a source too
const KINDS = { docx: "Word", md: "Markdown", html: "web page" };
let show; // shows a conversation: its turns

export function start(showConversation) {
  show = showConversation;
  archive.purge();
  on("conversations", () => toggle(!isOpen()));
  on("open-conversation", (pressed) => turnTo(pressed.closest("li").dataset.id));
  on("new-conversation", begin);
  on("rename", rename);
  on("delete-conversation", remove);
  on("undo-delete", restore);
  on("export", (pressed) => save(pressed, pressed.closest("li").dataset.id));
  search.addEventListener("input", refresh);
  aside.addEventListener("keydown", (event) => event.key === "Escape" && !event.target.matches("input") && !hasRoom() && toggle(false));
  addEventListener("storage", refresh); // another tab changed something
  new MutationObserver(fit).observe(viewer, { attributes: true, attributeFilter: ["hidden"] });
  for (const width of [wide, wider]) width.addEventListener("change", fit);
  document.addEventListener("quoth:kept", refresh);
  document.addEventListener("click", closeMenus);
  const waiting = Math.max(0, ...archive.all().map(({ deleted }) => (deleted ? deleted + archive.UNDO_MS - Date.now() : 0)));
  if (waiting) setTimeout(forget, waiting + 100);
  fit();
  refresh();
}

function hasRoom() {
  return (viewer.hidden ? wide : wider).matches;
}

function isOpen() {
  return document.body.classList.contains("listing");
}

function setOpen(open) {
  document.body.classList.toggle("listing", open);
  document.querySelector(".tools [data-do=conversations]").setAttribute("aria-expanded", String(open));
}

// Where there is room, the list is open unless it was closed; elsewhere it lies over the conversation when it is wanted.
function fit() {
  document.body.classList.toggle("list-over", !hasRoom());
  setOpen(hasRoom() && read("listing", archive.all().length > 1));
}

function toggle(open) {
  setOpen(open);
  if (hasRoom()) write("listing", open);
  if (open) (search.hidden ? aside.querySelector("[data-do=new-conversation]") : search).focus();
  else document.querySelector(".tools [data-do=conversations]").focus();
}

function busy() {
  if (!document.body.classList.contains("waiting")) return false;
  notice("Wait for the answer, or stop it.");
  return true;
}

function turnTo(id) {
  if (busy()) return;
  archive.open(id);
  arrive();
}

function begin() {
  if (busy()) return;
  archive.begin();
  arrive();
  document.querySelector("#question textarea")?.focus();
}

// The list makes way where there is no room for both.
function arrive() {
  if (!hasRoom()) setOpen(false);
  show();
  refresh();
}

function remove(pressed) {
  const id = pressed.closest("li").dataset.id;
  if (id === archive.current()) {
    if (busy()) return;
    archive.begin();
    show();
  }
  archive.change(id, { deleted: Date.now() });
  setTimeout(forget, archive.UNDO_MS + 100);
  refresh();
  list.querySelector(`[data-id="${id}"] button`)?.focus();
}

function forget() {
  archive.purge();
  refresh();
}

function restore(pressed) {
  const { id } = pressed.closest("li").dataset;
  archive.change(id, { deleted: undefined });
  turnTo(id);
  list.querySelector(`[data-id="${id}"] button`)?.focus();
}

function rename(pressed) {
  const item = pressed.closest("li");
  const field = element("input", { value: archive.find(item.dataset.id).name, maxLength: 120, className: "name" });
  field.setAttribute("aria-label", "Name of the conversation");
  item.replaceChildren(field);
  field.focus();
  field.select();
  let done = false;
  const end = (keep) => {
    if (done) return;
    done = true;
    const name = field.value.replace(/\s+/g, " ").trim();
    field.remove();
    if (keep && name) archive.change(item.dataset.id, { name });
    refresh();
    list.querySelector(`[data-id="${item.dataset.id}"] button`)?.focus();
  };
  field.addEventListener("blur", () => end(true));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") end(event.key === "Enter");
    event.stopPropagation();
  });
}

async function save({ dataset: { kind } }, id) {
  const records = archive.turnsOf(id).map(({ html }) => archive.fresh(html).dataset.record).filter(Boolean);
  if (!records.length) return notice("There is no answer in it to export.");
  const { name } = archive.find(id);
  const saved = await download(`ui/notebook/export.${kind}`, { title: name, notes: records.map(JSON.parse) }, fileName(name, kind));
  if (!saved) notice("The server could not make the file.");
}

// An open menu closes when anything else is pressed.
function closeMenus({ target }) {
  for (const menu of aside.querySelectorAll("details[open]")) if (!menu.contains(target)) menu.open = false;
}

function refresh() {
  if (list.querySelector("input.name")) return; // a name is being written
  const words = search.value.trim().toLowerCase();
  const now = archive.all().map((one) => ({ ...one, match: words ? matching(one, words) : "" }));
  const found = words ? now.filter(({ match }) => match !== null) : now;
  list.replaceChildren(...[...grouped(found)].map(([name, members]) => group(name, members)));
  aside.querySelector("[data-none]").textContent = found.length ? "" : words ? "No conversation says that." : "What you ask stands here.";
  search.hidden = now.length < 2 && !words;
}

function grouped(found) {
  const groups = new Map();
  for (const one of found) groups.set(day(one), [...(groups.get(day(one)) ?? []), one]);
  return groups;
}

// What of a conversation has the words: "" if its name has, a question or an answer, or null if nothing has.
function matching({ id, name }, words) {
  if (name.toLowerCase().includes(words)) return "";
  for (const { question, text } of archive.turnsOf(id))
    for (const said of [question, text]) if (said?.toLowerCase().includes(words)) return around(said, words);
  return null;
}

function around(said, words) {
  const at = Math.max(0, said.toLowerCase().indexOf(words) - 20);
  return (at ? "…" : "") + said.slice(at, at + 80).replace(/\s+/g, " ");
}

function day({ at }) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  return days <= 0 ? "Today" : days === 1 ? "Yesterday" : "Earlier";
}

function group(name, members) {
  return element("section", {}, element("h3", { textContent: name }), element("ul", {}, ...members.map(entry)));
}

function entry(one) {
  const item = element("li", {});
  item.dataset.id = one.id;
  if (one.deleted) {
    item.className = "deleted";
    item.append(element("span", {}, "Deleted “", element("bdi", { textContent: one.name }), "”"), button("undo-delete", "Undo"));
    return item;
  }
  const open = button("open-conversation", "");
  open.append(element("bdi", { textContent: one.name }), element("span", { className: "meta", textContent: one.match || meta(one) }));
  if (one.id === archive.current()) open.setAttribute("aria-current", "true");
  const more = element("summary", { textContent: "···" });
  more.setAttribute("aria-label", `More for ${one.name}`);
  const does = element("div", {}, button("rename", "Rename"), ...Object.entries(KINDS).map(exporting), button("delete-conversation", "Delete"));
  item.append(open, element("details", { className: "more" }, more, does));
  return item;
}

function exporting([kind, words]) {
  const made = button("export", `Export as ${words}`);
  made.dataset.kind = kind;
  return made;
}

function meta({ count, at }) {
  const when = new Date(at);
  const time = day({ at }) === "Earlier" ? when.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: sameYear(when) }) : when.toTimeString().slice(0, 5);
  return `${count} question${count === 1 ? "" : "s"} · ${time}`;
}

function sameYear(when) {
  return when.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
}
