// Numbers, times and ages as people read them. Times are in the site's time zone and run to 24 hours.

import { lang, locale } from "./words.js";

let timezone = "UTC";
const formats = new Map();

/** All times from now on are those of this zone. */
export function standIn(zone) {
  timezone = zone;
  formats.clear();
}

function format(kind, make) {
  const key = `${kind}:${locale()}`;
  if (!formats.has(key)) formats.set(key, make(locale()));
  return formats.get(key);
}

const clockStyle = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const dayStyle = { year: "numeric", month: "short", day: "numeric" };

/** Whole people, never below zero: the estimate may be, a crowd cannot. */
export const people = (value) =>
  format("people", (tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: 0 })).format(Math.max(0, Math.round(value)));

/** A number with two digits after the point. */
export const decimal = (value) =>
  format("decimal", (tag) => new Intl.NumberFormat(tag, { minimumFractionDigits: 2, maximumFractionDigits: 2 })).format(value);

/** A share in whole per cent. */
export const share = (value) =>
  format("share", (tag) => new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 })).format(Math.max(0, value));

/** The time of day with seconds. */
export const clock = (ms) =>
  format("clock", (tag) => new Intl.DateTimeFormat(tag, { ...clockStyle, timeZone: timezone })).format(ms);

/** The time of day without seconds. */
export const minute = (ms) =>
  format("minute", (tag) => new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: timezone })).format(ms);

/** The day. */
export const day = (ms) => format("day", (tag) => new Intl.DateTimeFormat(tag, { ...dayStyle, timeZone: timezone })).format(ms);

/** The time of day without seconds, and the day too when it is another one than that of `now`. */
export const moment = (ms, now) => (day(ms) === day(now ?? ms) ? minute(ms) : `${day(ms)} ${minute(ms)}`);

/** How long ago, in the largest unit that says enough. */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [s, min, h, d] = lang() === "zh" ? [" 秒", " 分钟", " 小时", " 天"] : [" s", " min", " h", " d"];
  if (seconds < 120) return `${seconds}${s}`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}${min}`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)}${h}`;
  return `${Math.floor(seconds / 86400)}${d}`;
}

/** A countdown as minutes and seconds. */
export function countdown(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${hours ? two(Math.floor(whole / 60) % 60) : Math.floor(whole / 60)}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
