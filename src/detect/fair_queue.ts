interface User<Job> {
  jobs: Job[];
  /** Time it has had, in milliseconds; never less than what the neediest had when it came. */
  usedMs: number;
}

/** Turns of the event loop in which messages come in: each brings one from each port. */
const TURNS = 3;

/** How a queue does its jobs. */
export interface FairQueueOptions<Job> {
  /**
   * How many jobs are done together, at least 1; one where it is not given.
   *
   * @param first The job that is done in any case.
   * @param waiting Jobs that could be done with it, itself included.
   */
  together?: (first: Job, waiting: number) => number;
  /** Whether a job can be done together with another. */
  fits?: (job: Job, first: Job) => boolean;
  /** Milliseconds. */
  now?: () => number;
  /** Lets the messages in that came meanwhile, before the next job is picked. */
  breathe?: () => Promise<void>;
}

/**
 * Does jobs one after the other, or several that wait and fit together at once, and shares the time
 * out: the next is of the user that has had least of it, so one whose jobs are long or many does not
 * keep the others waiting. Jobs done together are taken from their users in turns.
 */
export class FairQueue<Key, Job> {
  readonly #users = new Map<Key, User<Job>>();
  #running = false;
  #idle: (() => void)[] = [];
  /** What the user served last had had before. */
  #levelMs = 0;
  readonly #together: ((first: Job, waiting: number) => number) | undefined;
  readonly #fits: (job: Job, first: Job) => boolean;
  readonly #now: () => number;
  readonly #breathe: () => Promise<void>;

  /** @param work Does jobs; must not fail. */
  constructor(
    private readonly work: (jobs: Job[]) => Promise<void>,
    options: FairQueueOptions<Job> = {},
  ) {
    this.#together = options.together;
    this.#fits = options.fits ?? (() => true);
    this.#now = options.now ?? (() => performance.now());
    this.#breathe = options.breathe ?? (() => new Promise((go) => setImmediate(go)));
  }

  /** Adds a job. One user's jobs are done in the order in which they came. */
  add(key: Key, job: Job): void {
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
    if (this.#together) await this.#gather();
    for (let shares = this.#next(); shares.length > 0; shares = this.#next()) {
      this.#levelMs = shares[0].user.usedMs;
      const jobs = shares.flatMap(({ user, count }) => user.jobs.slice(0, count));
      const began = this.#now();
      // They stay in line while they are done, so that a user's next job does not count as a return.
      await this.work(jobs);
      const eachMs = (this.#now() - began) / jobs.length;
      for (const { user, count } of shares) {
        user.jobs.splice(0, count);
        user.usedMs += eachMs * count;
      }
      if (this.#together) await this.#gather();
      else if (this.#users.size > 1) await this.#breathe();
    }
    this.#running = false;
    for (const wake of this.#idle.splice(0)) wake();
  }

  /** Lets what is asked for at the same moment, and in several messages, come in. */
  async #gather(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await this.#breathe();
  }

  /** Forgets who is away and would be given the level anyway. */
  #prune(): void {
    for (const [key, { jobs, usedMs }] of this.#users) {
      if (jobs.length === 0 && usedMs <= this.#levelMs) this.#users.delete(key);
    }
  }

  /** What is done next: how many jobs of whom, the neediest first. Nothing if nobody waits. */
  #next(): { user: User<Job>; count: number }[] {
    const waiting = [...this.#users.values()].filter(({ jobs }) => jobs.length > 0)
      .sort((a, b) => a.usedMs - b.usedMs);
    if (waiting.length === 0) return [];
    if (!this.#together) return [{ user: waiting[0], count: 1 }];
    const first = waiting[0].jobs[0];
    const shares = waiting.map((user) => {
      const misfit = user.jobs.findIndex((job) => !this.#fits(job, first));
      return { user, count: 0, most: misfit < 0 ? user.jobs.length : misfit };
    }).filter(({ most }) => most > 0);
    const all = shares.reduce((sum, { most }) => sum + most, 0);
    let left = Math.min(all, Math.max(1, this.#together(first, all)));
    while (left > 0) {
      for (const share of shares) {
        if (left === 0 || share.count === share.most) continue;
        share.count++;
        left--;
      }
    }
    return shares.filter(({ count }) => count > 0);
  }
}
