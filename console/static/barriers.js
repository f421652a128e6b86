// The barriers: where the machine of each stands in its eight steps, since when, and what is waited for.

import { el, mark, svg, write } from "./dom.js";
import { moment } from "./format.js";
import { barriersOf } from "./model.js";
import { named, say } from "./words.js";

const STEPS = ["lifted", "wanted", "accepted", "deploying", "deployed", "lift_proposed", "lift_approved", "lifting"];
const RESTS = new Set(["lifted", "deployed"]);
/** The arm of the small picture: up, down, or on its way. */
const ARMS = { lifted: "up", wanted: "up", accepted: "up", deploying: "moving", lifting: "moving" };

class Row {
  constructor(barrier) {
    this.barrier = barrier;
    this.name = el("h3");
    this.state = el("strong", { class: "barrier-state" });
    this.since = el("span", { class: "dim number" });
    this.serves = el("span");
    this.deploys = el("span");
    this.reason = el("p", { class: "barrier-reason" });
    this.step = el("span", { class: "unseen" });
    this.dots = STEPS.map((step) => el("li", { "data-rest": RESTS.has(step) ? "" : "no" }));
    this.icon = svg(
      "svg",
      { class: "barrier-icon", viewBox: "0 0 40 32", "aria-hidden": "true" },
      svg("path", { class: "post", d: "M7 29V13M3 29h8M34 29V17" }),
      svg("path", { class: "arm", d: "M7 13H37" }),
    );
    this.node = el(
      "article",
      { class: "barrier", "data-barrier": barrier.id },
      this.icon,
      el("div", { class: "barrier-head" }, this.name, el("p", {}, this.state, " ", this.since), this.step),
      el("ol", { class: "steps", "aria-hidden": "true" }, ...this.dots),
      this.reason,
      el("p", { class: "barrier-facts dim" }, this.serves, this.deploys),
    );
  }

  render(picture) {
    const { id, name, zones, deploy_at: deployAt } = this.barrier;
    const state = picture.barriers[id];
    const word = state?.state ?? "none";
    const step = STEPS.indexOf(word);
    write(this.name, named(name, id));
    mark(this.node, "data-state", word);
    mark(this.icon, "data-arm", state ? (ARMS[word] ?? (word === "failed" ? "broken" : "down")) : "up");
    write(this.state, state ? say(word) : say("no_barrier_state"));
    const since = state?.since ? say("since", { time: moment(state.since, picture.data_at) }) : "";
    const isLate = state?.overdue ? "" : null;
    mark(this.node, "data-overdue", isLate);
    const late = isLate === null ? "" : say("overdue");
    const due = state?.due ? say("due", { time: moment(state.due, picture.data_at) }) : "";
    write(this.since, [since, due, late].filter(Boolean).join(" · "));
    write(this.step, step < 0 ? "" : say("step", { step: step + 1 }));
    this.dots.forEach((dot, index) => {
      mark(dot, "data-at", step < 0 ? null : index < step ? "before" : index === step ? "now" : null);
      mark(dot, "title", say(STEPS[index]));
    });
    write(this.reason, state?.reason ? say(state.reason) : "");
    const served = zones.map((zone) => named(picture.site.zones.find((known) => known.id === zone)?.name, zone));
    write(this.serves, say("serves", { zones: served.join(say("comma")) }));
    write(this.deploys, deployAt ? say("deploys_at", { level: say(`short_${deployAt}`) }) : "");
  }
}

export class Barriers {
  constructor(node) {
    this.node = node;
    this.rows = new Map();
  }

  /** Show every barrier of the site. */
  render(picture) {
    const barriers = barriersOf(picture);
    if (barriers.length !== this.rows.size || barriers.some((barrier) => !this.rows.has(barrier.id)) || this.site !== picture.site) {
      this.site = picture.site;
      this.rows = new Map(barriers.map((barrier) => [barrier.id, new Row(barrier)]));
      this.node.replaceChildren(...[...this.rows.values()].map((row) => row.node));
    }
    if (!barriers.length) this.node.replaceChildren(el("p", { class: "dim empty" }, say("no_barriers")));
    for (const row of this.rows.values()) row.render(picture);
  }
}
