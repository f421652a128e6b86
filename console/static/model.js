// The picture as the page holds it: what the snapshot said, moved on by every change.

const SPAN_MS = 30 * 60 * 1000;
const SLOT_MS = 15_000;
const ALERTS = 200;

export const SEVERITY = { normal: 0, III: 1, II: 2, I: 3 };
export const LEVELS = ["III", "II", "I"];

/** The zones in the order of the site; zones that the site does not know come last. */
export function zonesOf(picture) {
  const known = picture.site.zones;
  const ids = new Set(known.map((zone) => zone.id));
  const strangers = Object.keys(picture.zones)
    .filter((id) => !ids.has(id))
    .sort()
    .map((id) => ({ id, name: null, capacity: null, area_m2: null, limits: null, polygon: [], isStranger: true }));
  return [...known, ...strangers];
}

/** The barriers in the order of the site, then those that it does not know. */
export function barriersOf(picture) {
  const known = picture.site.barriers;
  const ids = new Set(known.map((barrier) => barrier.id));
  const strangers = Object.keys(picture.barriers)
    .filter((id) => !ids.has(id))
    .sort()
    .map((id) => ({ id, name: null, zones: picture.barriers[id].zones, deploy_at: null }));
  return [...known, ...strangers];
}

/** What is in force now: the limits of every zone, by people, each for III, II, I. */
export function setLimits(picture, limits) {
  for (const zone of picture.site.zones) zone.limits = limits[zone.id] ?? null;
}

/** Move the picture on by a change; the alerts in it that are new come back, oldest first. */
export function moveOn(picture, change) {
  picture.data_at = change.data_at;
  if (change.limits) setLimits(picture, change.limits);
  for (const [id, state] of Object.entries(change.zones)) {
    if (state === null) {
      delete picture.zones[id];
      delete picture.trends[id];
    } else {
      picture.zones[id] = state;
      picture.trends[id] ??= [];
      for (const point of change.points[id]) lengthen(picture.trends[id], point);
    }
  }
  for (const [id, state] of Object.entries(change.barriers)) {
    if (state === null) delete picture.barriers[id];
    else picture.barriers[id] = state;
  }
  return remember(picture, change.alerts);
}

function lengthen(trend, point) {
  const slot = Math.floor(point[0] / SLOT_MS);
  while (trend.length && Math.floor(trend.at(-1)[0] / SLOT_MS) >= slot) trend.pop();
  trend.push(point);
  while (trend[0][0] < point[0] - SPAN_MS) trend.shift();
}

function remember(picture, alerts) {
  const known = new Set(picture.alerts.map((alert) => alert.id));
  const fresh = alerts.filter((alert) => !known.has(alert.id));
  picture.alerts = [...picture.alerts, ...fresh]
    .sort((a, b) => b.at - a.at || b.sequence - a.sequence)
    .slice(0, ALERTS);
  return fresh.sort((a, b) => a.at - b.at);
}

/** People in all zones, the highest level, and how many zones are not current. */
export function total(picture, isStale) {
  const states = Object.entries(picture.zones);
  const people = states.reduce((sum, [, state]) => sum + Math.max(0, state.people), 0);
  const level = states.reduce((top, [, state]) => (SEVERITY[state.level] > SEVERITY[top] ? state.level : top), "normal");
  const all = zonesOf(picture).length;
  const current = states.filter(([, state]) => !isStale(state) && state.quality !== "blind").length;
  return { people, level, all, notCurrent: all - current, any: states.length > 0 };
}
