import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { ConfigError, ConfigFileError, UsageError } from "./errors.ts";
import { checkCameras, parseConfig, readConfig } from "./load.ts";
import { replaceFile } from "./replace_file.ts";
import { type CameraConfig, cameraConfigs, type Config } from "./schema.ts";

/** Cameras' settings as they are written: an address, or an object. */
export type CameraEntries = Config["cameras"];

/** A change to an object: `null` takes a key away, objects change within (RFC 7396). */
export type Patch = { [key: string]: unknown };

/** What a {@linkcode ConfigStore} begins with. */
export interface StoreOptions {
  /** The configuration file, if there is one, and its text. */
  file?: string;
  text?: string;
  /** Cameras that stand in no file: they last as long as the process. */
  memory?: CameraEntries;
  /** Lays the command's flags over what the file says. */
  adjust?: (config: Config) => Config;
}

/**
 * The configuration of a running service: a file, what the command line says, and changes made while it
 * runs. What is not valid is refused, and leaves everything as it was.
 */
export class ConfigStore {
  readonly file: string | undefined;
  /** Why the file as it stands is not used; null if it is. */
  problem: string | null = null;
  /** Told of the cameras after each change. */
  onCameras: (cameras: CameraConfig[]) => void = () => {};
  readonly #adjust: (config: Config) => Config;
  #text: string;
  #memory: CameraEntries;
  #config: Config;
  /** Changes are made one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  /** @throws {ConfigError} if it is not valid. */
  constructor({ file, text = "", memory = {}, adjust = (config) => config }: StoreOptions) {
    this.file = file;
    this.#adjust = adjust;
    this.#text = text;
    this.#memory = memory;
    this.#config = this.#build(text, memory);
  }

  /** What is in force. */
  get config(): Config {
    return this.#config;
  }

  /** The cameras in force, defaults filled in. */
  cameras(): CameraConfig[] {
    return cameraConfigs(this.#config);
  }

  /** Whether a camera stands in the file. */
  isSaved(name: string): boolean {
    return this.file !== undefined && !Object.hasOwn(this.#memory, name);
  }

  /**
   * Reads the file again.
   *
   * @returns what changed and needs a new start to take effect, such as `server`
   * @throws {UsageError} if it cannot be read or is not valid; `problem` says so then as well.
   */
  reload(): Promise<string[]> {
    return this.#inTurn(async () => {
      if (this.file === undefined) return [];
      const before = this.#config;
      try {
        const text = await readConfig(this.file);
        if (text !== this.#text) this.#use(text, this.#memory);
        this.problem = null;
      } catch (error) {
        this.problem = error instanceof Error ? error.message : String(error);
        throw error;
      }
      const { cameras: _, defaults: __, ...rest } = this.#config;
      return Object.entries(rest).filter(([key, value]) =>
        JSON.stringify(value) !== JSON.stringify(before[key as keyof Config])
      ).map(([key]) => key);
    });
  }

  /**
   * Adds a camera: to the file where there is one.
   *
   * @throws {UsageError} if its settings are not valid or the file cannot be written.
   */
  add(name: string, entry: Patch): Promise<void> {
    return this.#edit(name, (document) => {
      document.setIn(["cameras", name], nodeOf(document, entry));
    }, () => entry);
  }

  /**
   * Adds a camera that lasts as long as the process at most, file or no file.
   *
   * @throws {UsageError} if its settings are not valid.
   */
  addForNow(name: string, entry: Patch): Promise<void> {
    return this.#inTurn(() => {
      const memory = { ...this.#memory, [name]: entry } as CameraEntries;
      return Promise.resolve(this.#use(this.#text, checkCameras(memory)));
    });
  }

  /**
   * Changes a camera's settings where they stand.
   *
   * @throws {UsageError} if they are not valid then or the file cannot be written.
   */
  change(name: string, patch: Patch): Promise<void> {
    return this.#edit(name, (document) => {
      const node = ownNode(document, ["cameras", name]);
      if (isScalar(node)) {
        const map = document.createNode({}) as YAMLMap;
        map.set("source", node);
        document.setIn(["cameras", name], map);
      }
      patchDocument(document, ["cameras", name], patch);
    }, (entry) => merge(typeof entry === "string" ? { source: entry } : entry, patch));
  }

  /**
   * Takes a camera away.
   *
   * @throws {UsageError} if the file cannot be written.
   */
  remove(name: string): Promise<void> {
    return this.#edit(name, (document) => document.deleteIn(["cameras", name]), () => undefined);
  }

  #edit(
    name: string,
    inFile: (document: Document) => void,
    inMemory: (entry: CameraEntries[string] | undefined) => unknown,
  ): Promise<void> {
    return this.#inTurn(async () => {
      if (this.file === undefined || Object.hasOwn(this.#memory, name)) {
        const { [name]: before, ...rest } = this.#memory;
        const entry = inMemory(before);
        const memory = entry === undefined ? rest : { ...this.#memory, [name]: entry };
        this.#use(this.#text, checkCameras(memory as CameraEntries));
        return;
      }
      // What somebody has written into the file meanwhile is not lost.
      const current = await readConfig(this.file);
      this.#refuseInvalid(current);
      const text = edited(current, this.file, inFile);
      this.#build(text, this.#memory);
      await replaceFile(this.file, text);
      this.#use(text, this.#memory);
      this.problem = null;
    });
  }

  /** Whoever changes one camera is not to be told of another's mistake as of their own. */
  #refuseInvalid(text: string): void {
    try {
      this.#build(text, this.#memory);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new ConfigFileError(
        `The configuration file is not valid as it stands, and is left alone until it is: ${error.message}`,
        { cause: error },
      );
    }
  }

  #use(text: string, memory: CameraEntries): void {
    this.#config = this.#build(text, memory);
    this.#text = text;
    this.#memory = memory;
    this.onCameras(this.cameras());
  }

  #build(text: string, memory: CameraEntries): Config {
    const config = parseConfig(text, this.file ?? "");
    return this.#adjust({ ...config, cameras: { ...config.cameras, ...memory } });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}

/**
 * A configuration's text with a change in it, all else as it was.
 *
 * @throws {ConfigFileError} where it is written in a way that cannot be changed from here
 */
function edited(text: string, file: string, change: (document: Document) => void): string {
  const document = parseDocument(text);
  // A section whose keys are all commented out is nothing to put a key into.
  if (!isMap(document.get("cameras"))) document.set("cameras", document.createNode({}));
  try {
    change(document);
    return document.toString({ lineWidth: 0 });
  } catch (error) {
    // Such as an anchor that is to go while something else refers to it.
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigFileError(
      `Cannot change '${file}' from here: ${why}. Change it there yourself`,
      {
        cause: error,
      },
    );
  }
}

/** What stands at a path; a reference to something that stands elsewhere (`*name`) becomes a copy of its own. */
function ownNode(document: Document, path: string[]): unknown {
  const node = document.getIn(path, true);
  if (!isAlias(node)) return node;
  const copy = node.resolve(document)!.clone() as Node;
  visit(copy, { Value: (_, value) => void delete value.anchor });
  document.setIn(path, copy);
  return copy;
}

/** A value as people would write it: each polygon on a line, as `[[0.1, 0.2], [0.3, 0.4]]`. */
function nodeOf(document: Document, value: unknown): Node {
  const node = document.createNode(value) as Node;
  const isPoint = (item: unknown) => isSeq(item) && item.items.every(isScalar);
  visit(node, {
    Seq(_, sequence) {
      sequence.flow = sequence.items.length > 0 && sequence.items.every(isPoint);
    },
  });
  return node;
}

function patchDocument(document: Document, path: string[], patch: Patch): void {
  for (const [key, value] of Object.entries(patch)) {
    const at = [...path, key];
    if (value === null) document.deleteIn(at);
    else if (isObject(value) && isMap(ownNode(document, at))) patchDocument(document, at, value);
    else document.setIn(at, nodeOf(document, isObject(value) ? merge({}, value) : value));
  }
}

function merge(base: unknown, patch: Patch): Patch {
  const merged: Patch = isObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = isObject(value) ? merge(merged[key], value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Patch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a text, or any text in a value, would be expanded. @throws {UsageError} if so. */
export function refuseExpansion(value: unknown): void {
  if (typeof value === "string" && value.includes("${")) {
    throw new UsageError("'${...}' can be used in the configuration file only");
  }
  if (typeof value === "object" && value !== null) Object.values(value).forEach(refuseExpansion);
}
