import {
  FILE_ID,
  Flag,
  MAIN_STARTCODE,
  STREAM_STARTCODE,
  SYNCPOINT_STARTCODE,
} from "./nut_format.ts";
import type { PipeReader } from "./pipe_reader.ts";

/** Thrown when the bytes are not the NUT that ffmpeg writes. */
export class NutError extends Error {
  override readonly name = "NutError";
}

/** The header of the one video stream. */
export interface NutVideo {
  /** Codec tag, such as `I420` or `H264`. */
  fourcc: string;
  /** Picture size in pixels. */
  width: number;
  height: number;
  /** Pixel aspect ratio; 0:0 when unknown. */
  sampleAspect: [number, number];
}

/** One packet: what precedes its data. Its data must be read before the next call. */
export interface NutPacket {
  /** Of which stream it is. */
  kind: "video" | "audio";
  /** Presentation time in microseconds. */
  timeUs: number;
  key: boolean;
  /** Bytes of data that follow, `prefix` included. */
  size: number;
  /** First bytes of the data, elided in the file because they are always the same. */
  prefix: Uint8Array;
}

interface FrameCode {
  flags: number;
  sizeMul: number;
  sizeLsb: number;
  ptsDelta: number;
  reserved: number;
  headerIdx: number;
  stream: number;
}

interface Stream {
  kind: "video" | "audio";
  timeBase: [number, number];
  ptsShift: number;
  lastPts: number;
}

const NO_PREFIX = new Uint8Array(0);
const STREAM_CLASSES = ["video", "audio"] as const;

/**
 * Pulls packets out of a NUT stream, as they arrive: one video stream first, and perhaps sound with it.
 *
 * @example
 * ```ts
 * const nut = new NutReader(new PipeReader(child.stdout));
 * const video = await nut.open();
 * for (let p = await nut.next(); p; p = await nut.next()) buffer = await nut.data(p, buffer);
 * ```
 */
export class NutReader {
  #pipe: PipeReader;
  #codes: FrameCode[] = [];
  #prefixes: Uint8Array[] = [NO_PREFIX];
  #timeBases: [number, number][] = [];
  #streams: Stream[] = [];
  #video: NutVideo | undefined;
  #peeked: number | undefined;

  constructor(pipe: PipeReader) {
    this.#pipe = pipe;
  }

  /**
   * Reads up to the first frame and gives the stream's header.
   *
   * @throws {NutError} if the bytes are not NUT with a video stream in front.
   * @throws {PipeEndedError} if the stream ends first.
   */
  async open(): Promise<NutVideo> {
    for (const expected of FILE_ID) {
      if (await this.#pipe.byte() !== expected) throw new NutError("Not a NUT stream");
    }
    // Headers end where the first byte that is not an 'N' begins a frame.
    this.#peeked = await this.#pipe.byte();
    while (this.#peeked === 0x4e) {
      this.#peeked = undefined;
      await this.#packet();
      this.#peeked = await this.#pipe.byte();
    }
    if (!this.#video) throw new NutError("NUT stream without a video header");
    return this.#video;
  }

  /** Whether there is sound; known once it is open. */
  get hasAudio(): boolean {
    return this.#streams.some(({ kind }) => kind === "audio");
  }

  /** The next packet, or null at the end of the stream. */
  async next(): Promise<NutPacket | null> {
    for (;;) {
      let code = this.#peeked;
      this.#peeked = undefined;
      if (code === undefined) {
        if (!(await this.#pipe.more())) return null;
        code = await this.#pipe.byte();
      }
      if (code !== 0x4e) return await this.#frame(code);
      await this.#packet();
    }
  }

  /**
   * Reads a packet's data into `target`, which must be `packet.size` long.
   *
   * @returns The data, in the same memory; `target` is empty from now on.
   */
  async data(
    { prefix, size }: NutPacket,
    target: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    target.set(prefix);
    const { buffer } = await this.#pipe.into(target.subarray(prefix.length, size));
    return new Uint8Array(buffer, target.byteOffset, size);
  }

  /** Passes over a packet's data. */
  async skip(packet: NutPacket): Promise<void> {
    await this.#pipe.skip(packet.size - packet.prefix.length);
  }

  async #varint(): Promise<number> {
    let value = 0;
    for (;;) {
      const byte = await this.#pipe.byte();
      value = value * 128 + (byte & 0x7f);
      if (byte < 128) return value;
    }
  }

  async #frame(code: number): Promise<NutPacket> {
    const entry = this.#codes[code];
    let flags = entry?.flags ?? Flag.INVALID;
    if (flags & Flag.CODED) flags ^= await this.#varint();
    if (flags & (Flag.INVALID | Flag.SM_DATA)) {
      throw new NutError(`Unexpected NUT frame, code ${code}, flags ${flags}`);
    }
    const id = flags & Flag.STREAM_ID ? await this.#varint() : entry.stream;
    const stream = this.#streams[id];
    if (!stream) throw new NutError(`NUT frame of stream ${id}, which has no header`);
    let pts = stream.lastPts + entry.ptsDelta;
    if (flags & Flag.CODED_PTS) pts = fullPts(await this.#varint(), stream);
    let size = entry.sizeLsb;
    if (flags & Flag.SIZE_MSB) size += entry.sizeMul * await this.#varint();
    if (flags & Flag.MATCH_TIME) await this.#varint();
    let headerIdx = entry.headerIdx;
    if (flags & Flag.HEADER_IDX) headerIdx = await this.#varint();
    let reserved = entry.reserved;
    if (flags & Flag.RESERVED) reserved = await this.#varint();
    while (reserved-- > 0) await this.#varint();
    if (flags & Flag.CHECKSUM) await this.#pipe.skip(4);
    stream.lastPts = pts;
    // The specification allows elided headers only in small frames.
    const prefix = size > 4096 ? NO_PREFIX : this.#prefixes[headerIdx] ?? NO_PREFIX;
    const [num, den] = stream.timeBase;
    const timeUs = Math.round(pts * num * 1e6 / den);
    return { kind: stream.kind, timeUs, key: (flags & Flag.KEY) !== 0, size, prefix };
  }

  /** Reads one packet that starts with a start code whose first byte has been read. */
  async #packet(): Promise<void> {
    const rest = await this.#pipe.into(new Uint8Array(7));
    const startcode = rest.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0x4en);
    const size = await this.#varint();
    if (size > 4096) await this.#pipe.skip(4);
    if (size > 1 << 20) throw new NutError(`NUT packet of ${size} bytes`);
    const fields = new Fields(await this.#pipe.into(new Uint8Array(size)));
    if (startcode === MAIN_STARTCODE) this.#mainHeader(fields);
    else if (startcode === STREAM_STARTCODE) this.#streamHeader(fields);
    else if (startcode === SYNCPOINT_STARTCODE) this.#syncpoint(fields);
    // Info and index packets say nothing about pictures.
  }

  #mainHeader(fields: Fields): void {
    if (fields.v() > 3) fields.v();
    const streams = fields.v();
    if (streams < 1 || streams > 2) {
      throw new NutError(`NUT with ${streams} streams: expected video, and perhaps sound`);
    }
    fields.v();
    const bases = fields.v();
    this.#timeBases = Array.from({ length: bases }, () => [fields.v(), fields.v()]);
    this.#codes = [];
    let ptsDelta = 0, sizeMul = 1, headerIdx = 0, stream = 0;
    while (this.#codes.length < 256) {
      const flags = fields.v();
      const count = fields.v();
      if (count > 0) ptsDelta = fields.s();
      if (count > 1) sizeMul = fields.v();
      if (count > 2) stream = fields.v();
      const size = count > 3 ? fields.v() : 0;
      const reserved = count > 4 ? fields.v() : 0;
      const repeat = count > 5 ? fields.v() : sizeMul - size;
      if (count > 6) fields.s();
      if (count > 7) headerIdx = fields.v();
      for (let i = 8; i < count; i++) fields.v();
      for (let i = 0; i < repeat && this.#codes.length < 256; i++) {
        // 'N' starts the start codes and is never a frame.
        if (this.#codes.length === 0x4e) {
          this.#codes.push({ ...INVALID_CODE });
          i--;
          continue;
        }
        const sizeLsb = size + i;
        this.#codes.push({ flags, sizeMul, sizeLsb, ptsDelta, reserved, headerIdx, stream });
      }
    }
    this.#prefixes = [NO_PREFIX];
    const prefixes = fields.v();
    for (let i = 0; i < prefixes; i++) this.#prefixes.push(fields.bytes(fields.v()));
  }

  #streamHeader(fields: Fields): void {
    const id = fields.v();
    const kind = STREAM_CLASSES[fields.v()];
    // Pictures come first, so that whoever knows of no sound is not surprised by it.
    if (!kind || id > 1 || kind !== STREAM_CLASSES[id]) {
      throw new NutError("NUT stream is not video");
    }
    const fourcc = String.fromCharCode(...fields.bytes(fields.v()));
    const timeBase = this.#timeBases[fields.v()] ?? [1, 1];
    this.#streams[id] = { kind, timeBase, ptsShift: fields.v(), lastPts: 0 };
    if (kind === "audio") return;
    fields.v();
    fields.v();
    fields.v();
    fields.bytes(fields.v());
    const width = fields.v(), height = fields.v();
    this.#video = { fourcc, width, height, sampleAspect: [fields.v(), fields.v()] };
  }

  #syncpoint(fields: Fields): void {
    const coded = fields.v();
    const [num, den] = this.#timeBases[coded % this.#timeBases.length];
    const ticks = Math.floor(coded / this.#timeBases.length);
    for (const stream of this.#streams) {
      const [streamNum, streamDen] = stream.timeBase;
      stream.lastPts = Math.floor(ticks * num * streamDen / (den * streamNum));
    }
  }
}

const INVALID_CODE: FrameCode = {
  flags: Flag.INVALID,
  sizeMul: 1,
  sizeLsb: 0,
  ptsDelta: 0,
  reserved: 0,
  headerIdx: 0,
  stream: 0,
};

function fullPts(coded: number, { ptsShift, lastPts }: Stream): number {
  const range = 2 ** ptsShift;
  if (coded >= range) return coded - range;
  const low = lastPts - Math.floor((range - 1) / 2);
  return low + (((coded - low) % range) + range) % range;
}

/** Reads the fields of one header packet. */
class Fields {
  #at = 0;
  constructor(readonly payload: Uint8Array) {}

  v(): number {
    let value = 0;
    while (this.#at < this.payload.length) {
      const byte = this.payload[this.#at++];
      value = value * 128 + (byte & 0x7f);
      if (byte < 128) return value;
    }
    throw new NutError("NUT header is cut short");
  }

  s(): number {
    const value = this.v() + 1;
    return value % 2 ? -(value - 1) / 2 : value / 2;
  }

  bytes(count: number): Uint8Array {
    this.#at += count;
    return this.payload.slice(this.#at - count, this.#at);
  }
}
