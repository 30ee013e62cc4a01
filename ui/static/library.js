// The library: lists, adds and removes documents, rebuilds the index, and selects the documents to answer from.
import { confirmed, fragment, notice, on } from "./actions.js";
import { filters } from "./filters.js";
import { close as closeViewer } from "./viewer.js";
import { counted, watch } from "./rebuild.js";

const dialog = document.getElementById("library");
const folders = new WeakMap(); // each file's path in the folder that was dropped
const hidden = (file) => /(^|\/)\./.test(file.webkitRelativePath);
// Shared by all views of the dialog, so that progress stays visible in each.
const progress = Object.assign(document.createElement("div"), { className: "progress", id: "progress" });
progress.setAttribute("role", "status");
let searchTimer;

export function start() {
  on("library", open);
  on("close-library", () => dialog.close());
  on("remove", remove);
  on("plan", plan);
  on("rebuild", rebuild);
  dialog.addEventListener("input", filterByName);
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
    dialog.innerHTML = await fragment(`ui/library?name=${encodeURIComponent(name)}`);
  } catch (error) {
    dialog.replaceChildren(document.getElementById("library-problem").content.cloneNode(true));
    dialog.querySelector(".problem").textContent = error.message;
    return;
  }
  dialog.querySelector("#progress").replaceWith(progress);
  const form = dialog.querySelector("[data-narrow]");
  for (const [key, value] of Object.entries(filters.read())) if (form?.elements[key]) form.elements[key].value = value;
  showChosen();
  document.dispatchEvent(new Event("quoth:library"));
}

// Reports the end of a long change; by then the dialog may be closed or show another view.
async function finish(message, details) {
  say(message, details);
  if (dialog.querySelector("[data-drop]")) await refresh();
  else document.dispatchEvent(new Event("quoth:library"));
  if (!dialog.open || !progress.isConnected) notice(message);
}

function filterByName(event) {
  if (!event.target.matches("[data-name]")) return;
  clearTimeout(searchTimer);
  searchTimer = setTimeout(async () => {
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
    showChosen();
  }
  if (event.target.matches("[type=date]")) filters.set({ [event.target.name]: event.target.value });
  if (event.target.matches("[name=media_type]")) {
    const { value, selectedOptions } = event.target;
    filters.set({ media_type: value, type_name: value && selectedOptions[0].textContent });
  }
}

// The names by which a document may have been chosen, the present one first: its path, or its address where other
// documents have or had the same path.
function names({ value, dataset: { document: address, path } }) {
  return [value, address, path];
}

function showChosen() {
  for (const box of dialog.querySelectorAll("[data-document]")) box.checked = names(box).some((name) => filters.documents().includes(name));
  const number = filters.documents().length;
  const message = number ? `Answers come only from the ${counted(number, "ticked document")}.` : "Tick documents to get answers only from those.";
  const place = dialog.querySelector("[data-ticked]");
  if (place) place.textContent = message;
}

function dragged(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  if (!dialog.open && event.type === "dragenter") return open();
  const place = dialog.querySelector("[data-drop]");
  place?.classList.toggle("over", event.type === "dragover");
  if (event.type === "drop") collect(event.dataTransfer).then(add); // the dropped items can only be read during this event
}

// All files of the dropped files and folders.
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
    inside.push(...some.filter((one) => !one.name.startsWith("."))); // skip hidden files
  }
  return (await Promise.all(inside.map(files))).flat();
}

// Names for the files; those with the same name in different folders get their paths as names.
function distinct(chosen) {
  const counts = Map.groupBy(chosen, (file) => file.name);
  const path = (file) => (folders.get(file) ?? file.webkitRelativePath).replace(/^\//, "").replaceAll("/", " - ");
  return chosen.map((file) => (counts.get(file.name).length > 1 && path(file)) || file.name);
}

// Uploads the files one by one, so that a refused file is reported and the others continue; then one build indexes the
// uploaded files.
async function add(chosen) {
  if (!chosen.length) return;
  if (!progress.isConnected) await open();
  const drop = `ui/library/drops/${key()}`;
  const { uploaded, failed, cancelled } = await upload(chosen, distinct(chosen), drop);
  if (cancelled) {
    fetch(drop, { method: "DELETE" }).catch(() => {});
    return say("Cancelled: nothing was added.", failed);
  }
  const [ended, data] = uploaded.length ? await indexUploads(`${drop}/build`) : ["done", { failures: [] }];
  if (ended !== "done") return finish(sentence(data.detail), failed);
  const unread = data.failures.filter(({ path }) => uploaded.includes(path));
  for (const { path, reason } of unread) failed.push(`${path}: ${reason}`);
  await finish(`${uploaded.length - unread.length} of ${counted(chosen.length, "file")} added.`, failed);
}

// Indexes the uploaded files, after a build that is already running.
async function indexUploads(address) {
  for (;;) {
    const end = await watch(progress, address);
    if (end[0] !== "busy") return end;
    say("Waiting for the rebuild that is running…");
    await new Promise((wake) => setTimeout(wake, 2000));
  }
}

// Returns the names of the uploaded files, the reasons why others were not, and whether the upload was cancelled.
async function upload(chosen, names, drop) {
  const line = document.createElement("p");
  const bar = Object.assign(document.createElement("progress"), { value: 0 });
  const stop = Object.assign(document.createElement("button"), { type: "button", textContent: "Cancel" });
  const sending = new AbortController();
  stop.addEventListener("click", () => sending.abort());
  bar.setAttribute("aria-label", "Adding files");
  bar.max = chosen.reduce((bytes, file) => bytes + file.size, 1);
  const maxMegabytes = Number(dialog.querySelector("[data-most]").dataset.most);
  progress.replaceChildren(line, bar, stop);
  const uploaded = [];
  const failed = [];
  for (const [position, file] of chosen.entries()) {
    line.textContent = `Adding ${position + 1} of ${chosen.length}: ${file.name}`;
    try {
      if (file.size > maxMegabytes * 1e6) throw new Error(`larger than ${maxMegabytes} MB, the limit`);
      const form = new FormData();
      form.append("file", file, names[position]);
      uploaded.push(await fragment(drop, { method: "POST", body: form, signal: sending.signal }));
    } catch (error) {
      if (sending.signal.aborted) break;
      failed.push(`${names[position]}: ${error.message}`);
    }
    bar.value += file.size;
  }
  return { uploaded, failed, cancelled: sending.signal.aborted };
}

function key() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function remove(button) {
  if (!confirmed(button, "Remove it?")) return;
  try {
    await fragment(`v1/documents/${button.dataset.id}`, { method: "DELETE" });
    filters.choose(names(button.closest("tr").querySelector("[data-document]")), false);
    say("Removed.");
  } catch (error) {
    say(sentence(error.message));
  }
  await refresh();
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

function say(words, details = []) {
  const line = Object.assign(document.createElement("p"), { textContent: words });
  const list = document.createElement("ul");
  for (const detail of details) list.append(Object.assign(document.createElement("li"), { textContent: detail }));
  progress.replaceChildren(line, ...(details.length ? [list] : []));
}

function sentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}
