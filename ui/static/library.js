// The library: lists, narrows, adds and removes documents, rebuilds the index, and says which documents to answer from.
import { confirmed, fragment, notice, on } from "./actions.js";
import * as adding from "./adding.js";
import * as card from "./card.js";
import { askWithin, filters } from "./filters.js";
import { progress, say, sentence } from "./progress.js";
import { counted, watch } from "./rebuild.js";
import * as selection from "./selection.js";
import { close as closeViewer } from "./viewer.js";

const PARTS = ["head", "where", "title", "list"]; // of the dialog, that change with what is listed
const dialog = document.getElementById("library");
let view = {}; // what the list is narrowed by
let searchTimer;

export function start() {
  on("library", open);
  on("close-library", () => dialog.close());
  on("plan", plan);
  on("rebuild", rebuild);
  on("shelf", ({ dataset: { folder = "", collection = "" } }) => narrow({ folder, collection }));
  on("twist", twist);
  on("warned", () => narrow({ warned: view.warned ? "" : "true" }));
  on("unreadable", () => dialog.querySelector("#unreadable")?.focus());
  on("show-all", showAll);
  on("ask-these", askThese);
  on("rename-collection", rename);
  on("delete-collection", deleteCollection);
  dialog.addEventListener("input", findByName);
  dialog.addEventListener("change", changed);
  dialog.addEventListener("submit", (event) => event.preventDefault());
  dialog.addEventListener("click", (event) => event.target.closest("a[href^='#source/']") && dialog.close());
  adding.start({ open, finish });
  selection.start({ view: () => view, refresh: () => narrow({}) });
  card.start();
  filters.start();
}

async function open() {
  closeViewer();
  if (!dialog.open) dialog.showModal();
  await refresh();
}

function address() {
  return `ui/library?${new URLSearchParams(Object.entries(view).filter(([, value]) => value))}`;
}

// Shows the whole dialog anew.
async function refresh() {
  try {
    dialog.innerHTML = await fragment(address());
  } catch (error) {
    dialog.replaceChildren(document.getElementById("library-problem").content.cloneNode(true));
    dialog.querySelector(".problem").textContent = error.message;
    return;
  }
  dialog.querySelector("#progress").replaceWith(progress);
  selection.show();
  document.dispatchEvent(new Event("quoth:library"));
}

// Changes what the list is narrowed by; all else in the dialog stays, and so does the focus.
async function narrow(changes) {
  view = { ...view, ...changes };
  if (!dialog.querySelector("[data-narrow]")) return refresh();
  const asked = address();
  let fresh;
  try {
    fresh = new DOMParser().parseFromString(await fragment(asked), "text/html");
  } catch (error) {
    return say(sentence(error.message));
  }
  if (asked !== address()) return; // something else is wanted by now
  const held = document.activeElement?.closest("[data-part]") && placeOf(document.activeElement);
  for (const part of PARTS) {
    const [old, made] = [dialog, fresh].map((root) => root.querySelector(`[data-part="${part}"]`));
    if (old && made) old.replaceWith(document.adoptNode(made));
    else if (old || made) return refresh();
  }
  const list = fresh.querySelector("#collections");
  if (list) dialog.querySelector("#collections")?.replaceWith(document.adoptNode(list));
  selection.show();
  if (held) (dialog.querySelector(held) ?? dialog.querySelector("[data-part='where'] [aria-current]"))?.focus();
}

// A selector of the same control in the fresh dialog.
function placeOf({ dataset }) {
  const named = Object.entries(dataset).filter(([name]) => ["do", "folder", "collection", "all"].includes(name));
  return named.map(([name, value]) => `[data-${name}="${CSS.escape(value)}"]`).join("");
}

// Reports the end of a long change; by then the dialog may be closed or show another view.
async function finish(message, details) {
  say(message, details);
  if (dialog.querySelector("[data-drop]")) await refresh();
  else document.dispatchEvent(new Event("quoth:library"));
  if (!dialog.open || !progress.isConnected) notice(message);
}

function findByName(event) {
  if (!event.target.matches("[data-name]")) return;
  clearTimeout(searchTimer);
  searchTimer = setTimeout(() => narrow({ name: event.target.value }), 200);
}

function changed({ target }) {
  if (target.closest("[data-narrow]") && target.matches("select, [type=date]")) narrow({ [target.name]: target.value });
}

function showAll() {
  const { folder, collection, sort } = view;
  view = { folder, collection, sort };
  for (const field of dialog.querySelectorAll("[data-narrow] :is(input, [name=media_type])")) field.value = "";
  narrow({});
}

function twist(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", open);
  button.closest("li").querySelector(".below").hidden = !open;
}

// Limits the answers to what is listed: by the same conditions, or else document by document.
function askThese() {
  const { count, undated, oneSource, place } = dialog.querySelector("[data-part='title']").dataset;
  const { name, warned, folder, collection = "", media_type = "", after = "", before = "" } = view;
  const byName = name || warned || (folder && !oneSource);
  if (byName && Number(count) > filters.most) {
    return notice(`More than ${filters.most} documents: add them to a collection, then ask that.`);
  }
  const kind = dialog.querySelector("[name=media_type]")?.selectedOptions[0]?.textContent;
  const conditions = { media_type, type_name: media_type && kind, after, before, collection };
  if (folder && oneSource) Object.assign(conditions, { path: `${escaped(folder.replace(/^\d+\//, ""))}/*`, folder_name: place });
  const documents = byName ? selection.listed().map((box) => box.value) : [];
  askWithin(byName ? { documents } : { ...conditions, count, undated: Number(undated) ? undated : "" });
}

// A path as a glob pattern that matches only itself.
function escaped(path) {
  return path.replace(/[[*?]/g, "[$&]");
}

async function rename() {
  const { collection } = view;
  const field = Object.assign(document.createElement("input"), { value: collection, maxLength: 80 });
  field.setAttribute("aria-label", "New name");
  const title = dialog.querySelector("[data-part='title'] h3");
  title.replaceChildren(field);
  field.select();
  let done = false;
  const end = async (name) => {
    if (done) return;
    done = true;
    if (!name || name === collection) return narrow({});
    try {
      await fragment(selection.addressOf(collection), selection.json("PATCH", { name }));
      if (filters.read().collection === collection) filters.set({ collection: name });
      await narrow({ collection: name });
    } catch (error) {
      say(sentence(error.message));
      await narrow({});
    }
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(field.value.trim());
    if (event.key === "Escape") {
      event.preventDefault();
      end("");
    }
  });
  field.addEventListener("blur", () => end(field.value.trim()));
}

async function deleteCollection(button) {
  if (!confirmed(button, "Delete it? Its documents stay")) return;
  const { collection } = view;
  try {
    await fragment(selection.addressOf(collection), { method: "DELETE" });
    if (filters.read().collection === collection) filters.set({ collection: "" });
  } catch (error) {
    say(sentence(error.message));
  }
  await narrow({ collection: "" });
}

async function plan() {
  say("Checking the folders…");
  try {
    progress.innerHTML = await fragment("ui/library/plan", { method: "POST" });
  } catch (error) {
    say(sentence(error.message));
  }
}

async function rebuild(button) {
  const [ended, data] = await watch(progress, "v1/rebuild", { allow_deletions: "deletions" in (button?.dataset ?? {}) });
  if (ended === "deletions") return askForDeletions(data.detail);
  const total = () => `Done: ${counted(data.documents, "document")}, ${counted(data.chunks, "passage")}.`;
  const message = ended === "done" ? total() : sentence(data.detail);
  await finish(message);
}

// Shows why the rebuild was refused, with a button that removes the documents of missing files all the same.
function askForDeletions(detail) {
  say(sentence(detail.split("; ")[0]), []);
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "They were deleted: remove the documents" });
  Object.assign(remove.dataset, { do: "rebuild", deletions: "" });
  progress.append(remove);
}
