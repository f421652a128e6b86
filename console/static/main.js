// The page put together: events come in, the parts show them, and five times a second everything grows older.

import { Alerts } from "./alerts.js";
import { badge, setLevel } from "./badge.js";
import { Barriers } from "./barriers.js";
import { mark, write } from "./dom.js";
import { age, clock, day, people, standIn } from "./format.js";
import { LOOK_MS, standing } from "./live.js";
import { moveOn, setLimits, total } from "./model.js";
import { Plan } from "./plan.js";
import { Stream } from "./stream.js";
import { lang, locale, named, say, speak } from "./words.js";
import { Zones } from "./zones.js";

const part = (id) => document.getElementById(id);
const zones = new Zones(part("zones"));
const barriers = new Barriers(part("barriers"));
const alerts = new Alerts(part("alerts"));
const plan = new Plan(part("plan-section"), part("plan"));
const highest = part("highest").appendChild(badge());

let picture = null;
let link = "reading";

const stream = new Stream("/api/events", {
  snapshot(body) {
    picture = body;
    link = body.kafka;
    setLimits(picture, body.limits);
    standIn(body.site.timezone);
    renderAll();
  },
  change(body) {
    const fresh = moveOn(picture, body);
    zones.render(picture, body.limits ? null : new Set(Object.keys(body.zones)));
    if (Object.keys(body.barriers).length) barriers.render(picture);
    if (fresh.length) {
      alerts.render(picture);
      announce(fresh);
    }
    renderHead();
    look();
  },
  ping(body) {
    link = body.kafka;
    look();
  },
});

const isStale = (state) => (stream.age(state.arrived) ?? Infinity) > picture.stale_ms;

function renderAll() {
  document.documentElement.lang = locale();
  for (const node of document.querySelectorAll("[data-say]")) write(node, say(node.dataset.say));
  for (const button of document.querySelectorAll("[data-lang]")) mark(button, "aria-pressed", String(button.dataset.lang === lang()));
  if (picture !== null) {
    zones.render(picture);
    barriers.render(picture);
    alerts.render(picture);
    renderHead();
  }
  look();
}

function renderHead() {
  plan.render(picture);
  const sum = total(picture, isStale);
  write(part("site"), named(picture.site.name, picture.site.id));
  write(part("people"), sum.any ? people(sum.people) : "–");
  setLevel(highest, sum.level);
  highest.hidden = !sum.any;
  write(part("clock"), picture.data_at === null ? "–" : clock(picture.data_at));
  write(part("clock-zone"), picture.data_at === null ? "" : `${day(picture.data_at)} · ${picture.site.timezone}`);
  part("simulated").hidden = !picture.simulated;
  const revisions = new Set(Object.values(picture.zones).map((state) => state.revision).filter((revision) => revision !== null));
  write(part("revision"), [...revisions].join(", ") || "–");
  const level = sum.level === "normal" ? "" : `${sum.level} · `;
  document.title = `${level}${named(picture.site.name, picture.site.id)} · Tidegate`;
}

/** Read out what a person must not miss: a rise to level I at once, everything else when it is quiet. */
function announce(fresh) {
  for (const alert of fresh.filter((one) => one.kind === "level")) {
    const zone = named(picture.site.zones.find((known) => known.id === alert.zone)?.name, alert.zone);
    const text = say("raised", { zone, level: say(alert.to), reason: say(alert.reason) });
    write(part(alert.to === "I" ? "shout" : "tell"), text);
  }
}

function look() {
  const now = standing(stream, picture, link, picture?.stale_ms);
  const isLive = now.word === "live" || now.word === "connecting";
  mark(document.body, "data-live", now.word);
  renderBar(isLive ? "" : `${say("not_live")} · ${say(now.word, { age: age(now.age) })}`);
  write(part("pulse"), isLive ? say(now.word) : say("not_live"));
  if (picture === null) return;
  const { notCurrent, all } = total(picture, isStale);
  write(part("not-current"), isLive && notCurrent ? say("stale_share", { count: notCurrent, all }) : "");
  const isOld = (state) => !isLive || isStale(state);
  zones.grow(picture, (state) => stream.age(state.arrived), isOld);
  plan.grow(picture, isOld);
}

/** The bar speaks once when it appears; its age then counts on without being read out again and again. */
function renderBar(text) {
  const bar = part("lost");
  mark(bar, "aria-live", bar.textContent && text ? "off" : "assertive");
  write(bar, text);
}

for (const button of document.querySelectorAll("[data-lang]")) {
  button.addEventListener("click", () => {
    speak(button.dataset.lang);
    renderAll();
  });
}
document.addEventListener("visibilitychange", look);
setInterval(look, LOOK_MS);
renderAll();
