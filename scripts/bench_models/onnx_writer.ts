/** ONNX files by hand: the few fields of its protobuf that networks of convolutions need. */

type Bytes = number[];

function varint(value: number): Bytes {
  const out: Bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push(value % 128 + 128);
  return [...out, value];
}

const number = (field: number, value: number): Bytes => [...varint(field * 8), ...varint(value)];
const bytes = (field: number, value: Bytes): Bytes => [
  ...varint(field * 8 + 2),
  ...varint(value.length),
  ...value,
];
const text = (field: number, value: string) => bytes(field, [...new TextEncoder().encode(value)]);
const float32 = (value: number): Bytes => [...new Uint8Array(Float32Array.of(value).buffer)];

/** Kinds of numbers, by ONNX's code. */
const FLOAT = 1, INT64 = 7;
/** Kinds of attributes, by ONNX's code. */
const ATTRIBUTE_INT = 2, ATTRIBUTE_TENSOR = 4, ATTRIBUTE_INTS = 7;

/** An attribute: a whole number, several, or a tensor of one float. */
export type Attribute = number | readonly number[] | { value: number };

/** A graph that grows node by node; a value is known by its name. */
export class OnnxGraph {
  readonly #nodes: Bytes[] = [];
  readonly #weights: Bytes[] = [];
  readonly #outputs: string[] = [];
  #next = 0;

  /** Adds a node and gives the name of its output. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): string {
    const output = `v${this.#next++}`;
    this.#nodes.push([
      ...inputs.flatMap((input) => text(1, input)),
      ...text(2, output),
      ...text(4, type),
      ...Object.entries(attributes).flatMap(([name, value]) => bytes(5, attribute(name, value))),
    ]);
    return output;
  }

  /** A tensor that is the same number all over; it is made when the network is loaded. */
  filled(shape: readonly number[], value: number): string {
    const name = `w${this.#next++}`;
    this.#weights.push([
      ...number(1, shape.length),
      ...number(2, INT64),
      ...text(8, name),
      ...bytes(9, [...new Uint8Array(BigInt64Array.from(shape.map(BigInt)).buffer)]),
    ]);
    return this.node("ConstantOfShape", [name], { value: { value } });
  }

  /** Makes a value an output of the network. */
  output(name: string): void {
    this.#outputs.push(name);
  }

  /** The file: one input `image`, floats of `[N, 3, size, size]`. */
  file(size: number): Uint8Array {
    const dimension = (value: number | string) =>
      bytes(1, typeof value === "string" ? text(2, value) : number(1, value));
    const value = (name: string, shape: Bytes) => [
      ...text(1, name),
      ...bytes(2, bytes(1, [...number(1, FLOAT), ...shape])),
    ];
    const shape = bytes(2, ["N", 3, size, size].flatMap(dimension));
    const graph = [
      ...this.#nodes.flatMap((node) => bytes(1, node)),
      ...text(2, "bench"),
      ...this.#weights.flatMap((weight) => bytes(5, weight)),
      ...bytes(11, value("image", shape)),
      ...this.#outputs.flatMap((name) => bytes(12, value(name, []))),
    ];
    const IR_VERSION = 8, OPSET = 13;
    return Uint8Array.from([
      ...number(1, IR_VERSION),
      ...bytes(7, graph),
      ...bytes(8, [...text(1, ""), ...number(2, OPSET)]),
    ]);
  }
}

function attribute(name: string, value: Attribute): Bytes {
  const head = text(1, name);
  if (typeof value === "number") {
    return [...head, ...number(3, value), ...number(20, ATTRIBUTE_INT)];
  }
  if (!("value" in value)) {
    return [...head, ...value.flatMap((each) => number(8, each)), ...number(20, ATTRIBUTE_INTS)];
  }
  const tensor = [...number(1, 1), ...number(2, FLOAT), ...bytes(9, float32(value.value))];
  return [...head, ...bytes(5, tensor), ...number(20, ATTRIBUTE_TENSOR)];
}
