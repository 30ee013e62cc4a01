// The library: the documents there are, adding and removing them, rebuilding, and which of them are asked.
import { fragment, notice, on, sure } from "./actions.js";
import { filters } from "./filters.js";
import { close as closeViewer } from "./viewer.js";
import { counted, watch } from "./rebuild.js";

const dialog = document.getElementById("library");
const folders = new WeakMap(); // where in a dropped folder a file lay
const hidden = (file) => /(^|\/)\./.test(file.webkitRelativePath);
// One for all views of the dialog, so that what is under way is seen whatever is opened meanwhile.
const progress = Object.assign(document.createElement("div"), { className: "progress", id: "progress" });
progress.setAttribute("role", "status");
let waiting;

export function start() {
  on("library", open);
  on("close-library", () => dialog.close());
  on("remove", remove);
  on("plan", plan);
  on("rebuild", rebuild);
  dialog.addEventListener("input", narrowed);
  dialog.addEventListener("change", changed);
  dialog.addEventListener("submit", (event) => event.preventDefault());
  dialog.addEventListener("click", (event) => event.target.closest("a[href^='#source/']") && dialog.close());
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(kind, dragged);
  filters.start();
}

async function open() {
  closeViewer();
  if (!dialog.open) dialog.showModal();
  await refresh();
}

async function refresh(name = "") {
  try {
    dialog.innerHTML = await fragment(`/ui/library?name=${encodeURIComponent(name)}`);
  } catch (error) {
    dialog.innerHTML = '<header><h2 id="library-title">Library</h2><button type="button" data-do="close-library">Close</button></header><p class="problem body" role="alert"></p>';
    dialog.querySelector(".problem").textContent = error.message;
    return;
  }
  dialog.querySelector("#progress").replaceWith(progress);
  const form = dialog.querySelector("[data-narrow]");
  for (const [key, value] of Object.entries(filters.read())) if (form?.elements[key]) form.elements[key].value = value;
  ticked();
  document.dispatchEvent(new Event("quoth:library"));
}

// After a change that took a while: the dialog may be closed or show something else by now.
async function changedIn(said, details) {
  say(said, details);
  if (dialog.querySelector("[data-drop]")) await refresh();
  else document.dispatchEvent(new Event("quoth:library"));
  if (!dialog.open || !progress.isConnected) notice(said);
}

function narrowed(event) {
  if (!event.target.matches("[data-name]")) return;
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    await refresh(event.target.value);
    const box = dialog.querySelector("[data-name]");
    box?.focus();
    box?.setSelectionRange(box.value.length, box.value.length);
  }, 200);
}

function changed(event) {
  if (event.target.matches("[data-files]")) add([...event.target.files].filter((file) => !hidden(file)));
  if (event.target.matches("[data-document]")) {
    filters.choose(names(event.target), event.target.checked);
    ticked();
  }
  if (event.target.matches("[type=date]")) filters.set({ [event.target.name]: event.target.value });
  if (event.target.matches("[name=media_type]")) {
    const { value, selectedOptions } = event.target;
    filters.set({ media_type: value, type_name: value && selectedOptions[0].textContent });
  }
}

// What a document may have been chosen by, and what it would be chosen by now first: its path, or its folder too where
// others had or have the same path.
function names({ value, dataset: { document: address, path } }) {
  return [value, address, path];
}

function ticked() {
  for (const box of dialog.querySelectorAll("[data-document]")) box.checked = names(box).some((name) => filters.documents().includes(name));
  const number = filters.documents().length;
  const said = number ? `Answers come only from the ${counted(number, "ticked document")}.` : "Tick documents to be answered from those alone.";
  const place = dialog.querySelector("[data-ticked]");
  if (place) place.textContent = said;
}

function dragged(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  if (!dialog.open && event.type === "dragenter") return open();
  const place = dialog.querySelector("[data-drop]");
  place?.classList.toggle("over", event.type === "dragover");
  if (event.type === "drop") collect(event.dataTransfer).then(add); // what was dropped can be read now and not later
}

// A dropped folder is walked through; the browser gives its entries in pieces.
async function collect(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return entries.length ? (await Promise.all(entries.map(files))).flat() : [...transfer.files];
}

async function files(entry) {
  if (entry.isFile) {
    const file = await new Promise((found, failed) => entry.file(found, failed));
    folders.set(file, entry.fullPath);
    return [file];
  }
  const reader = entry.createReader();
  const inside = [];
  for (;;) {
    const some = await new Promise((found, failed) => reader.readEntries(found, failed));
    if (!some.length) break;
    inside.push(...some.filter((one) => !one.name.startsWith("."))); // what a system hides is no document
  }
  return (await Promise.all(inside.map(files))).flat();
}

// Two files of one name in different folders of a folder are two documents.
function distinct(chosen) {
  const counts = Map.groupBy(chosen, (file) => file.name);
  const path = (file) => (folders.get(file) ?? file.webkitRelativePath).replace(/^\//, "").replaceAll("/", " - ");
  return chosen.map((file) => (counts.get(file.name).length > 1 && path(file)) || file.name);
}

// The files go to the server one after another, so that one that is not taken is named and the others go on; then one
// build takes in what has arrived.
async function add(chosen) {
  if (!chosen.length) return;
  if (!progress.isConnected) await open();
  const drop = `/ui/library/drops/${key()}`;
  const { arrived, failed, given } = await hand(chosen, distinct(chosen), drop);
  if (given) {
    fetch(drop, { method: "DELETE" }).catch(() => {});
    return say("Cancelled: nothing was added.", failed);
  }
  const [ended, told] = arrived.length ? await taken(`${drop}/build`) : ["done", { failures: [] }];
  if (ended !== "done") return changedIn(sentence(told.detail), failed);
  const unread = told.failures.filter(({ path }) => arrived.includes(path));
  for (const { path, reason } of unread) failed.push(`${path}: ${reason}`);
  await changedIn(`${arrived.length - unread.length} of ${counted(chosen.length, "file")} added.`, failed);
}

// What has arrived waits for a build that is running already.
async function taken(address) {
  for (;;) {
    const end = await watch(progress, address);
    if (end[0] !== "busy") return end;
    say("Waiting for the rebuild that is running…");
    await new Promise((wake) => setTimeout(wake, 2000));
  }
}

// Gives the names of the files that have arrived, the reasons why others have not, and whether a person gave it up.
async function hand(chosen, names, drop) {
  const line = document.createElement("p");
  const bar = Object.assign(document.createElement("progress"), { value: 0 });
  const stop = Object.assign(document.createElement("button"), { type: "button", textContent: "Cancel" });
  const sending = new AbortController();
  stop.addEventListener("click", () => sending.abort());
  bar.setAttribute("aria-label", "Adding files");
  bar.max = chosen.reduce((bytes, file) => bytes + file.size, 1);
  const most = Number(dialog.querySelector("[data-most]").dataset.most);
  progress.replaceChildren(line, bar, stop);
  const arrived = [];
  const failed = [];
  for (const [position, file] of chosen.entries()) {
    line.textContent = `Adding ${position + 1} of ${chosen.length}: ${file.name}`;
    try {
      if (file.size > most * 1e6) throw new Error(`larger than ${most} MB, the most that is taken`);
      const form = new FormData();
      form.append("file", file, names[position]);
      arrived.push(await fragment(drop, { method: "POST", body: form, signal: sending.signal }));
    } catch (error) {
      if (sending.signal.aborted) break;
      failed.push(`${names[position]}: ${error.message}`);
    }
    bar.value += file.size;
  }
  return { arrived, failed, given: sending.signal.aborted };
}

function key() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function remove(button) {
  if (!sure(button, "Remove it?")) return;
  try {
    await fragment(`/v1/documents/${button.dataset.id}`, { method: "DELETE" });
    filters.choose(names(button.closest("tr").querySelector("[data-document]")), false);
    say("Removed.");
  } catch (error) {
    say(sentence(error.message));
  }
  await refresh();
}

async function plan() {
  say("Looking at the folders…");
  try {
    progress.innerHTML = await fragment("/ui/library/plan", { method: "POST" });
  } catch (error) {
    say(sentence(error.message));
  }
}

async function rebuild() {
  const [ended, told] = await watch(progress, "/v1/rebuild");
  const total = () => `Done: ${counted(told.documents, "document")}, ${counted(told.chunks, "passage")}.`;
  const said = ended === "done" ? total() : sentence(told.detail);
  await changedIn(said);
}

function say(words, details = []) {
  const line = Object.assign(document.createElement("p"), { textContent: words });
  const list = document.createElement("ul");
  for (const detail of details) list.append(Object.assign(document.createElement("li"), { textContent: detail }));
  progress.replaceChildren(line, ...(details.length ? [list] : []));
}

function sentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}
