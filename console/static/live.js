// Is what the page shows true now? Computed in the browser, since a server that is gone cannot say so.

export const LOST_MS = 2_600;
/** Two missed beats and a little; with a look every 200 ms the bar is there within three seconds. */

export const LOOK_MS = 200;

/** How the page stands: a word (`live`, `connecting`, or why not) and the age that goes with it. */
export function standing(stream, picture, link, staleMs) {
  const silence = stream.silence();
  if (picture === null) return { word: silence > LOST_MS ? "never" : "connecting", age: silence };
  if (silence > LOST_MS) return { word: "lost", age: silence };
  if (link !== "live") return { word: link, age: silence };
  const ages = Object.values(picture.zones).map((state) => stream.age(state.arrived) ?? Infinity);
  const youngest = Math.min(...ages);
  if (ages.length && youngest > staleMs) return { word: "silent", age: youngest };
  return { word: "live", age: silence };
}
