// The last half hour of a zone: the band as an area, the rolling occupancy as a line, the levels' limits behind them.

import { el, mark, svg, write } from "./dom.js";
import { clock, people } from "./format.js";
import { LEVELS } from "./model.js";
import { say } from "./words.js";

const WIDTH = 300;
const HEIGHT = 72;
const SPAN_MS = 30 * 60 * 1000;
const HEADROOM = 1.08;
const LABEL = 15;
const GAP_MS = 90_000;
/** Where no figure came for so long the line is broken: what was not measured is not drawn. */

export class Trend {
  constructor() {
    this.lines = {};
    this.labels = {};
    this.area = svg("path", { class: "trend-band" });
    this.line = svg("path", { class: "trend-line" });
    this.title = svg("title");
    this.plot = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" }, this.title);
    this.side = el("div", { class: "trend-side", "aria-hidden": "true" });
    for (const level of LEVELS) {
      for (const kind of ["raise", "clear"]) {
        const line = svg("line", { class: `trend-${kind}`, "data-level": level, x1: 0, x2: WIDTH });
        this.lines[`${kind}${level}`] = line;
        this.plot.append(line);
      }
      this.labels[level] = el("span", {}, level);
      this.side.append(this.labels[level]);
    }
    this.plot.append(this.area, this.line);
    this.ends = [el("span"), el("span")];
    const axis = el("p", { class: "trend-axis", "aria-hidden": "true" }, ...this.ends);
    this.node = el("div", { class: "trend" }, this.plot, this.side, axis);
  }

  /** Draw the points against the limits; the end of the time axis is the clock of the data. */
  draw(points, zone, state, dataAt) {
    const limits = zone.limits;
    write(this.ends[0], say("ago_30"));
    write(this.ends[1], say("now"));
    const highest = points.reduce((top, point) => Math.max(top, point[3]), 0);
    const roof = Math.max(limits?.raise[2] ?? zone.capacity ?? 0, highest, 10) * HEADROOM;
    const y = (value) => round(HEIGHT - (Math.max(0, value) / roof) * HEIGHT);
    const end = Math.max(dataAt, points.at(-1)?.[0] ?? dataAt);
    const x = (at) => round(WIDTH - ((end - at) / SPAN_MS) * WIDTH);
    this.#limits(limits, state, y);
    const runs = unbroken(points.filter((point) => point[0] >= end - SPAN_MS));
    mark(this.line, "d", runs.map((run) => path(run, (p) => `${x(p[0])} ${y(p[1])}`)).join(""));
    mark(this.area, "d", runs.map((run) => hull(run, x, y)).join(""));
    if (points.length) {
      const [from, to] = [clock(points[0][0]), clock(points.at(-1)[0])];
      write(this.title, say("trend_text", { from, to, now: people(points.at(-1)[1]) }));
    }
  }

  #limits(limits, state, y) {
    let below = Infinity;
    for (const [index, level] of limits ? LEVELS.entries() : []) {
      below = Math.min((y(limits.raise[index]) / HEIGHT) * 100, below - LABEL);
      this.labels[level].style.setProperty("top", `${below}%`);
    }
    LEVELS.forEach((level, index) => {
      for (const kind of ["raise", "clear"]) {
        const line = this.lines[`${kind}${level}`];
        mark(line, "visibility", limits ? "visible" : "hidden");
        mark(line, "data-held", state && state.level === level ? "" : null);
        if (!limits) continue;
        mark(line, "y1", y(limits[kind][index]));
        mark(line, "y2", y(limits[kind][index]));
      }
      this.labels[level].hidden = !limits;
      mark(this.labels[level], "data-held", state && state.level === level ? level : null);
    });
  }
}

const round = (value) => Math.round(value * 10) / 10;

function unbroken(points) {
  const runs = [];
  points.forEach((point, index) => {
    if (index === 0 || point[0] - points[index - 1][0] > GAP_MS) runs.push([]);
    runs.at(-1).push(point);
  });
  return runs;
}

const path = (run, place) => run.map((point, index) => `${index ? "L" : "M"}${place(point)}`).join("");

function hull(run, x, y) {
  const back = [...run].reverse();
  const upper = path(run, (point) => `${x(point[0])} ${y(point[3])}`);
  return `${upper}L${back.map((point) => `${x(point[0])} ${y(point[2])}`).join("L")}Z`;
}
