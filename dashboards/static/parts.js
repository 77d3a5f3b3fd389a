/** Renews the marked parts of a page from the server, which alone knows how to write them. */

const FOCUSABLE = "a, button, summary";

/** Ask for this page again and put in place every `data-part` that differs; returns whether any did. */
export async function renewParts() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  let changed = false;
  for (const part of document.querySelectorAll("[data-part]")) {
    const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    const written = part.renewed ?? part.outerHTML;
    if (!other || other.outerHTML === written) continue;
    const open = part.querySelector("details")?.open;
    const focused = [...part.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
    const put = document.importNode(other, true);
    put.renewed = other.outerHTML; // what scripts do to it later must not make it look changed
    if (open) put.querySelector("details")?.setAttribute("open", "");
    part.replaceWith(put);
    if (focused >= 0) put.querySelectorAll(FOCUSABLE)[focused]?.focus({ preventScroll: true });
    changed = true;
  }
  return changed;
}
