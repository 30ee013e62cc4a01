// The library: the documents there are, adding and removing them, rebuilding, and which of them are asked.
import { fragment, notice, on, problem, sure } from "./actions.js";
import { filters } from "./filters.js";
import { close as closeViewer } from "./viewer.js";
import { watch } from "./rebuild.js";

const dialog = document.getElementById("library");
const folders = new WeakMap(); // where in a dropped folder a file lay
const hidden = (file) => /(^|\/)\./.test(file.webkitRelativePath);
let waiting;

export function start() {
  on("library", open);
  on("close-library", () => dialog.close());
  on("only", (button) => choose({ document: button.dataset.path }));
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
  const said = dialog.querySelector("#progress")?.innerHTML ?? "";
  try {
    dialog.innerHTML = await fragment(`/ui/library?name=${encodeURIComponent(name)}`);
  } catch (error) {
    dialog.innerHTML = '<header><h2 id="library-title">Library</h2><button type="button" data-do="close-library">Close</button></header><p class="problem body" role="alert"></p>';
    dialog.querySelector(".problem").textContent = error.message;
    return;
  }
  dialog.querySelector("#progress").innerHTML = said;
  const form = dialog.querySelector("[data-narrow]");
  for (const [key, value] of Object.entries(filters.read())) if (form?.elements[key]) form.elements[key].value = value;
  document.dispatchEvent(new Event("quoth:library"));
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
  if (event.target.matches("[type=date]")) filters.set({ [event.target.name]: event.target.value });
  if (event.target.matches("[name=media_type]")) {
    const { value, selectedOptions } = event.target;
    filters.set({ media_type: value, type_name: value && selectedOptions[0].textContent });
  }
}

function choose(chosen) {
  filters.set(chosen);
  dialog.close();
  document.querySelector("#question textarea").focus();
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

// One file at a time, so that one that fails is named and the others go on.
async function add(chosen) {
  if (!dialog.querySelector("#progress")) await open();
  const failed = [];
  const names = distinct(chosen);
  let added = 0;
  for (const [position, file] of chosen.entries()) {
    say(`Adding ${position + 1} of ${chosen.length}: ${file.name}`);
    const form = new FormData();
    form.append("file", file, names[position]);
    try {
      const response = await fetch("/v1/documents", { method: "POST", body: form });
      if (!response.ok) throw new Error(problem(await response.text()));
      added += 1;
    } catch (error) {
      failed.push(`${file.name}: ${error.message}`);
    }
  }
  const total = `${added} of ${chosen.length} ${chosen.length === 1 ? "file" : "files"} added.`;
  say(total, failed);
  await refresh();
}

async function remove(button) {
  if (!sure(button, "Remove it?")) return;
  try {
    const response = await fetch(`/v1/documents/${button.dataset.id}`, { method: "DELETE" });
    if (!response.ok) throw new Error(problem(await response.text()));
    say("Removed.");
  } catch (error) {
    say(error.message);
  }
  await refresh();
}

async function plan() {
  const place = dialog.querySelector("#progress");
  say("Looking at the folders…");
  try {
    place.innerHTML = await fragment("/ui/library/plan", { method: "POST" });
  } catch (error) {
    say(error.message);
  }
}

async function rebuild() {
  const place = dialog.querySelector("#progress");
  const said = await watch(place);
  await refresh();
  say(said);
  notice(said);
}

function say(words, details = []) {
  const place = dialog.querySelector("#progress");
  const line = Object.assign(document.createElement("p"), { textContent: words });
  const list = document.createElement("ul");
  for (const detail of details) list.append(Object.assign(document.createElement("li"), { textContent: detail }));
  place.replaceChildren(line, ...(details.length ? [list] : []));
}
