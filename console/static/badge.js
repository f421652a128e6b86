// Level and quality told by shape, word and colour together, so that none of the three is needed alone.

import { el, mark, svg, write } from "./dom.js";
import { say } from "./words.js";

const SHAPES = {
  normal: "M8 2.500a5.500 5.500 0 1 0 0 11a5.500 5.500 0 1 0 0-11z",
  III: "M8 2L14.500 13.500H1.500z",
  II: "M8 1L15 8L8 15L1 8z",
  I: "M5.100 1h5.800L15 5.100v5.800L10.900 15H5.100L1 10.900V5.100z",
};

/** The shape of a level: circle, triangle, diamond, octagon. */
export const shape = (level) =>
  svg("svg", { class: "shape", viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: SHAPES[level] ?? SHAPES.normal }));

/** A badge that `setLevel` fills. */
export const badge = () => el("span", { class: "badge" });

/** Show a level on a badge, short (III) or with its word. */
export function setLevel(node, level, isShort = false) {
  const text = isShort && level !== "normal" ? level : say(level);
  const key = `${level}:${text}`;
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  mark(node, "data-level", level);
  const numeral = text.includes(level) || level === "normal" ? [] : [el("b", {}, level)];
  node.replaceChildren(shape(level), ...numeral, el("span", {}, text));
}

/** Show where a change began: of normal only the shape, since what matters is where it went. */
export function setOrigin(node, level) {
  setLevel(node, level, true);
  if (level === "normal") node.lastChild.remove();
}

/** Show the word of a quality. */
export function setQuality(node, quality) {
  mark(node, "data-quality", quality);
  write(node, say(quality));
}
