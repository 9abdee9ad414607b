interface User {
  jobs: (() => Promise<void>)[];
  /** Time it has had, in milliseconds; never less than what the neediest had when it came. */
  usedMs: number;
}

/**
 * Runs jobs one at a time and shares the time out: the next is of the user that has had least of it, so
 * one whose jobs are long or many does not keep the others waiting.
 */
export class FairQueue<Key> {
  readonly #users = new Map<Key, User>();
  #running = false;
  #idle: (() => void)[] = [];
  /** What the user served last had had before. */
  #levelMs = 0;

  /**
   * @param now Milliseconds.
   * @param breathe Lets the messages in that came meanwhile, before the next job is picked.
   */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly breathe: () => Promise<void> = () => new Promise((go) => setImmediate(go)),
  ) {}

  /** Adds a job, which must not fail. One user's jobs run in the order in which they came. */
  add(key: Key, job: () => Promise<void>): void {
    let user = this.#users.get(key);
    if (!user) {
      this.#prune();
      this.#users.set(key, user = { jobs: [], usedMs: 0 });
    }
    // Nobody saves time up by asking for nothing.
    if (user.jobs.length === 0) user.usedMs = Math.max(user.usedMs, this.#levelMs);
    user.jobs.push(job);
    if (!this.#running) this.#run();
  }

  /** Waits until there is nothing left to do. */
  async drained(): Promise<void> {
    if (this.#running) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let user = this.#next(); user; user = this.#next()) {
      this.#levelMs = user.usedMs;
      const began = this.now();
      // It stays in line while it runs, so that its next job does not count as a return.
      await user.jobs[0]();
      user.jobs.shift();
      user.usedMs += this.now() - began;
      if (this.#users.size > 1) await this.breathe();
    }
    this.#running = false;
    for (const wake of this.#idle.splice(0)) wake();
  }

  /** Forgets who is away and would be given the level anyway. */
  #prune(): void {
    for (const [key, { jobs, usedMs }] of this.#users) {
      if (jobs.length === 0 && usedMs <= this.#levelMs) this.#users.delete(key);
    }
  }

  #next(): User | undefined {
    const waiting = [...this.#users.values()].filter(({ jobs }) => jobs.length > 0);
    return waiting.sort((a, b) => a.usedMs - b.usedMs)[0];
  }
}
