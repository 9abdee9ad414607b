import { blankI420, type I420 } from "../frame/i420.ts";
import { coverPicture } from "../mask/masked_picture.ts";
import type { EncoderKeeper } from "./encoder_keeper.ts";
import type { OutputClock } from "./output_clock.ts";

/** Cards change little: five pictures a second keep viewers' decoders awake. */
const CARD_PERIOD_MS = 200;
/**
 * A browser that has run dry by HLS wants some twenty pictures before it goes on. So the first come faster: at
 * five a second it would stand still for four seconds, and stay behind by them.
 */
const FIRST_CARDS = 30, FIRST_PERIOD_MS = 50;
const DEFAULT_SIZE = { width: 1280, height: 720 };

/** Shows a card in place of a camera's picture while there is none. */
export class CardShow {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #picture: I420 | undefined;
  #title = "";
  #detail = "";
  /** Cards since the camera's picture went away. */
  #cards = 0;
  #busy: Promise<void> = Promise.resolve();

  constructor(private readonly encoder: EncoderKeeper, private readonly clock: OutputClock) {}

  /**
   * Starts or changes the card.
   *
   * @param delayMs How long to wait before the first one.
   */
  show(title: string, detail: string, delayMs = 0): void {
    [this.#title, this.#detail] = [title, detail];
    if (this.#timer !== undefined) return;
    this.#cards = 0;
    this.#timer = setTimeout(() => this.#tick(), delayMs);
  }

  /** Takes the card away, and waits until the last one is with the encoder. */
  async hide(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#busy;
  }

  #tick(): void {
    const { width, height } = this.encoder.size ?? DEFAULT_SIZE;
    if (this.#picture?.width !== width || this.#picture.height !== height) {
      this.#picture = blankI420(width, height);
    }
    const card = coverPicture(this.#picture, this.#title, this.#detail);
    this.#busy = this.encoder.encode(card, this.clock.fromWall(), performance.now()).finally(() => {
      if (this.#timer !== undefined) {
        const periodMs = ++this.#cards < FIRST_CARDS ? FIRST_PERIOD_MS : CARD_PERIOD_MS;
        this.#timer = setTimeout(() => this.#tick(), periodMs);
      }
    });
  }
}

/** Local wall clock as hh:mm:ss. */
export function clockTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
}
