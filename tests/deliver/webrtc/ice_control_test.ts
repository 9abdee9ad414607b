import assert from "node:assert/strict";
import type { Candidate } from "werift";
import type { IceControl } from "../../../src/deliver/webrtc/ice_control.ts";
import { parseOffer } from "../../../src/deliver/webrtc/offer.ts";
import { answerOffer } from "../../../src/deliver/webrtc/peer.ts";
import { CHROMIUM_OFFER } from "./chromium_offer.ts";

/** A pair of addresses that werift checks. */
interface Pair {
  readonly remoteCandidate: Candidate;
  nominated: boolean;
  updateState(state: number): void;
}

/** What is looked at of werift's side of ICE. */
interface Ice {
  readonly localUsername: string;
  readonly checkList: readonly Pair[];
  readonly nominated?: Pair;
  readonly options: { filterStunResponse?: (message: unknown) => boolean };
  checkComplete(pair: Pair): void;
}

/** werift's state of a pair whose check was answered. */
const SUCCEEDED = 3;

const NOBODY = "a=candidate:1 1 udp 2122260223 127.0.0.1 9 typ host";
const AGAIN = "a=ice-ufrag:late\r\na=ice-pwd:0123456789abcdef012345\r\n";

/** One who was answered, and of whom a candidate came with which no check will be answered. */
async function withSession(test: (control: IceControl, ice: Ice) => Promise<void>): Promise<void> {
  const peer = await answerOffer(parseOffer(CHROMIUM_OFFER, "42e01f"));
  try {
    await peer.ice.patch(`${NOBODY}\r\n`, peer.ice.etag);
    await test(peer.ice, peer.connection.iceTransports[0]!.connection as unknown as Ice);
  } finally {
    await peer.close();
  }
}

/** As if the viewer had answered its check, and chosen it. */
function answered(ice: Ice, pair: Pair): void {
  pair.nominated = true;
  pair.updateState(SUCCEEDED);
  ice.checkComplete(pair);
}

Deno.test("IceControl takes no answer to a check from before a restart for one of after it", () =>
  withSession(async (control, ice) => {
    const [old] = ice.checkList;
    // As if the viewer's own check had made it known.
    old!.remoteCandidate.generation = undefined;
    await control.patch(AGAIN, "*");
    answered(ice, old!);
    assert.equal(ice.nominated, undefined);
  }));

Deno.test("IceControl takes candidates after a restart, however the viewer counts restarts", () =>
  withSession(async (control, ice) => {
    await control.patch(AGAIN, "*");
    await control.patch(`${NOBODY} generation 7\r\n`, control.etag);
    const [pair] = ice.checkList;
    answered(ice, pair!);
    assert.equal(ice.nominated, pair);
  }));

Deno.test("IceControl leaves checks of the session before a restart alone", () =>
  withSession(async (control, ice) => {
    const check = (name: string) => ({ getAttributeValue: () => `${name}:viewer` });
    const before = ice.localUsername;
    await control.patch(AGAIN, "*");
    const heeds = ice.options.filterStunResponse!;
    assert.equal(heeds(check(before)), false);
    assert.equal(heeds(check(ice.localUsername)), true);
  }));
