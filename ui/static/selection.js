// The documents that are selected in the library: ask them, put them into a collection, remove them with time to undo.
import { fragment, notice, on } from "./actions.js";
import { askWithin, filters } from "./filters.js";
import { say, sentence } from "./progress.js";
import { counted } from "./rebuild.js";

const UNDO_SECONDS = 30; // for which a removal waits
const dialog = document.getElementById("library");
const selected = new Map(); // by id, the document's name and whether it can be removed
let removal = null; // the documents that wait to be removed, with the timer
let library; // what the list is narrowed by, and how to show it anew

export function start(parts) {
  library = parts;
  dialog.addEventListener("change", ({ target }) => {
    if (target.matches("[data-all]")) for (const box of listed()) select(box, target.checked);
    if (target.matches("[data-document]")) select(target, target.checked);
    if (target.matches("[data-all], [data-document]")) show();
  });
  dialog.addEventListener("submit", ({ target }) => target.matches("[data-collect]") && collect(target));
  on("select-none", () => {
    selected.clear();
    show();
    dialog.querySelector("[data-all]")?.focus();
  });
  on("ask-selected", askSelected);
  on("take-out", takeOut);
  on("remove-selected", remove);
  on("undo-removal", undo);
  addEventListener("pagehide", () => removal && removeNow());
}

export function listed() {
  return [...dialog.querySelectorAll("tr:not([hidden]) [data-document]")];
}

function select(box, wanted) {
  const id = Number(box.closest("tr").dataset.id);
  if (wanted) selected.set(id, { name: box.value, upload: "upload" in box.dataset });
  else selected.delete(id);
}

// Shows the selection in the list and in the bar below it.
export function show() {
  showRemoval();
  for (const row of dialog.querySelectorAll("tr[data-id]")) {
    const chosen = selected.has(Number(row.dataset.id));
    row.querySelector("[data-document]").checked = chosen;
    row.classList.toggle("chosen-row", chosen);
  }
  const boxes = listed();
  const all = dialog.querySelector("[data-all]");
  if (all) {
    all.checked = boxes.length > 0 && boxes.every((box) => box.checked);
    all.indeterminate = !all.checked && boxes.some((box) => box.checked);
  }
  const bar = dialog.querySelector("[data-selection]");
  if (!bar) return;
  bar.hidden = !selected.size;
  bar.querySelector("[data-selected]").textContent = selected.size ? `${selected.size.toLocaleString("en")} selected` : "";
  bar.querySelector("[data-do='ask-selected']").textContent = selected.size === 1 ? "Ask this one" : `Ask these ${selected.size}`;
  const out = bar.querySelector("[data-do='take-out']");
  out.hidden = !library.view().collection;
  out.textContent = `Take out of ${library.view().collection}`;
  bar.querySelector("[data-do='remove-selected']").hidden = ![...selected.values()].some((one) => one.upload);
}

function askSelected() {
  if (selected.size > filters.most) return notice(`More than ${filters.most} documents: add them to a collection, then ask that.`);
  const documents = [...selected.values()].map((one) => one.name);
  selected.clear();
  show();
  askWithin({ documents });
}

export function addressOf(collection) {
  return `v1/collections/${encodeURIComponent(collection)}`;
}

export function json(method, body) {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function collect(form) {
  const name = form.elements.collection.value.trim();
  const names = [...selected.values()].map((one) => one.name);
  const there = [...dialog.querySelectorAll("#collections option")].some((option) => option.value === name);
  try {
    await fragment(addressOf(name), there ? json("PATCH", { add: names }) : json("PUT", { documents: names }));
  } catch (error) {
    return say(sentence(error.message));
  }
  say(`${counted(names.length, "document")} added to ${name}.`);
  form.reset();
  selected.clear();
  await library.refresh();
}

async function takeOut() {
  const { collection } = library.view();
  try {
    await fragment(addressOf(collection), json("PATCH", { remove: [...selected.values()].map((one) => one.name) }));
  } catch (error) {
    return say(sentence(error.message));
  }
  selected.clear();
  await library.refresh();
}

// Takes the selected uploads out of the list; they are removed when the time to undo is over.
async function remove() {
  if (removal) await finishRemoval();
  const uploads = [...selected].filter(([, one]) => one.upload);
  const others = selected.size - uploads.length;
  removal = { ids: uploads.map(([id]) => id), names: uploads.map(([, one]) => one.name), until: Date.now() + UNDO_SECONDS * 1000 };
  removal.timer = setTimeout(finishRemoval, UNDO_SECONDS * 1000);
  selected.clear();
  show();
  if (others) say(`${counted(others, "document")} in your own folders ${others === 1 ? "stays" : "stay"}: delete the file there, then check for changes.`);
  dialog.querySelector("[data-do='undo-removal']")?.focus();
}

function undo() {
  clearTimeout(removal?.timer);
  const [first] = removal?.ids ?? [];
  removal = null;
  show();
  dialog.querySelector(`tr[data-id="${first}"] [data-document]`)?.focus();
}

// Where the first of them stood, a row says so and undoes it.
function showRemoval() {
  dialog.querySelector("tr.undo")?.remove();
  for (const row of dialog.querySelectorAll("tr[data-id]")) row.hidden = Boolean(removal?.ids.includes(Number(row.dataset.id)));
  const body = dialog.querySelector(".documents tbody");
  if (!removal || !body) return;
  const row = document.createElement("tr");
  row.className = "undo";
  const cell = row.insertCell();
  cell.colSpan = 7;
  const words = document.createElement("span");
  words.setAttribute("role", "status");
  words.textContent = `${counted(removal.ids.length, "document")} removed. `;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Undo" });
  button.dataset.do = "undo-removal";
  const left = Object.assign(document.createElement("span"), { className: "path", textContent: ` possible for ${UNDO_SECONDS} seconds` });
  cell.append(words, button, left);
  const first = body.querySelector("tr[hidden]");
  if (first) first.before(row);
  else body.prepend(row);
}

async function finishRemoval() {
  clearTimeout(removal.timer);
  const { names } = removal;
  const sent = removeNow();
  try {
    await sent;
    for (const name of names) filters.choose([name], false);
  } catch (error) {
    say(sentence(error.message));
    notice(error.message);
  }
  if (dialog.querySelector("[data-narrow]")) await library.refresh();
  document.dispatchEvent(new Event("quoth:library"));
}

// Also while the page is being left.
function removeNow() {
  const { ids } = removal;
  removal = null;
  return fragment("ui/library/remove", { ...json("POST", { ids }), keepalive: true });
}
