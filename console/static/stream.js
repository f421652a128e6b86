// The one connection of the page: events in, and how late they are.
//
// Every event says at which millisecond of the server's process it was made. The smallest difference to the browser's
// own clock that was seen in the last minutes is taken as the distance of the two clocks; whatever is above it is
// delay. So a figure's age is right even when events were held up on the way or the page was asleep.

import { LOST_MS } from "./live.js";

const WINDOW_MS = 60_000;
const REOPEN_MS = 5_000;
const AGAIN_MS = 1_000;

const JUMP_MS = 1_500;

/** The browser's clock. One of its two clocks stands still while a computer sleeps, so the time slept is added. */
class Clock {
  #gap = Date.now() - performance.now();
  #slept = 0;

  now() {
    return performance.now() + this.#slept;
  }

  /** Whether the computer slept, or its time was set forward, since this was last asked. */
  jumped() {
    const gap = Date.now() - performance.now();
    const jump = gap - this.#gap;
    this.#gap = gap;
    if (jump > JUMP_MS) this.#slept += jump;
    return jump > JUMP_MS;
  }
}

export class Stream {
  /** `handlers` has a function for each of `snapshot`, `change` and `ping`. */
  constructor(address, handlers) {
    this.address = address;
    this.handlers = handlers;
    this.clock = new Clock();
    this.begun = this.now();
    this.heard = null;
    this.number = null;
    this.#open();
    setInterval(() => this.#mend(), AGAIN_MS);
  }

  now() {
    return this.clock.now();
  }

  /** The age in ms of what arrived at the server at `arrived`, or null where nobody knows. */
  age(arrived) {
    return arrived === null || this.heard === null ? null : Math.max(0, this.now() - this.distance - arrived);
  }

  /** How long ago in ms the server made the newest event that came here. */
  silence() {
    return this.heard === null ? this.now() - this.begun : this.age(this.heard);
  }

  get distance() {
    return Math.min(this.nearest, this.before);
  }

  #open() {
    this.source?.close();
    this.opened = this.now();
    this.source = new EventSource(this.address);
    this.source.addEventListener("open", () => {
      this.isFresh = true;
    });
    for (const kind of Object.keys(this.handlers)) {
      this.source.addEventListener(kind, (event) => this.#take(kind, JSON.parse(event.data)));
    }
  }

  #take(kind, body) {
    if (kind === "change" && body.n !== this.number + 1) {
      this.#open();
      return;
    }
    if (kind === "snapshot" && this.isFresh) {
      this.isFresh = false;
      this.nearest = this.before = Infinity;
      this.window = this.now();
      this.heard = null;
    }
    if (kind !== "ping") this.number = body.n;
    this.#measure(this.now() - body.t);
    this.heard = Math.max(this.heard ?? -Infinity, body.t);
    this.handlers[kind](body);
  }

  #measure(distance) {
    if (this.now() - this.window > WINDOW_MS) {
      this.before = this.nearest;
      this.nearest = Infinity;
      this.window = this.now();
    }
    this.nearest = Math.min(this.nearest, distance);
  }

  /** A new connection measures the distance of the clocks anew, whichever of the two machines had stood still. */
  #mend() {
    const hasSlept = this.clock.jumped();
    const isClosed = this.source.readyState === EventSource.CLOSED;
    const isMute = this.silence() > LOST_MS && this.now() - this.opened > REOPEN_MS;
    if (isClosed || isMute || hasSlept) this.#open();
  }
}
