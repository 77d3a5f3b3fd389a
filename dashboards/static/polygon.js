/** What makes a drawn polygon usable as a zone, said before the service has to. */

/** The text key of what is wrong with these corners, or null. */
export function faultOf(points) {
  if (points.length < 3) return "zones.too_few";
  if (crosses(points)) return "zones.crossing";
  return area(points) < 1 ? "zones.no_area" : null;
}

/** Area in square pixels (shoelace formula). */
export function area(points) {
  const sum = points.reduce((total, [x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length];
    return total + x * nextY - nextX * y;
  }, 0);
  return Math.abs(sum) / 2;
}

/** Whether any two edges that are not neighbours share a point. */
function crosses(points) {
  const edges = points.map((point, index) => [point, points[(index + 1) % points.length]]);
  return edges.some((one, first) =>
    edges.some((other, second) => second > first + 1 && !(first === 0 && second === edges.length - 1) && meet(one, other)),
  );
}

function meet([a, b], [c, d]) {
  const side = ([ax, ay], [bx, by], [px, py]) => Math.sign((bx - ax) * (py - ay) - (by - ay) * (px - ax));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}
