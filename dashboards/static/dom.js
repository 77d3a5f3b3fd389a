/** Makes elements: a tag with classes, its properties, its children. */

const SVG = "http://www.w3.org/2000/svg";

/** `make("p.quiet", { title }, "text", child)`; what is null or false among the children is left out. */
export function make(selector, properties = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = Object.assign(document.createElement(tag), properties);
  element.classList.add(...classes);
  element.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

/** An SVG element with its attributes. */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** One of the shapes of parts/shapes.html. */
export function shape(name) {
  return draw("svg", { class: "shape", "aria-hidden": "true" }, draw("use", { href: `#shape-${name}` }));
}

/** Set text only where it differs: an unchanged node keeps selection and spares the layout. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Whether a key belongs to what the person is typing in, or to a shortcut of the browser. */
export function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName ?? "");
}
