// Vehicles. A body is a stack of rounded-rectangle rings: at each height y the profile tables give where the
// front (zf) and the rear (zr) of the body are, how wide it is, and how round its corners are in plan. Glass,
// lamps, grilles and so on are patches laid on the same surface. Front is -z, up is y; origin on the ground.
import * as THREE from "three";
import { Bag, canvas, table, texture } from "./util.js";
import { plateSize, plateTexture } from "./plates.js";

const SPECS = {
  saloon: {
    kind: "car",
    L: 4.62,
    H: 1.45,
    wb: 2.72,
    axle: -1.40,
    wheel: 0.325,
    f: [
      [.18, -2.16],
      [.26, -2.25],
      [.42, -2.31],
      [.56, -2.29],
      [.66, -2.23],
      [.73, -2.12],
      [.78, -1.86],
      [.85, -1.4],
      [.91, -1.02],
      [.94, -.92],
      [1.36, -.2],
      [1.41, -.04],
      [1.44, .16],
      [1.452, .32],
    ],
    r: [
      [.18, 2.1],
      [.3, 2.26],
      [.46, 2.31],
      [.62, 2.30],
      [.68, 2.255],
      [.9, 2.22],
      [.98, 2.16],
      [1.01, 2.05],
      [1.04, 1.78],
      [1.06, 1.62],
      [1.35, 1.0],
      [1.40, .8],
      [1.44, .58],
      [1.452, .44],
    ],
    w: [
      [.18, .78],
      [.26, .86],
      [.48, .905],
      [.68, .915],
      [.72, .905],
      [.86, .895],
      [.93, .865],
      [.965, .83],
      [1.3, .665],
      [1.38, .6],
      [1.43, .47],
      [1.452, .3],
    ],
    side: [[[-.62, .99], [-.1, 1.36], [.29, 1.37], [.29, .99]], [[.35, .99], [.35, 1.37], [
      .86,
      1.33,
    ], [1.22, .99]]],
    mirrorZ: -.62,
    seams: [-.98, .32, 1.2],
    front: { lamp: [.44, .80, .60, .72], grille: [.40, .55, .70], plate: .455 },
    rear: { lamp: [.44, .83, .76, .92], plate: .83, glass: [1.08, 1.34] },
    screen: [.955, 1.35],
  },
  hatch: {
    kind: "car",
    L: 4.05,
    H: 1.50,
    wb: 2.55,
    axle: -1.25,
    wheel: 0.31,
    f: [
      [.18, -1.92],
      [.26, -2.0],
      [.42, -2.05],
      [.58, -2.03],
      [.70, -1.96],
      [.77, -1.84],
      [.83, -1.6],
      [.90, -1.3],
      [.96, -1.04],
      [.99, -.95],
      [1.40, -.3],
      [1.46, -.1],
      [1.49, .1],
      [1.502, .25],
    ],
    r: [
      [.18, 1.86],
      [.3, 1.99],
      [.48, 2.03],
      [.64, 2.02],
      [.70, 1.97],
      [.92, 1.93],
      [1.0, 1.88],
      [1.34, 1.60],
      [1.41, 1.53],
      [1.46, 1.42],
      [1.49, 1.1],
      [1.502, .9],
    ],
    w: [
      [.18, .76],
      [.26, .83],
      [.48, .87],
      [.70, .88],
      [.86, .87],
      [.96, .845],
      [1.0, .81],
      [1.34, .68],
      [1.43, .61],
      [1.48, .48],
      [1.502, .3],
    ],
    side: [[[-.68, 1.03], [-.2, 1.40], [.28, 1.42], [.28, 1.03]], [[.34, 1.03], [.34, 1.42], [
      1.05,
      1.40,
    ], [1.3, 1.06]]],
    mirrorZ: -.66,
    seams: [-.95, .31, 1.12],
    front: { lamp: [.42, .77, .64, .77], grille: [.36, .60, .70], plate: .45 },
    rear: { lamp: [.56, .80, .78, .99], plate: .66, glass: [1.05, 1.36] },
    screen: [1.01, 1.40],
  },
  suv: {
    kind: "car",
    L: 4.65,
    H: 1.70,
    wb: 2.75,
    axle: -1.42,
    wheel: 0.37,
    f: [
      [.24, -2.16],
      [.34, -2.27],
      [.5, -2.32],
      [.7, -2.31],
      [.84, -2.26],
      [.93, -2.14],
      [.99, -1.8],
      [1.05, -1.35],
      [1.09, -1.05],
      [1.13, -.95],
      [1.58, -.34],
      [1.64, -.16],
      [1.685, .05],
      [1.70, .25],
    ],
    r: [
      [.24, 2.14],
      [.36, 2.28],
      [.55, 2.32],
      [.72, 2.31],
      [.78, 2.26],
      [1.05, 2.24],
      [1.15, 2.18],
      [1.52, 1.9],
      [1.60, 1.84],
      [1.65, 1.72],
      [1.69, 1.3],
      [1.70, 1.1],
    ],
    w: [
      [.24, .82],
      [.32, .90],
      [.56, .94],
      [.8, .945],
      [1.0, .93],
      [1.10, .905],
      [1.14, .87],
      [1.52, .735],
      [1.62, .66],
      [1.67, .54],
      [1.70, .35],
    ],
    side: [[[-.68, 1.17], [-.24, 1.58], [.3, 1.60], [.3, 1.17]], [[.36, 1.17], [.36, 1.60], [
      1.02,
      1.58,
    ], [1.12, 1.17]], [[1.2, 1.17], [1.12, 1.57], [1.52, 1.53], [1.74, 1.2]]],
    mirrorZ: -.68,
    seams: [-1.0, .33, 1.2],
    front: { lamp: [.48, .84, .80, .92], grille: [.44, .68, .90], plate: .56 },
    rear: { lamp: [.60, .87, .84, 1.06], plate: .90, glass: [1.2, 1.53] },
    screen: [1.15, 1.57],
    rails: 1.69,
  },
  estate: {
    kind: "car",
    L: 4.7,
    H: 1.50,
    wb: 2.78,
    axle: -1.45,
    wheel: 0.325,
    f: [
      [.18, -2.2],
      [.26, -2.29],
      [.42, -2.35],
      [.56, -2.33],
      [.67, -2.27],
      [.74, -2.15],
      [.79, -1.9],
      [.86, -1.45],
      [.93, -1.06],
      [.96, -.96],
      [1.39, -.26],
      [1.45, -.08],
      [1.49, .12],
      [1.502, .3],
    ],
    r: [
      [.18, 2.14],
      [.3, 2.3],
      [.46, 2.35],
      [.62, 2.34],
      [.68, 2.29],
      [.92, 2.26],
      [.98, 2.22],
      [1.34, 1.86],
      [1.41, 1.78],
      [1.46, 1.66],
      [1.49, 1.3],
      [1.502, 1.0],
    ],
    w: [
      [.18, .78],
      [.26, .86],
      [.48, .905],
      [.68, .915],
      [.86, .895],
      [.95, .865],
      [.985, .83],
      [1.34, .68],
      [1.42, .61],
      [1.47, .48],
      [1.502, .3],
    ],
    side: [[[-.66, 1.01], [-.15, 1.39], [.29, 1.41], [.29, 1.01]], [[.35, 1.01], [.35, 1.41], [
      1.0,
      1.39,
    ], [1.08, 1.01]], [[1.15, 1.01], [1.07, 1.39], [1.5, 1.35], [1.72, 1.03]]],
    mirrorZ: -.66,
    seams: [-1.0, .32, 1.13],
    front: { lamp: [.46, .81, .61, .73], grille: [.42, .56, .71], plate: .455 },
    rear: { lamp: [.56, .83, .74, .93], plate: .82, glass: [1.03, 1.35] },
    screen: [.975, 1.385],
    rails: 1.49,
  },
  van: {
    kind: "van",
    L: 5.1,
    H: 2.05,
    wb: 3.1,
    axle: -1.65,
    wheel: 0.345,
    f: [
      [.22, -2.4],
      [.32, -2.5],
      [.5, -2.55],
      [.75, -2.54],
      [.92, -2.47],
      [1.0, -2.36],
      [1.08, -2.12],
      [1.16, -1.86],
      [1.22, -1.74],
      [1.84, -1.02],
      [1.94, -.84],
      [2.02, -.5],
      [2.05, -.2],
    ],
    r: [
      [.22, 2.42],
      [.34, 2.54],
      [.55, 2.56],
      [.62, 2.53],
      [1.2, 2.52],
      [1.8, 2.46],
      [1.92, 2.42],
      [2.0, 2.3],
      [2.05, 2.0],
    ],
    w: [[.22, .84], [.32, .93], [.55, .955], [1.15, .955], [1.22, .945], [1.8, .86], [1.92, .82], [
      2.0,
      .72,
    ], [2.05, .5]],
    side: [[[-1.52, 1.25], [-.98, 1.78], [-.36, 1.80], [-.36, 1.22]]],
    mirrorZ: -1.4,
    seams: [-1.55, -.30, .95],
    front: { lamp: [.58, .88, .76, .98], grille: [.50, .66, .86], plate: .53 },
    rear: { lamp: [.80, .90, .80, 1.3], plate: .78, glass: [1.25, 1.72], split: true },
    screen: [1.24, 1.84],
    rub: [.62, .74],
  },
};

const shared = {};
export function sharedMaterials() {
  if (shared.glass) return shared;
  const std = (o) => new THREE.MeshStandardMaterial(o);
  shared.glass = std({
    color: 0x0b1014,
    roughness: 0.05,
    metalness: 0.35,
    envMapIntensity: 1.25,
    polygonOffset: true,
    polygonOffsetFactor: -1,
    polygonOffsetUnits: -2,
  });
  shared.trim = std({
    color: 0x15171a,
    roughness: 0.62,
    polygonOffset: true,
    polygonOffsetFactor: -0.5,
    polygonOffsetUnits: -1,
  });
  shared.under = std({ color: 0x050505, roughness: 1 });
  shared.rubber = std({ color: 0x141414, roughness: 0.85 });
  shared.chrome = std({ color: 0xc9ccd0, roughness: 0.18, metalness: 0.95 });
  shared.frame = std({ color: 0x101113, roughness: 0.5 });
  shared.amber = std({ color: 0xd66a10, roughness: 0.3 });
  shared.grille = std({
    roughness: 0.5,
    metalness: 0.2,
    polygonOffset: true,
    polygonOffsetFactor: -1,
    polygonOffsetUnits: -2,
    map: texture(canvas(256, 128, (g, w, h) => {
      g.fillStyle = "#0c0d0f";
      g.fillRect(0, 0, w, h);
      g.fillStyle = "#43474c";
      for (let y = 8; y < h; y += 26) g.fillRect(6, y, w - 12, 7);
      g.fillStyle = "#bfc4c8";
      g.fillRect(0, 0, w, 5);
      g.fillRect(0, h - 5, w, 5);
      g.beginPath();
      g.arc(w / 2, h / 2, 30, 0, 7);
      g.fill();
      g.fillStyle = "#23272b";
      g.beginPath();
      g.arc(w / 2, h / 2, 21, 0, 7);
      g.fill();
    })),
  });
  const head = canvas(256, 128, (g, w, h) => {
    g.fillStyle = "#4a5057";
    g.fillRect(0, 0, w, h);
    const grad = g.createLinearGradient(0, 0, 0, h);
    grad.addColorStop(0, "#8d969e");
    grad.addColorStop(1, "#2c3137");
    g.fillStyle = grad;
    g.fillRect(6, 6, w - 12, h - 12);
    for (const [x, r] of [[70, 48], [176, 44]]) {
      g.fillStyle = "#15181b";
      g.beginPath();
      g.arc(x, h / 2, r, 0, 7);
      g.fill();
      const rg = g.createRadialGradient(x - 8, h / 2 - 12, 4, x, h / 2, r);
      rg.addColorStop(0, "#ffffff");
      rg.addColorStop(0.55, "#dfe8ef");
      rg.addColorStop(1, "#6a747c");
      g.fillStyle = rg;
      g.beginPath();
      g.arc(x, h / 2, r * 0.82, 0, 7);
      g.fill();
    }
    g.fillStyle = "#f2f6fa";
    g.fillRect(8, h - 20, w - 16, 12);
  });
  shared.head = std({
    map: texture(head),
    emissiveMap: texture(head),
    emissive: 0xffffff,
    emissiveIntensity: 0.55,
    roughness: 0.12,
    polygonOffset: true,
    polygonOffsetFactor: -1,
    polygonOffsetUnits: -2,
  });
  shared.rim = std({
    metalness: 0.55,
    roughness: 0.35,
    map: texture(canvas(256, 256, (g) => {
      g.fillStyle = "#0c0d0e";
      g.fillRect(0, 0, 256, 256);
      g.translate(128, 128);
      g.fillStyle = "#5d6166";
      g.beginPath();
      g.arc(0, 0, 62, 0, 7);
      g.fill();
      g.strokeStyle = "#d3d6d9";
      g.lineWidth = 13;
      g.beginPath();
      g.arc(0, 0, 116, 0, 7);
      g.stroke();
      g.fillStyle = "#c8ccd0";
      for (let i = 0; i < 5; i++) {
        g.rotate(Math.PI * 2 / 5);
        g.beginPath();
        g.moveTo(-19, 0);
        g.lineTo(-12, 114);
        g.lineTo(12, 114);
        g.lineTo(19, 0);
        g.fill();
      }
      g.beginPath();
      g.arc(0, 0, 28, 0, 7);
      g.fill();
      g.fillStyle = "#2c2f33";
      g.beginPath();
      g.arc(0, 0, 12, 0, 7);
      g.fill();
    })),
  });
  return shared;
}

const tailCanvas = () =>
  canvas(128, 128, (g, w, h) => {
    const grad = g.createLinearGradient(0, 0, 0, h);
    grad.addColorStop(0, "#8c0d10");
    grad.addColorStop(0.5, "#c9161a");
    grad.addColorStop(1, "#7a0b0e");
    g.fillStyle = grad;
    g.fillRect(0, 0, w, h);
    g.fillStyle = "#e9e2dc";
    g.fillRect(0, h * 0.56, w, h * 0.15);
    g.strokeStyle = "#2a0406";
    g.lineWidth = 5;
    g.strokeRect(0, 0, w, h);
    g.fillStyle = "rgba(255,120,110,.55)";
    for (let y = 14; y < 60; y += 16) g.fillRect(10, y, w - 20, 5);
  });

/** The painted part's map: white with dark shut lines, sills and wheel arches, projected from the side. */
function shutLines(s) {
  const half = s.L / 2 + 0.1;
  return texture(canvas(2048, 768, (g, W, H) => {
    const X = (z) => (z + half) / (2 * half) * W, Y = (y) => H - y / (s.H + 0.05) * H;
    g.fillStyle = "#fff";
    g.fillRect(0, 0, W, H);
    const belt = s.side[0][0][1] - 0.02;
    g.strokeStyle = "rgba(8,8,8,.85)";
    g.lineWidth = 7;
    for (const z of s.seams) {
      g.beginPath();
      g.moveTo(X(z), Y(belt));
      g.lineTo(X(z + 0.02), Y(s.f[0][0] + 0.14));
      g.stroke();
    }
    g.beginPath();
    g.moveTo(X(s.seams[0]), Y(s.f[0][0] + 0.14));
    g.lineTo(X(s.seams[s.seams.length - 1]), Y(s.f[0][0] + 0.14));
    g.stroke();
    g.fillStyle = "#16171a"; // sill
    g.fillRect(X(-s.L / 2 + 0.5), Y(s.f[0][0] + 0.06), X(s.L / 2 - 0.5) - X(-s.L / 2 + 0.5), H);
    if (s.rub) {
      g.fillStyle = "#1a1b1d";
      g.fillRect(
        X(-s.L / 2 + 0.5),
        Y(s.rub[1]),
        X(s.L / 2 - 0.4) - X(-s.L / 2 + 0.5),
        Y(s.rub[0]) - Y(s.rub[1]),
      );
    }
    g.fillStyle = "rgba(0,0,0,.8)"; // handles' shadow
    for (const z of s.seams.slice(1)) g.fillRect(X(z - 0.24), Y(belt - 0.10), X(0.17) - X(0), 12);
    for (const z of [s.axle, s.axle + s.wb]) {
      g.fillStyle = "#060606";
      g.beginPath();
      g.ellipse(
        X(z),
        Y(s.wheel),
        (s.wheel + 0.055) / (2 * half) * W,
        (s.wheel + 0.055) / (s.H + 0.05) * H,
        0,
        0,
        7,
      );
      g.fill();
    }
  }));
}

class Body {
  constructor(s) {
    this.s = s;
    const all = [...s.f, ...s.r, ...s.w].map((p) => p[0]);
    const ys = new Set(all.map((y) => y.toFixed(4)));
    const [y0, y1] = [Math.min(...all), Math.max(...all)];
    for (let i = 0; i <= 26; i++) ys.add((y0 + (y1 - y0) * i / 26).toFixed(4));
    this.ys = [...ys].map(Number).sort((a, b) => a - b).filter((y, i, a) =>
      i === 0 || y - a[i - 1] > 0.006
    );
    this.f = table(s.f);
    this.r = table(s.r);
    this.w = table(s.w);
    const belt = s.screen[0];
    this.R = table([[y0, .36], [belt - .3, .40], [belt - .12, .30], [belt + .02, .24], [
      y1 - .12,
      .26,
    ], [y1, .28]]);
    this.bow = table([[y0, .10], [belt - .2, .13], [belt, .10], [y1, .06]]);
  }
  corner(a, w, R) {
    const d = a - (w - R);
    return d <= 0 ? 0 : R - Math.sqrt(Math.max(0, R * R - d * d));
  }
  zFront(x, y) {
    const w = this.w(y), R = Math.min(this.R(y), w * 0.7), a = Math.min(Math.abs(x), w);
    return this.f(y) + this.bow(y) * (a / w) ** 2 + this.corner(a, w, R);
  }
  zRear(x, y) {
    const w = this.w(y), R = Math.min(this.R(y), w * 0.7), a = Math.min(Math.abs(x), w);
    return this.r(y) - this.bow(y) * 0.7 * (a / w) ** 2 - this.corner(a, w, R);
  }
  xSide(y) {
    return this.w(y);
  }
  ring(y) {
    const w = this.w(y), R = Math.min(this.R(y), w * 0.7), xs = [];
    for (let i = 0; i <= 7; i++) xs.push(w - R + R * Math.sin(i / 7 * Math.PI / 2));
    const half = [0, (w - R) * 0.35, (w - R) * 0.7, ...xs];
    const line = [...half.slice(1).reverse().map((x) => -x), ...half];
    const pts = line.map((x) => [x, this.zFront(x, y)]);
    const zf = pts[pts.length - 1][1], zr = this.zRear(w, y);
    const sides = [0.12, 0.3, 0.5, 0.7, 0.88];
    for (const t of sides) pts.push([w, zf + (zr - zf) * t]);
    for (const x of [...line].reverse()) pts.push([x, this.zRear(x, y)]);
    for (const t of [...sides].reverse()) pts.push([-w, zf + (zr - zf) * t]);
    return pts;
  }
  shell() {
    const { ys, s } = this, pos = [], uv = [], idx = [], half = s.L / 2 + 0.1;
    let n = 0;
    for (const y of ys) {
      const pts = this.ring(y);
      n = pts.length;
      for (const [x, z] of pts) {
        // The middle of the roof is crowned, so that it catches the light.
        pos.push(x, y, z);
        uv.push((z + half) / (2 * half), y / (s.H + 0.05));
      }
    }
    for (let j = 0; j + 1 < ys.length; j++) {
      for (let i = 0; i < n; i++) {
        const a = j * n + i, b = j * n + (i + 1) % n, c = a + n, d = b + n;
        idx.push(a, c, b, b, c, d);
      }
    }
    const top = ys.length - 1, yTop = ys[top];
    const zm = (this.f(yTop) + this.r(yTop)) / 2;
    pos.push(0, yTop + 0.012, zm);
    uv.push(0.5, 0.99);
    for (let i = 0; i < n; i++) idx.push(top * n + i, ys.length * n, top * n + (i + 1) % n);
    const g = new THREE.BufferGeometry();
    g.setAttribute("position", new THREE.Float32BufferAttribute(pos, 3));
    g.setAttribute("uv", new THREE.Float32BufferAttribute(uv, 2));
    g.setIndex(idx);
    g.computeVertexNormals();
    return g;
  }
  /** A patch on the front, rear or a side; corners are (x,y) or (z,y): low-left, high-left, high-right, low-right. */
  patch(where, q, eps = 0.012, nx = 14, ny = 5) {
    const pos = [], uv = [], idx = [];
    for (let j = 0; j <= ny; j++) {
      for (let i = 0; i <= nx; i++) {
        const u = i / nx, v = j / ny;
        const mix = (k) =>
          (q[0][k] * (1 - v) + q[1][k] * v) * (1 - u) + (q[3][k] * (1 - v) + q[2][k] * v) * u;
        const a = mix(0), y = mix(1);
        if (where === "front") pos.push(a, y + eps * 0.5, this.zFront(a, y) - eps);
        else if (where === "rear") pos.push(a, y + eps * 0.3, this.zRear(a, y) + eps);
        else pos.push((where === "left" ? -1 : 1) * (this.xSide(y) + eps), y, a);
        uv.push(u, v);
      }
    }
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++) {
        const a = j * (nx + 1) + i, b = a + 1, c = a + nx + 1, d = c + 1;
        if (where === "front" || where === "right") idx.push(a, c, b, b, c, d);
        else idx.push(a, b, c, b, d, c);
      }
    }
    const g = new THREE.BufferGeometry();
    g.setAttribute("position", new THREE.Float32BufferAttribute(pos, 3));
    g.setAttribute("uv", new THREE.Float32BufferAttribute(uv, 2));
    g.setIndex(idx);
    g.computeVertexNormals();
    return g;
  }
}

const rect = (x0, x1, y0, y1) => [[x0, y0], [x0, y1], [x1, y1], [x1, y0]];

function paint(color, { metal = 0.25, rough = 0.42, map = null } = {}) {
  return new THREE.MeshPhysicalMaterial({
    color,
    map,
    metalness: metal,
    roughness: rough,
    clearcoat: 0.9,
    clearcoatRoughness: 0.06,
    side: THREE.DoubleSide,
  });
}

function addPlate(group, car, end, z, y, tilt = 0) {
  const style = end === "front" ? car.front : car.rear;
  if (!style) return;
  const [w, h] = plateSize(style);
  const holder = new THREE.Group();
  const mat = new THREE.MeshStandardMaterial({
    map: plateTexture(style, car.text),
    roughness: 0.42,
    metalness: 0,
  });
  mat.emissiveMap = mat.map; // the sheeting is retroreflective: a little brighter than paint
  mat.emissive = new THREE.Color(0xffffff);
  mat.emissiveIntensity = 0.07;
  const plate = new THREE.Mesh(new THREE.PlaneGeometry(w, h), mat);
  plate.position.z = 0.011;
  plate.receiveShadow = true;
  plate.userData.plate = {
    id: `${car.id}-${end}`,
    text: car.text.replace(/^(.*)\/(.*)\/(.*)$/, "$1 $2 $3"),
    style,
    w,
    h,
  };
  const frame = new THREE.Mesh(
    new THREE.BoxGeometry(w + 0.018, h + 0.018, 0.02),
    sharedMaterials().frame,
  );
  frame.castShadow = true;
  frame.receiveShadow = true;
  holder.add(plate, frame);
  holder.position.set(0, y, z);
  holder.rotation.set(0, end === "front" ? Math.PI : 0, 0);
  holder.rotateX(tilt);
  group.add(holder);
}

function addWheels(group, s, width, track) {
  const M = sharedMaterials(), wheels = [];
  const r = s.wheel,
    tyre = new THREE.LatheGeometry(
      [
        [r * .62, -width / 2],
        [r * .9, -width / 2],
        [r * .97, -width / 2 + .02],
        [r, -width / 2 + .045],
        [r, width / 2 - .045],
        [r * .97, width / 2 - .02],
        [r * .9, width / 2],
        [r * .66, width / 2],
      ].map(([a, b]) => new THREE.Vector2(a, b)),
      28,
    );
  const rim = new THREE.CircleGeometry(r * 0.68, 28);
  for (const z of [s.axle, s.axle + s.wb]) {
    for (const side of [-1, 1]) {
      const bag = new Bag();
      bag.add("rubber", tyre, new THREE.Matrix4().makeRotationZ(-Math.PI / 2));
      bag.add(
        "rim",
        rim,
        new THREE.Matrix4().makeRotationY(side * Math.PI / 2).setPosition(
          side * (width / 2 - 0.018),
          0,
          0,
        ),
      );
      const pivot = new THREE.Group(), spin = new THREE.Group();
      spin.add(...bag.meshes(M));
      pivot.add(spin);
      pivot.position.set(side * (track - width / 2), r, z);
      group.add(pivot);
      wheels.push({ pivot, spin, front: z === s.axle, r });
    }
  }
  return wheels;
}

function tailMaterial() {
  const t = texture(tailCanvas());
  return new THREE.MeshStandardMaterial({
    map: t,
    emissiveMap: t,
    emissive: 0xff2a20,
    emissiveIntensity: 0.15,
    roughness: 0.2,
    polygonOffset: true,
    polygonOffsetFactor: -1,
    polygonOffsetUnits: -2,
  });
}

function contact(group, L, W) {
  const t = texture(canvas(128, 256, (g) => {
    g.filter = "blur(11px)";
    g.fillStyle = "rgba(0,0,0,1)";
    g.fillRect(26, 24, 76, 208);
  }));
  const m = new THREE.Mesh(
    new THREE.PlaneGeometry(W * 1.55, L * 1.2),
    new THREE.MeshBasicMaterial({
      map: t,
      transparent: true,
      opacity: 0.72,
      depthWrite: false,
      color: 0x000000,
    }),
  );
  m.rotation.x = -Math.PI / 2;
  m.position.y = 0.018;
  m.renderOrder = 2;
  m.userData.decal = true;
  group.add(m);
}

function passengerCar(car) {
  const s = SPECS[car.model],
    M = sharedMaterials(),
    b = new Body(s),
    bag = new Bag(),
    g = new THREE.Group();
  const mats = {
    ...M,
    paint: paint(car.color, { ...car.paint, map: shutLines(s) }),
    tail: tailMaterial(),
    plain: paint(car.color, car.paint),
  };
  bag.add("paint", b.shell());
  bag.box("under", b.w(.3) * 1.7, 0.5, s.L - 0.7, 0, s.f[0][0] + 0.26, 0);
  bag.box("under", b.w(.3) * 1.5, 0.12, s.L - 0.5, 0, s.f[0][0] - 0.01, 0);
  // glass
  const [sy0, sy1] = s.screen, ww = (y) => b.w(y);
  bag.add(
    "trim",
    b.patch(
      "front",
      [[-ww(sy0) * .93, sy0 - .015], [-ww(sy1) * .92, sy1 + .02], [ww(sy1) * .92, sy1 + .02], [
        ww(sy0) * .93,
        sy0 - .015,
      ]],
      0.008,
      20,
      8,
    ),
  );
  bag.add(
    "glass",
    b.patch(
      "front",
      [[-ww(sy0) * .89, sy0 + .01], [-ww(sy1) * .87, sy1], [ww(sy1) * .87, sy1], [
        ww(sy0) * .89,
        sy0 + .01,
      ]],
      0.013,
      20,
      8,
    ),
  );
  const [ry0, ry1] = s.rear.glass;
  const halves = s.rear.split ? [[-.86, -.05], [.05, .86]] : [[-.86, .86]];
  for (const [a, c] of halves) {
    bag.add(
      "glass",
      b.patch(
        "rear",
        [[ww(ry0) * a, ry0], [ww(ry1) * a, ry1], [ww(ry1) * c, ry1], [ww(ry0) * c, ry0]],
        0.013,
        16,
        6,
      ),
    );
  }
  for (const side of ["left", "right"]) {
    for (const q of s.side) {
      const cz = (q[0][0] + q[2][0]) / 2, cy = (q[0][1] + q[2][1]) / 2;
      bag.add(
        "trim",
        b.patch(
          side,
          q.map(([z, y]) => [z + Math.sign(z - cz) * .03, y + Math.sign(y - cy) * .02]),
          0.006,
          8,
          6,
        ),
      );
      bag.add("glass", b.patch(side, q, 0.011, 8, 6));
    }
  }
  // front
  const F = s.front, [lx0, lx1, ly0, ly1] = F.lamp;
  for (const k of [-1, 1]) {
    bag.add(
      "head",
      b.patch(
        "front",
        k < 0
          ? [[-lx1, ly0 + .035], [-lx1, ly1 + .02], [-lx0, ly1 - .01], [-lx0, ly0]]
          : [[lx0, ly0], [lx0, ly1 - .01], [lx1, ly1 + .02], [lx1, ly0 + .035]],
        0.014,
        10,
        4,
      ),
    );
    bag.add(
      "trim",
      b.patch(
        "front",
        k < 0
          ? rect(-lx1 * .93, -lx0 * 1.1, s.f[0][0] + .14, s.f[0][0] + .26)
          : rect(lx0 * 1.1, lx1 * .93, s.f[0][0] + .14, s.f[0][0] + .26),
        0.012,
        8,
        3,
      ),
    );
    bag.add(
      "amber",
      b.patch(
        "front",
        k < 0
          ? rect(-lx1 * 1.03, -lx1 * .985, ly0 + .03, ly1)
          : rect(lx1 * .985, lx1 * 1.03, ly0 + .03, ly1),
        0.012,
        2,
        2,
      ),
    );
  }
  bag.add(
    "grille",
    b.patch(
      "front",
      [[-F.grille[0], F.grille[1]], [-F.grille[0] * 1.08, F.grille[2]], [
        F.grille[0] * 1.08,
        F.grille[2],
      ], [F.grille[0], F.grille[1]]],
      0.013,
      12,
      4,
    ),
  );
  bag.add(
    "trim",
    b.patch("front", rect(-.50, .50, s.f[0][0] + .07, s.f[0][0] + .20), 0.012, 12, 3),
  );
  // rear
  const Rr = s.rear, [tx0, tx1, ty0, ty1] = Rr.lamp;
  for (const k of [-1, 1]) {
    bag.add(
      "tail",
      b.patch("rear", k < 0 ? rect(-tx1, -tx0, ty0, ty1) : rect(tx0, tx1, ty0, ty1), 0.014, 8, 4),
    );
    bag.cyl("chrome", .035, .035, .12, 0, 0, 0); // replaced below by a horizontal pipe
    bag.parts.get("chrome").pop();
    bag.add(
      "chrome",
      new THREE.CylinderGeometry(.034, .034, .16, 10),
      new THREE.Matrix4().makeRotationX(Math.PI / 2).setPosition(
        k * .52,
        s.f[0][0] + .02,
        b.r(.3) - .1,
      ),
    );
  }
  bag.add("trim", b.patch("rear", rect(-.62, .62, s.r[0][0] + .06, s.r[0][0] + .17), 0.012, 10, 3));
  bag.add("chrome", b.patch("rear", rect(-.3, .3, Rr.plate + .105, Rr.plate + .13), 0.018, 6, 1));
  bag.add("trim", b.patch("rear", rect(-.36, .36, Rr.plate - .10, Rr.plate + .10), 0.008, 8, 3));
  // mirrors, handles, wipers, rails, aerial
  const belt = s.side[0][0][1];
  for (const k of [-1, 1]) {
    const e = new THREE.SphereGeometry(1, 12, 8);
    bag.add(
      "plain",
      e,
      new THREE.Matrix4().makeScale(.105, .075, .07).setPosition(
        k * (b.w(belt) + .13),
        belt + .04,
        s.mirrorZ,
      ),
    );
    bag.box("trim", .14, .03, .05, k * (b.w(belt) + .03), belt + .005, s.mirrorZ + .01);
    bag.add(
      "glass",
      new THREE.CircleGeometry(1, 12),
      new THREE.Matrix4().makeScale(.085, .058, 1).setPosition(
        k * (b.w(belt) + .13),
        belt + .04,
        s.mirrorZ + .066,
      ),
    );
    for (const z of s.seams.slice(1)) {
      bag.box("plain", .03, .025, .17, k * (b.w(belt - .1) + .012), belt - .09, z - .16);
    }
    if (s.rails) bag.box("chrome", .035, .035, 1.7, k * .56, s.rails, .55);
    const wip = new THREE.Matrix4().makeRotationZ(.12).setPosition(
      k * .33 - .1,
      sy0 + .035,
      b.zFront(.3, sy0 + .035) - .03,
    );
    bag.add("trim", new THREE.BoxGeometry(.5, .018, .015), wip);
  }
  if (car.taxi) {
    bag.box("frame", .62, .03, .2, 0, s.H + .015, .3);
    const sign = texture(canvas(256, 80, (c, w, h) => {
      c.fillStyle = "#f7f3e4";
      c.fillRect(0, 0, w, h);
      c.fillStyle = "#111";
      c.font = "700 64px 'Barlow Condensed'";
      c.textAlign = "center";
      c.fillText("TAXI", w / 2, 62);
    }));
    mats.sign = new THREE.MeshStandardMaterial({
      map: sign,
      emissiveMap: sign,
      emissive: 0xffffff,
      emissiveIntensity: .3,
    });
    bag.box("sign", .52, .15, .13, 0, s.H + .1, .3);
  }
  g.add(...bag.meshes(mats));
  const lowest = (fn, y, h) => Math.min(fn(0, y - h / 2), fn(0, y), fn(0, y + h / 2));
  const hp = plateSize(car.front)[1], hr = plateSize(car.rear)[1];
  addPlate(g, car, "front", lowest((x, y) => b.zFront(x, y), F.plate, hp) - .022, F.plate);
  addPlate(g, car, "rear", -lowest((x, y) => -b.zRear(x, y), Rr.plate, hr) + .022, Rr.plate);
  contact(g, s.L, b.w(.6) * 2);
  return { group: g, wheels: addWheels(g, s, .215, b.w(.5) + .004), tail: mats.tail, spec: s };
}

function roundedBox(w, h, d, r, n = 4) {
  const sh = new THREE.Shape();
  sh.moveTo(-w / 2 + r, -h / 2);
  sh.lineTo(w / 2 - r, -h / 2);
  sh.absarc(w / 2 - r, -h / 2 + r, r, -Math.PI / 2, 0);
  sh.lineTo(w / 2, h / 2 - r);
  sh.absarc(w / 2 - r, h / 2 - r, r, 0, Math.PI / 2);
  sh.lineTo(-w / 2 + r, h / 2);
  sh.absarc(-w / 2 + r, h / 2 - r, r, Math.PI / 2, Math.PI);
  sh.lineTo(-w / 2, -h / 2 + r);
  sh.absarc(-w / 2 + r, -h / 2 + r, r, Math.PI, Math.PI * 1.5);
  const g = new THREE.ExtrudeGeometry(sh, {
    depth: d - 2 * r,
    bevelEnabled: true,
    bevelThickness: r,
    bevelSize: r * 0.7,
    bevelOffset: -r * 0.7,
    bevelSegments: n,
    curveSegments: 5,
  });
  g.translate(0, 0, -d / 2 + r);
  return g;
}

function lettering(text, fg, bg, w = 1024, h = 256, font = "700 italic") {
  return texture(canvas(w, h, (g) => {
    g.fillStyle = bg;
    g.fillRect(0, 0, w, h);
    g.fillStyle = fg;
    g.textAlign = "center";
    g.textBaseline = "middle";
    g.font = `${font} ${h * .72}px 'Barlow Condensed'`;
    g.fillText(text, w / 2, h / 2, w * .9);
  }));
}

function boxTruck(car) {
  const M = sharedMaterials(), bag = new Bag(), g = new THREE.Group();
  const s = { wheel: .42, axle: -2.35, wb: 4.0, L: 7.0 };
  const mats = {
    ...M,
    plain: paint(car.color, { metal: .1, rough: .4 }),
    tail: tailMaterial(),
    cargo: new THREE.MeshStandardMaterial({ color: 0xdfe2e2, roughness: .55 }),
    ad: new THREE.MeshStandardMaterial({
      map: lettering("NORDWIND FRUIT CO.", "#1c5c38", "#dfe2e2", 1024, 200),
      roughness: .55,
    }),
  };
  bag.add(
    "cargo",
    roundedBox(2.3, 2.25, 4.9, .05),
    new THREE.Matrix4().makeTranslation(0, 2.02, 1.05),
  );
  for (const k of [-1, 1]) {
    bag.add(
      "ad",
      new THREE.PlaneGeometry(4.3, .85),
      new THREE.Matrix4().makeRotationY(k * Math.PI / 2).setPosition(k * 1.158, 2.2, 1.05),
    );
  }
  bag.add(
    "plain",
    roundedBox(2.15, 1.15, 1.75, .12),
    new THREE.Matrix4().makeTranslation(0, 1.0, -2.58),
  );
  // cab top leans back
  const sh = new THREE.Shape(
    [[-3.42, 1.45], [-3.2, 2.32], [-3.0, 2.45], [-1.72, 2.45], [-1.72, 1.45]].map(([z, y]) =>
      new THREE.Vector2(z, y)
    ),
  );
  const cab = new THREE.ExtrudeGeometry(sh, {
    depth: 1.96,
    bevelEnabled: true,
    bevelThickness: .06,
    bevelSize: .05,
    bevelOffset: -.04,
    bevelSegments: 3,
  });
  bag.add("plain", cab, new THREE.Matrix4().makeRotationY(-Math.PI / 2).setPosition(.98, 0, 0));
  const lean = Math.atan2(.22, .87);
  bag.add(
    "glass",
    new THREE.PlaneGeometry(1.82, .72),
    new THREE.Matrix4().makeRotationX(-lean).multiply(new THREE.Matrix4().makeRotationY(Math.PI))
      .setPosition(0, 1.92, -3.33),
  );
  for (const k of [-1, 1]) {
    bag.add(
      "glass",
      new THREE.PlaneGeometry(.8, .6),
      new THREE.Matrix4().makeRotationY(k * Math.PI / 2).setPosition(k * 1.052, 1.92, -2.55),
    );
    bag.box("trim", .12, .42, .2, k * 1.25, 1.95, -3.25);
    bag.add(
      "head",
      new THREE.PlaneGeometry(.36, .2),
      new THREE.Matrix4().makeRotationY(Math.PI).setPosition(k * .78, .78, -3.475),
    );
    bag.box("tail", .32, .14, .05, k * .85, .68, 3.45);
    bag.box("trim", .05, .3, 2.6, k * 1.05, .55, .6);
  }
  bag.box("trim", 2.1, .28, .12, 0, .5, -3.43);
  bag.add(
    "grille",
    new THREE.PlaneGeometry(1.1, .3),
    new THREE.Matrix4().makeRotationY(Math.PI).setPosition(0, 1.05, -3.475),
  );
  bag.box("under", .9, .3, 6.4, 0, .68, .1);
  bag.box("trim", 2.2, .16, .12, 0, .5, 3.42);
  bag.box("trim", .04, 2.1, .02, 0, 2.0, 3.51);
  for (const k of [-1, 1]) bag.box("chrome", .04, 2.0, .03, k * .25, 2.0, 3.52);
  g.add(...bag.meshes(mats));
  addPlate(g, car, "front", -3.505, .52);
  addPlate(g, car, "rear", 3.5, .66);
  contact(g, 7, 2.3);
  return { group: g, wheels: addWheels(g, s, .28, 1.12), tail: mats.tail, spec: s };
}

function bus(car) {
  const M = sharedMaterials(), bag = new Bag(), g = new THREE.Group();
  const s = { wheel: .48, axle: -3.1, wb: 5.6, L: 11 };
  const mats = {
    ...M,
    plain: paint(car.color, { metal: .05, rough: .4 }),
    band: paint(0xf1ede2, { metal: 0, rough: .4 }),
    tail: tailMaterial(),
    dest: new THREE.MeshStandardMaterial({
      map: lettering("17 HAFEN", "#ffb52e", "#101010", 512, 128, "600"),
      emissive: 0xffb52e,
      emissiveIntensity: .15,
    }),
  };
  bag.add("plain", roundedBox(2.5, 2.7, 11, .14), new THREE.Matrix4().makeTranslation(0, 1.68, 0));
  for (const k of [-1, 1]) {
    bag.box("band", .02, .35, 10.5, k * 1.255, 1.16, 0);
    for (let i = 0; i < 7; i++) bag.box("glass", .03, .92, 1.36, k * 1.25, 2.05, -4.4 + i * 1.46);
    bag.box("trim", .02, 1.08, 10.5, k * 1.245, 2.05, 0);
    bag.add(
      "dest",
      new THREE.PlaneGeometry(1.3, .26),
      new THREE.Matrix4().makeRotationY(k * Math.PI / 2).setPosition(k * 1.27, 2.72, -4.2),
    );
    for (const z of [s.axle, s.axle + s.wb]) {
      bag.add(
        "under",
        new THREE.CircleGeometry(.58, 24),
        new THREE.Matrix4().makeRotationY(k * Math.PI / 2).setPosition(k * 1.262, .48, z),
      );
    }
    bag.box("tail", .24, .3, .05, k * 1.0, 1.0, 5.49);
    bag.add(
      "head",
      new THREE.PlaneGeometry(.4, .2),
      new THREE.Matrix4().makeRotationY(Math.PI).setPosition(k * .9, .7, -5.51),
    );
    bag.box("trim", .1, .5, .22, k * 1.42, 2.2, -5.6);
  }
  bag.box("glass", 2.2, 1.3, .03, 0, 1.95, -5.5);
  bag.box("glass", 2.0, .8, .03, 0, 2.2, 5.5);
  bag.add(
    "dest",
    new THREE.PlaneGeometry(1.7, .26),
    new THREE.Matrix4().makeRotationY(Math.PI).setPosition(0, 2.78, -5.52),
  );
  bag.box("under", 2.2, .3, 10, 0, .35, 0);
  g.add(...bag.meshes(mats));
  addPlate(g, car, "front", -5.525, .52);
  addPlate(g, car, "rear", 5.525, .62);
  contact(g, 11, 2.5);
  return { group: g, wheels: addWheels(g, s, .3, 1.275), tail: mats.tail, spec: s };
}

export function buildCar(car) {
  const made = car.model === "truck"
    ? boxTruck(car)
    : car.model === "bus"
    ? bus(car)
    : passengerCar(car);
  made.kind = car.model === "truck" || car.model === "bus"
    ? car.model
    : car.taxi
    ? "taxi"
    : car.model;
  return made;
}
