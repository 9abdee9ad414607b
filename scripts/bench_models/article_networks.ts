import { OnnxGraph } from "./onnx_writer.ts";

/** Side of the article's pictures, in pixels. */
export const ARTICLE_SIDE = 300;
/** Background, car, plate. */
const CLASSES = 3;

interface ConvOptions {
  kernel?: number;
  stride?: number;
  padding?: number;
  dilation?: number;
  depthwise?: boolean;
  /** What follows; nothing where it is not said. */
  then?: "Relu" | "Clip";
}

/** A network that is being built: layers with weights that keep values near 1. */
class Layers {
  readonly graph = new OnnxGraph();
  readonly #zero = this.graph.filled([], 0);
  readonly #six = this.graph.filled([], 6);

  conv(from: string, channels: number, to: number, options: ConvOptions = {}): string {
    const { kernel = 1, stride = 1, dilation = 1, depthwise = false, then } = options;
    const padding = options.padding ?? dilation * (kernel - 1) / 2;
    const inputs = depthwise ? 1 : channels;
    const weights = this.graph.filled(
      [to, inputs, kernel, kernel],
      1 / (inputs * kernel * kernel),
    );
    const out = this.graph.node("Conv", [from, weights, this.graph.filled([to], 0.1)], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      dilations: [dilation, dilation],
      group: depthwise ? channels : 1,
    });
    if (then === undefined) return out;
    return this.graph.node(then, then === "Clip" ? [out, this.#zero, this.#six] : [out]);
  }

  /** MobileNetV2's block; gives its output and its widened middle. */
  inverted(from: string, channels: number, to: number, stride: number, expand: number) {
    const hidden = Math.round(channels * expand);
    const wide = expand === 1 ? from : this.conv(from, channels, hidden, { then: "Clip" });
    const deep = this.conv(wide, hidden, hidden, {
      kernel: 3,
      stride,
      depthwise: true,
      then: "Clip",
    });
    const flat = this.conv(deep, hidden, to);
    const out = stride === 1 && channels === to ? this.graph.node("Add", [from, flat]) : flat;
    return { out, wide };
  }

  pool(from: string, kernel: number, stride: number, padding: number, ceil = 0): string {
    return this.graph.node("MaxPool", [from], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      ceil_mode: ceil,
    });
  }
}

/** MobileNetV2's blocks: widening, channels, repetitions, stride of the first. */
const BLOCKS = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/**
 * MobileNetV2-SSD-lite at 300x300 as the article has it: maps of 19, 10, 5, 3, 2 and 1, six priors a
 * cell, depthwise heads. Weights are not trained: it is there to be timed.
 */
export function mobileNetSsdLite(): Uint8Array {
  const net = new Layers();
  let value = net.conv("image", 3, 32, { kernel: 3, stride: 2, then: "Clip" });
  let channels = 32;
  const maps: [string, number][] = [];
  for (const [expand, to, repeat, stride] of BLOCKS) {
    for (let i = 0; i < repeat; i++) {
      const { out, wide } = net.inverted(value, channels, to, i === 0 ? stride : 1, expand);
      // The first map is the widened middle of the block that goes down from 19 to 10.
      if (to === 160 && i === 0) maps.push([wide, channels * expand]);
      [value, channels] = [out, to];
    }
  }
  maps.push([value = net.conv(value, channels, 1280, { then: "Clip" }), 1280]);
  channels = 1280;
  for (const [to, expand] of [[512, 0.2], [256, 0.25], [256, 0.5], [64, 0.25]]) {
    value = net.inverted(value, channels, to, 2, expand).out;
    maps.push([value, channels = to]);
  }
  for (const [i, [map, depth]] of maps.entries()) {
    for (const numbers of [4, CLASSES]) {
      const isLast = i === maps.length - 1;
      const seen = isLast
        ? map
        : net.conv(map, depth, depth, { kernel: 3, depthwise: true, then: "Clip" });
      net.graph.output(net.conv(seen, depth, 6 * numbers));
    }
  }
  return net.graph.file(ARTICLE_SIDE);
}

/**
 * VGG16-SSD at 300x300 (Liu et al. 2016): maps of 38, 19, 10, 5, 3 and 1, without the normalisation
 * of the first, which costs nothing. Weights are not trained: it is there to be timed.
 */
export function vggSsd(): Uint8Array {
  const net = new Layers();
  const maps: [string, number, number][] = [];
  let value = "image", channels = 3;
  const conv = (to: number, options: ConvOptions) => {
    value = net.conv(value, channels, to, { then: "Relu", ...options });
    channels = to;
  };
  for (const [stage, [to, repeat]] of [[64, 2], [128, 2], [256, 3], [512, 3], [512, 3]].entries()) {
    for (let i = 0; i < repeat; i++) conv(to, { kernel: 3 });
    if (stage === 3) maps.push([value, channels, 4]);
    value = stage === 4 ? net.pool(value, 3, 1, 1) : net.pool(value, 2, 2, 0, stage === 2 ? 1 : 0);
  }
  conv(1024, { kernel: 3, dilation: 6 });
  conv(1024, {});
  maps.push([value, channels, 6]);
  for (
    const [middle, to, stride, priors] of [
      [256, 512, 2, 6],
      [128, 256, 2, 6],
      [128, 256, 1, 4],
      [128, 256, 1, 4],
    ]
  ) {
    conv(middle, {});
    conv(to, { kernel: 3, stride, padding: stride === 2 ? 1 : 0 });
    maps.push([value, channels, priors]);
  }
  for (const [map, depth, priors] of maps) {
    for (const numbers of [4, CLASSES]) {
      net.graph.output(net.conv(map, depth, priors * numbers, { kernel: 3 }));
    }
  }
  return net.graph.file(ARTICLE_SIDE);
}
