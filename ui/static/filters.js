// The filters on documents: chosen in the library, shown above the question box, sent with each question, remembered.
import { notice, on } from "./actions.js";
import { read, write } from "./store.js";

const MAX_DOCUMENTS = 100; // chosen one by one; the server accepts no more
const MAX_SHOWN = 3; // of them, above the question box
const place = document.getElementById("chosen");

export const filters = {
  most: MAX_DOCUMENTS,
  read: () => read("filters", {}),
  documents: () => filters.read().documents ?? [],
  set(chosen) {
    const kept = Object.entries({ ...filters.read(), ...chosen }).filter(([, value]) => value?.length);
    write("filters", Object.fromEntries(kept));
    show();
  },
  // Adds or removes a document, by the first of its names.
  choose(names, wanted) {
    const others = filters.documents().filter((one) => !names.includes(one));
    if (wanted && others.length >= MAX_DOCUMENTS) notice(`No more than ${MAX_DOCUMENTS} documents can be chosen one by one.`);
    else filters.set({ documents: wanted ? [...others, names[0]] : others });
  },
  // Limits the answers to exactly this.
  limit(chosen) {
    write("filters", {});
    filters.set(chosen);
  },
  clear() {
    write("filters", {});
    show();
  },
  start() {
    on("clear-filters", () => {
      filters.clear();
      document.querySelector("#question textarea").focus();
    });
    on("unfilter", ({ dataset: { name, value } }) => {
      if (name === "documents") filters.choose([value], false);
      else filters.set({ [name]: "", count: "", undated: "" });
      (place.querySelector("button") ?? document.querySelector("#question textarea")).focus();
    });
    show();
  },
};

// Limits the answers to exactly this, and goes to the question.
export function askWithin(chosen) {
  filters.limit(chosen);
  document.getElementById("library").close();
  document.querySelector("#question textarea")?.focus();
}

function show() {
  const { collection, path, folder_name, media_type, type_name, after, before, count, undated } = filters.read();
  const paths = filters.documents();
  const parts = paths.slice(0, MAX_SHOWN).map((path) => part("documents", short(path), path));
  if (paths.length > MAX_SHOWN) parts.push(words(`and ${paths.length - MAX_SHOWN} more`));
  if (collection) parts.push(part("collection", collection));
  if (path) parts.push(part("path", folder_name ?? path));
  if (media_type) parts.push(part("media_type", type_name));
  if (after) parts.push(part("after", `from ${after}`));
  if (before) parts.push(part("before", `until ${before}`));
  if (count && parts.length) parts.push(words(`${Number(count).toLocaleString("en")} ${count === "1" ? "document" : "documents"}`));
  if (undated) parts.push(words(`${undated} without a date left out`));
  place.hidden = !parts.length;
  place.querySelector("[data-filters]").replaceChildren(...parts);
  document.dispatchEvent(new Event("quoth:scope"));
}

// One condition, as a button that removes it.
function part(name, words, value = "") {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "filter", title: words });
  Object.assign(button.dataset, { do: "unfilter", name, value });
  button.setAttribute("aria-label", `Turn off filter: ${words}`);
  button.append(Object.assign(document.createElement("bdi"), { textContent: words }));
  return button;
}

function words(said) {
  return Object.assign(document.createElement("span"), { textContent: said });
}

// Of an absolute path the last folder and the name, to show less of the server.
function short(path) {
  return path.startsWith("/") ? `…/${path.split("/").slice(-2).join("/")}` : path;
}
