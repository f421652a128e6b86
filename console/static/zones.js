// A card for each zone: how many people, how sure, how full, which level, which way it goes, and how old all that is.

import { badge, setLevel, setQuality } from "./badge.js";
import { el, mark, write } from "./dom.js";
import { age, countdown, decimal, moment, people, share } from "./format.js";
import { LEVELS, zonesOf } from "./model.js";
import { Trend } from "./trend.js";
import { named, say } from "./words.js";

class Card {
  constructor(zone) {
    this.zone = zone;
    this.name = el("h3");
    this.level = badge();
    this.people = el("span", { class: "card-people number" });
    this.unit = el("span", { class: "dim" });
    this.share = el("span", { class: "card-share number" });
    this.capacity = el("span", { class: "dim" });
    this.fill = el("i", { class: "bar-fill" });
    this.whisker = el("i", { class: "bar-band" });
    this.ticks = LEVELS.map((level) => el("i", { class: "bar-tick", "data-level": level }));
    this.facts = ["band", "rolling", "density"].map((key) => ({ key, term: el("dt"), value: el("dd", { class: "number" }) }));
    this.trend = new Trend();
    this.quality = el("span", { class: "card-quality" });
    this.age = el("span", { class: "card-age number" });
    this.since = el("span", { class: "dim number" });
    this.clearing = el("span", { class: "card-clearing number" });
    const facts = this.facts.map(({ term, value }) => el("div", {}, term, value));
    this.node = el(
      "article",
      { class: "card", "data-zone": zone.id },
      el("header", {}, this.name, this.level),
      el(
        "p",
        { class: "card-main" },
        el("span", {}, this.people, " ", this.unit),
        el("span", { class: "card-full" }, this.share, " ", this.capacity),
      ),
      el("div", { class: "bar", "aria-hidden": "true" }, this.whisker, this.fill, ...this.ticks),
      el("dl", { class: "card-facts" }, ...facts),
      this.trend.node,
      el("p", { class: "card-wait" }, this.since, this.clearing),
      el("footer", {}, this.quality, this.age),
    );
  }

  /** Show the zone's state; what depends on the time that goes by is `grow`'s. */
  render(picture) {
    const state = picture.zones[this.zone.id];
    write(this.name, named(this.zone.name, this.zone.id) + (this.zone.isStranger ? ` (${say("not_in_site")})` : ""));
    mark(this.node, "data-level", state?.level ?? "normal");
    mark(this.node, "data-quality", state?.quality ?? "none");
    for (const { key, term } of this.facts) write(term, say(key));
    write(this.unit, say("people"));
    setLevel(this.level, state?.level ?? "normal");
    this.level.hidden = !state;
    this.#figures(state);
    this.#bar(state);
    this.trend.draw(picture.trends[this.zone.id] ?? [], this.zone, state, picture.data_at ?? 0);
    const wait = this.since.parentElement;
    write(this.since, state?.since && state.level !== "normal" ? say("since", { time: moment(state.since, picture.data_at) }) : "");
    write(this.clearing, isNumber(state?.clearing_s) ? say("clearing", { time: countdown(state.clearing_s) }) : "");
    wait.hidden = !this.since.textContent && !this.clearing.textContent;
    if (state) setQuality(this.quality, state.quality);
    else write(this.quality, say("no_figure"));
  }

  #figures(state) {
    const { capacity, area_m2: area } = this.zone;
    write(this.people, state ? people(state.people) : "–");
    write(this.share, state && capacity ? share(state.people / capacity) : "");
    write(this.capacity, capacity ? say("of_capacity", { capacity: people(capacity) }) : say("no_capacity"));
    const density = state?.density ?? (area && state ? Math.max(0, state.people) / area : null);
    const texts = state
      ? [`${people(state.lower)} – ${people(state.upper)}`, people(state.rolling), density === null ? "–" : decimal(density)]
      : ["–", "–", "–"];
    this.facts.forEach(({ value }, index) => write(value, texts[index]));
  }

  #bar(state) {
    const { capacity, limits } = this.zone;
    const full = Math.max(capacity ?? 0, limits?.raise[2] ?? 0, 1) * 1.1;
    const at = (value) => `${Math.min(100, (Math.max(0, value) / full) * 100).toFixed(1)}%`;
    this.fill.style.setProperty("width", state ? at(state.people) : "0");
    this.whisker.style.setProperty("left", state ? at(state.lower) : "0");
    this.whisker.style.setProperty("right", state ? `calc(100% - ${at(state.upper)})` : "100%");
    this.ticks.forEach((tick, index) => {
      tick.hidden = !limits;
      if (limits) tick.style.setProperty("left", at(limits.raise[index]));
    });
  }

  /** Show how old the figure is now. */
  grow(ageMs, isStale) {
    mark(this.node, "data-stale", isStale ? "" : null);
    if (ageMs === undefined) write(this.age, "");
    else if (ageMs === null) write(this.age, say("age_unknown"));
    else if (isStale) write(this.age, say("stale", { age: age(ageMs) }));
    else write(this.age, ageMs < 1000 ? say("just_now") : say("ago", { age: age(ageMs) }));
  }
}

const isNumber = (value) => typeof value === "number";

export class Zones {
  constructor(node) {
    this.node = node;
    this.cards = new Map();
  }

  /** Show all zones, or only those in `ids`. */
  render(picture, ids = null) {
    const zones = zonesOf(picture);
    if (zones.length !== this.cards.size || zones.some((zone) => this.cards.get(zone.id)?.zone !== zone && !zone.isStranger)) {
      this.cards = new Map(zones.map((zone) => [zone.id, new Card(zone)]));
      this.node.replaceChildren(...[...this.cards.values()].map((card) => card.node));
      ids = null;
    }
    for (const [id, card] of this.cards) if (ids === null || ids.has(id)) card.render(picture);
  }

  /** Let every figure grow older. */
  grow(picture, ageOf, isStale) {
    for (const [id, card] of this.cards) {
      const state = picture.zones[id];
      card.grow(state ? ageOf(state) : undefined, state ? isStale(state) : false);
    }
  }
}
