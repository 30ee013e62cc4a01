// Conversations, the notebook and the settings, stored in this browser only.
const PREFIX = "quoth.";

export function read(name, fallback) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? fallback;
  } catch {
    return fallback;
  }
}

// Returns whether it was stored; when storage is full or forbidden, the page works without it.
export function write(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function remove(name) {
  localStorage.removeItem(PREFIX + name);
}
