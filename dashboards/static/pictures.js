/** The newest picture of every camera that is looked at: fetched once however many show it, the latest alone. */

import { live } from "./live.js";

const followed = new Map(); // camera id to { told: Set, at, busy, address, former }

/** Tell `told` the address of each new picture of `camera`, at once if there is one; returns how to stop. */
export function follow(camera, told) {
  if (!followed.has(camera)) followed.set(camera, { told: new Set(), at: null, busy: false, address: null, former: null });
  const one = followed.get(camera);
  one.told.add(told);
  if (one.address) told(one.address);
  refresh(camera, one);
  return () => one.told.delete(told);
}

async function refresh(camera, one) {
  const at = live.state.cameras.find((known) => known.id === camera)?.picture_at;
  if (!at || at === one.at || one.busy || !one.told.size || document.hidden) return;
  one.busy = true;
  try {
    const answer = await fetch(`/api/v1/cameras/${camera}/picture`);
    if (answer.ok) hand(one, at, URL.createObjectURL(await answer.blob()));
  } catch {
    // The link says that the service is lost; the picture stays what it was.
  } finally {
    one.busy = false;
  }
}

/** The address before the last is let go only now: an image may still be decoding the last one. */
function hand(one, at, address) {
  if (one.former) URL.revokeObjectURL(one.former);
  [one.former, one.address, one.at] = [one.address, address, at];
  one.told.forEach((told) => told(address));
}

live.addEventListener("state", () => followed.forEach((one, camera) => refresh(camera, one)));
