import type { Buffer } from "node:buffer";
import type { AccessUnit } from "../../encode/access_unit.ts";
import { packetize } from "./packetize.ts";

/**
 * The RTP payloads of access units, cut once however many viewers there are. They live as long as
 * their access unit does.
 */
export class PayloadCache {
  readonly #payloads = new WeakMap<AccessUnit, readonly Buffer[]>();

  /** The payloads of one access unit in sending order. */
  get(au: AccessUnit): readonly Buffer[] {
    let payloads = this.#payloads.get(au);
    if (!payloads) {
      payloads = packetize(au.data);
      this.#payloads.set(au, payloads);
    }
    return payloads;
  }
}
