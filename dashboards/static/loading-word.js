/** Says that the next page is being made where that may take a moment: after a form, or a link marked `data-slow`. */

const AFTER_MS = 250;
const main = document.querySelector("main");
const word = main.querySelector(".loading");
let waiting = 0;

function begin() {
  waiting = setTimeout(() => {
    main.setAttribute("aria-busy", "true");
    word.textContent = word.dataset.says;
  }, AFTER_MS);
}

document.addEventListener("submit", begin);
document.addEventListener("click", (event) => {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (plain && event.target.closest("a[data-slow]")) begin();
});
// Going back shows the page as it was left, the word with it.
addEventListener("pageshow", () => {
  clearTimeout(waiting);
  main.removeAttribute("aria-busy");
  word.textContent = "";
});
