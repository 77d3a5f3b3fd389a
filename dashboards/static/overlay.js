/** What is drawn over a picture, in pixels of that picture: zones dashed, boxes, and their names where there is room. */

import { draw } from "./dom.js";
import { has, t } from "./texts.js";

const NAME = 15; // height of a box's name in pixels of the screen

/** Corners of a zone given as a box (4 numbers) or a polygon, scaled where it was drawn on another size. */
export function corners(numbers, scale = [1, 1]) {
  const flat = numbers.length === 4 ? boxCorners(numbers) : numbers;
  const points = [];
  for (let index = 0; index < flat.length; index += 2) points.push([flat[index] * scale[0], flat[index + 1] * scale[1]]);
  return points;
}

function boxCorners([x1, y1, x2, y2]) {
  return [x1, y1, x2, y1, x2, y2, x1, y2];
}

/** A zone as a dashed outline. */
export function zoneOutline(kind, points) {
  return draw("polygon", { class: `zone zone-${kind}`, points: points.map((point) => point.join()).join(" ") });
}

/**
 * A box. Of whose post: `own`, another's (or nobody's), a thing that breaks a rule there, or what is worn as it should be.
 * `unit` is how many pixels of the picture one pixel of the screen is; without it the box has no name.
 */
export function boxOutline({ label, box: [x1, y1, x2, y2], score, window }, own, unit = 0) {
  const kind = kindOf(label, window, own);
  const group = draw("g", { class: `box box-${kind}` });
  group.append(draw("rect", { x: x1, y: y1, width: Math.max(0, x2 - x1), height: Math.max(0, y2 - y1) }));
  if (unit && kind !== "other") {
    const name = draw("text", { x: x1 + 3 * unit, y: y1 > 1.6 * NAME * unit ? y1 - 5 * unit : y1 + 1.2 * NAME * unit, "font-size": NAME * unit });
    name.textContent = `${labelled(label)} ${Math.round(score * 100)}%`;
    group.append(name);
  }
  return group;
}

function kindOf(label, window, own) {
  if (window === own) return label === "person" ? "own" : label === "badge" ? "worn" : "thing";
  return label === "person" || window ? "other" : "thing"; // a thing of no window: what an older version kept
}

function labelled(label) {
  const key = `label.${label.replace(" ", "_")}`;
  return has(key) ? t(key) : label;
}
