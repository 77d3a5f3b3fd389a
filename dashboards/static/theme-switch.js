/** Switches between dark and light without leaving the page, and lets the service remember it. */

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link) return;
      event.preventDefault();
      const light = document.getElementById("light");
      const theme = matchMedia(light.media).matches ? "dark" : "light";
      light.media = theme === "light" ? "all" : "not all";
      const address = new URL(link.href);
      address.searchParams.set("theme", theme);
      fetch(address, { redirect: "manual" });
    });
  }
}

customElements.define("theme-switch", ThemeSwitch);
