// Where the library says what it is doing; one element for all views of the dialog, so that progress stays visible.
export const progress = Object.assign(document.createElement("div"), { className: "progress", id: "progress" });
progress.setAttribute("role", "status");

export function say(words, details = []) {
  const line = Object.assign(document.createElement("p"), { textContent: words });
  const list = document.createElement("ul");
  for (const detail of details) list.append(Object.assign(document.createElement("li"), { textContent: detail }));
  progress.replaceChildren(line, ...(details.length ? [list] : []));
}

export function sentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}
