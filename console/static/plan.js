// A plan of the zones from their polygons: no tiles, no network. A tall site is laid on its side; the arrow shows north.

import { el, mark, svg, write } from "./dom.js";
import { people } from "./format.js";
import { named, say } from "./words.js";

const MARGIN = 8;
const TALLEST = 220;
const TALL = 1.2;

/** Longitude and latitude onto a plane of the width there is: near enough for a district, right in its proportions. */
function projection(points, width) {
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)];
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const [wide, tall] = [(east - west) * squeeze || 1e-6, north - south || 1e-6];
  const isLaid = tall > TALL * wide;
  const [across, down] = isLaid ? [tall, wide] : [wide, tall];
  const scale = Math.min((width - 2 * MARGIN) / across, (TALLEST - 2 * MARGIN) / down);
  const left = (width - across * scale) / 2;
  const upright = ([lon, lat]) => [left + (lon - west) * squeeze * scale, MARGIN + (north - lat) * scale];
  const laid = ([lon, lat]) => [left + (north - lat) * scale, MARGIN + (east - lon) * squeeze * scale];
  return { height: down * scale + 2 * MARGIN, place: isLaid ? laid : upright, isLaid };
}

/** The centre of an outline's area; of its corners where it has no area. */
function middle(points) {
  const sum = [0, 0, 0];
  points.forEach(([x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length];
    const cross = x * nextY - nextX * y;
    sum[0] += (x + nextX) * cross;
    sum[1] += (y + nextY) * cross;
    sum[2] += cross * 3;
  });
  if (sum[2] !== 0) return [sum[0] / sum[2], sum[1] / sum[2]];
  return [0, 1].map((axis) => points.reduce((total, point) => total + point[axis], 0) / points.length);
}

export class Plan {
  constructor(section, node) {
    this.section = section;
    this.node = node;
    this.shapes = [];
    this.north = el("span", { class: "plan-north" });
    new ResizeObserver(() => this.picture && this.render(this.picture)).observe(node);
  }

  /** Show every zone that has a polygon, in the colour of its level. */
  render(picture) {
    this.picture = picture;
    if (this.site !== picture.site || this.width !== this.node.clientWidth) this.#lay(picture.site);
    for (const { zone, group, name, count, room } of this.shapes) {
      const state = picture.zones[zone.id];
      mark(group, "data-level", state?.level ?? "normal");
      write(name, named(zone.name, zone.id));
      const numeral = state && state.level !== "normal" ? ` · ${state.level}` : "";
      write(count, state ? people(state.people) + numeral : "–");
      mark(name, "visibility", name.getComputedTextLength() < room ? "visible" : "hidden");
    }
    write(this.north, `${this.isLaid ? "←" : "↑"} ${say("north")}`);
  }

  /** Outline only what is not current, so that no colour stands for an old figure. */
  grow(picture, isStale) {
    for (const { zone, group } of this.shapes) {
      const state = picture.zones[zone.id];
      mark(group, "data-stale", !state || isStale(state) || state.quality === "blind" ? "" : null);
    }
  }

  #lay(site) {
    const zones = site.zones.filter((zone) => zone.polygon.length > 2);
    this.section.hidden = zones.length === 0;
    [this.site, this.width, this.shapes] = [site, this.node.clientWidth, []];
    if (!zones.length) return;
    const { height, place, isLaid } = projection(zones.flatMap((zone) => zone.polygon), this.width);
    this.isLaid = isLaid;
    const drawing = svg("svg", { viewBox: `0 0 ${this.width} ${height.toFixed(0)}` });
    for (const zone of zones) {
      const points = zone.polygon.map(place);
      const [x, y] = middle(points);
      const area = svg("polygon", { points: points.map((point) => point.map((value) => value.toFixed(1)).join(",")).join(" ") });
      const name = svg("text", { x: x.toFixed(1), y: y.toFixed(1), dy: "-0.15em" });
      const count = svg("text", { class: "number", x: x.toFixed(1), y: y.toFixed(1), dy: "1.05em" });
      const sides = points.map(([side]) => side);
      const room = Math.max(...sides) - Math.min(...sides);
      this.shapes.push({ zone, group: svg("g", {}, area, name, count), name, count, room });
    }
    drawing.append(...this.shapes.map(({ group }) => group));
    this.node.replaceChildren(el("div", { "aria-hidden": "true" }, drawing, this.north));
  }
}
