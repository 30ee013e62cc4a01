// Whether the server is still there while a question waits. Gradio alone would leave the question waiting for ever.
const BETWEEN = 2000; // milliseconds
const MISSED = 2; // looks in vain, one after another, that are no accident
let asked; // the process that the question was put to
let missed = 0;

export function start(lost) {
  setInterval(async () => {
    if (document.body.classList.contains("waiting") && (await gone())) lost();
  }, BETWEEN);
}

export async function begin() {
  missed = 0;
  asked = await look();
}

// Whether there is a server at all.
export async function there() {
  return Boolean(await look());
}

// Another process in its place knows nothing of the question either.
async function gone() {
  const name = await look();
  missed = name ? 0 : missed + 1;
  return name ? Boolean(asked) && name !== asked : missed >= MISSED;
}

async function look() {
  try {
    const response = await fetch("/ui/process", { cache: "no-store" });
    return response.ok ? await response.text() : asked;
  } catch {
    return undefined;
  }
}
