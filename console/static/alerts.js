// The last alerts, newest first: when, where, from what to what, and why.

import { badge, setLevel, setOrigin } from "./badge.js";
import { el } from "./dom.js";
import { clock, day, people } from "./format.js";
import { SEVERITY } from "./model.js";
import { named, say } from "./words.js";

function change(alert) {
  const [from, to] = alert.kind === "quality" ? [alert.from, alert.to].map(quality) : [badge(), badge()];
  if (alert.kind === "level") {
    setOrigin(from, alert.from);
    setLevel(to, alert.to, true);
  }
  const rises = alert.kind === "level" && SEVERITY[alert.to] > SEVERITY[alert.from];
  const words = say("from_to", { from: say(word(alert, alert.from)), to: say(word(alert, alert.to)) });
  mute(from, to);
  const shown = alert.from === alert.to ? [to] : [from, arrow(), to];
  return el("span", { class: "alert-change", "data-rises": rises ? "" : "no" }, el("span", { class: "unseen" }, words), ...shown);
}

const word = (alert, value) => (alert.kind === "quality" ? `${value}_short` : `short_${value}`);
const quality = (value) => el("span", { class: "badge", "data-quality": value }, say(`${value}_short`));
const arrow = () => el("span", { class: "arrow", "aria-hidden": "true" }, "→");
const mute = (...nodes) => nodes.forEach((node) => node.setAttribute("aria-hidden", "true"));

/** The figure that decided, beside the limit that it met: the upper bound lowers a level, and may raise one. */
function figures(alert) {
  if (typeof alert.rolling !== "number" || typeof alert.limit !== "number") return "";
  const [rolling, upper, limit] = [alert.rolling, alert.upper ?? alert.rolling, alert.limit].map(people);
  const text = say(alert.rolling < alert.limit ? "figures_upper" : "figures", { rolling, upper, limit });
  return el("span", { class: "alert-figures number" }, text);
}

function line(alert, picture) {
  const zone = picture.site.zones.find((known) => known.id === alert.zone);
  const isToday = day(alert.at) === day(picture.data_at ?? alert.at);
  return el(
    "li",
    { "data-kind": alert.kind, "data-to": alert.to },
    el("time", { class: "number", datetime: new Date(alert.at).toISOString() }, ...(isToday ? [] : [`${day(alert.at)} `]), clock(alert.at)),
    el("span", { class: "alert-zone" }, named(zone?.name, alert.zone)),
    change(alert),
    el("span", { class: "alert-reason" }, say(alert.reason), figures(alert)),
  );
}

export class Alerts {
  constructor(node) {
    this.node = node;
  }

  /** Show the whole list. */
  render(picture) {
    if (!picture.alerts.length) this.node.replaceChildren(el("p", { class: "dim empty" }, say("no_alerts")));
    else this.node.replaceChildren(el("ol", {}, ...picture.alerts.map((alert) => line(alert, picture))));
  }
}
