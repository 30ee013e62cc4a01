// Makes elements; words become text, never markup.
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function button(action, textContent, properties = {}) {
  const made = element("button", { type: "button", textContent, ...properties });
  made.dataset.do = action;
  return made;
}

// Saves what the server makes of `body` as a file.
export async function download(address, body, name) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body, (_, value) => (typeof value === "string" ? (value.toWellFormed?.() ?? value) : value)),
  }).catch(() => null);
  if (!response?.ok) return false;
  const link = element("a", { href: URL.createObjectURL(await response.blob()), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return true;
}

// A name for a file: what any file system takes.
export function fileName(title, kind) {
  return `${title.replace(/[^\p{L}\p{N}]+/gu, " ").trim().slice(0, 60) || "quotes"}.${kind}`;
}
