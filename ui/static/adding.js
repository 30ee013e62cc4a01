// Adding files: dropped or chosen, uploaded one by one, indexed in one build; what would be replaced is asked first.
import { fragment } from "./actions.js";
import { counted, watch } from "./rebuild.js";
import { progress, say, sentence } from "./progress.js";

const folders = new WeakMap(); // each file's path in the folder that was dropped
const hidden = (file) => /(^|\/)\./.test(file.webkitRelativePath);
const dialog = document.getElementById("library");
let open, finish; // of the library

export function start(library) {
  ({ open, finish } = library);
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(kind, dragged);
  dialog.addEventListener("change", ({ target }) => target.matches("[data-files]") && add([...target.files].filter((file) => !hidden(file))));
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

// A file's name with the folders that it was dropped or chosen in.
function pathOf(file) {
  return (folders.get(file) ?? file.webkitRelativePath).replace(/^\//, "").replaceAll("/", " - ");
}

// Names for the files; those with the same name in different folders get their paths as names.
function distinct(chosen) {
  const counts = Map.groupBy(chosen, (file) => file.name);
  return chosen.map((file) => (counts.get(file.name).length > 1 && pathOf(file)) || file.name);
}

// What was uploaded under these names: whether it is there, and the warnings from reading it.
async function described(names) {
  const body = JSON.stringify({ names });
  return JSON.parse(await fragment("ui/library/uploads", { method: "POST", headers: { "Content-Type": "application/json" }, body }));
}

// A name that no upload has: the file's path, or the name with a number.
async function another(name, file) {
  const [, stem, ending] = /^(.*?)(\.[^.]*)?$/.exec(name);
  const numbered = Array.from({ length: 20 }, (_, number) => `${stem} (${number + 2})${ending ?? ""}`);
  const tried = [...new Set([pathOf(file), ...numbered])].filter((one) => one && one !== name);
  return (await described(tried)).find((one) => !one.present)?.name ?? name;
}

// Asks what to do with files whose names other uploads have. Returns the files to upload with their names, and the names
// that are replaced; null if nothing is to be done.
async function settled(chosen, names) {
  const present = (await described(names)).filter((one) => one.present).map((one) => one.name);
  const wanted = chosen.map((file, number) => ({ file, name: names[number] }));
  if (!present.length) return { wanted, replaced: [] };
  const shown = present.slice(0, 5).join(", ") + (present.length > 5 ? ` and ${present.length - 5} more` : "");
  const answer = await choice(`${counted(present.length, "file")} of this name ${present.length === 1 ? "is" : "are"} here already: ${shown}`, {
    replace: "Replace",
    both: "Keep both",
    without: present.length < chosen.length ? "Leave out" : "Cancel",
  });
  if (answer === "replace") return { wanted, replaced: present };
  if (answer === "both") {
    for (const one of wanted) if (present.includes(one.name)) one.name = await another(one.name, one.file);
    return { wanted, replaced: [] };
  }
  const rest = wanted.filter((one) => !present.includes(one.name));
  return rest.length ? { wanted: rest, replaced: [] } : null;
}

function choice(words, answers) {
  return new Promise((decided) => {
    say(words);
    const buttons = Object.entries(answers).map(([answer, label]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
      button.addEventListener("click", () => decided(answer));
      return button;
    });
    progress.append(...buttons);
    buttons[0].focus();
  });
}

// Uploads the files one by one, so that a refused file is reported and the others continue; then one build indexes the
// uploaded files.
async function add(files) {
  if (!files.length) return;
  if (!progress.isConnected) await open();
  let plan;
  try {
    plan = await settled(files, distinct(files));
  } catch (error) {
    return say(sentence(error.message));
  }
  if (!plan) return say("Nothing was changed.");
  const drop = `ui/library/drops/${key()}`;
  const chosen = plan.wanted.map((one) => one.file);
  const { uploaded, failed, cancelled } = await upload(chosen, plan.wanted.map((one) => one.name), drop);
  if (cancelled) {
    fetch(drop, { method: "DELETE" }).catch(() => {});
    return say("Cancelled: nothing was added.", failed);
  }
  const [ended, data] = uploaded.length ? await indexUploads(`${drop}/build`) : ["done", { failures: [] }];
  if (ended !== "done") return finish(sentence(data.detail), failed);
  const unread = data.failures.filter(({ path }) => uploaded.includes(path));
  for (const { path, reason } of unread) failed.push(`${path}: ${reason}`);
  await report(uploaded.filter((name) => !unread.some(({ path }) => path === name)), plan.replaced, chosen.length, failed);
}

// Says how many files were added, which documents they replace, and which were read with warnings.
async function report(added, replaced, total, details) {
  const over = added.filter((name) => replaced.includes(name));
  const warned = added.length ? (await described(added).catch(() => [])).filter((one) => one.warnings.length) : [];
  const words = [`${added.length} of ${counted(total, "file")} added`];
  if (over.length) words.push(`${over.length} replaced`);
  if (warned.length) words.push(`${warned.length} with warnings`);
  for (const name of over) details.push(`${name}: replaced the earlier file`);
  for (const { name, warnings } of warned) details.push(`${name}: ${warnings.join("; ")}`);
  await finish(`${words.join(" · ")}.`, details);
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

