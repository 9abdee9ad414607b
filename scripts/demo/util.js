// Small helpers shared by the demo scene: seeded random numbers, canvases, merged geometry.
import * as THREE from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";

/** mulberry32: the scene must come out the same on every run, so nothing here calls Math.random(). */
export function rng(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function canvas(w, h, draw) {
  const c = document.createElement("canvas");
  c.width = w;
  c.height = h;
  draw(c.getContext("2d"), w, h);
  return c;
}

export function texture(c, { repeat = false, srgb = true, aniso = 16 } = {}) {
  const t = new THREE.CanvasTexture(c);
  if (srgb) t.colorSpace = THREE.SRGBColorSpace;
  if (repeat) t.wrapS = t.wrapT = THREE.RepeatWrapping;
  t.anisotropy = aniso;
  return t;
}

/** Linear interpolation through sorted [x, y] pairs, held constant outside. */
export function table(pairs) {
  return (x) => {
    if (x <= pairs[0][0]) return pairs[0][1];
    for (let i = 1; i < pairs.length; i++) {
      if (x <= pairs[i][0]) {
        const [x0, y0] = pairs[i - 1], [x1, y1] = pairs[i];
        return x1 === x0 ? y1 : y0 + (y1 - y0) * (x - x0) / (x1 - x0);
      }
    }
    return pairs[pairs.length - 1][1];
  };
}

/** Collects geometry by material key, then makes one mesh for each. */
export class Bag {
  constructor() {
    this.parts = new Map();
  }
  add(key, geometry, matrix) {
    const g = geometry.index ? geometry.toNonIndexed() : geometry.clone();
    for (const name of Object.keys(g.attributes)) {
      if (!["position", "normal", "uv"].includes(name)) g.deleteAttribute(name);
    }
    if (!g.attributes.uv) {
      g.setAttribute(
        "uv",
        new THREE.BufferAttribute(new Float32Array(g.attributes.position.count * 2), 2),
      );
    }
    if (matrix) g.applyMatrix4(matrix);
    if (!this.parts.has(key)) this.parts.set(key, []);
    this.parts.get(key).push(g);
    return this;
  }
  box(key, w, h, d, x, y, z, ry = 0) {
    const m = new THREE.Matrix4().makeRotationY(ry).setPosition(x, y, z);
    return this.add(key, new THREE.BoxGeometry(w, h, d), m);
  }
  cyl(key, r0, r1, h, x, y, z, n = 12) {
    return this.add(
      key,
      new THREE.CylinderGeometry(r0, r1, h, n),
      new THREE.Matrix4().makeTranslation(x, y, z),
    );
  }
  meshes(materials, { cast = true, receive = true } = {}) {
    const out = [];
    for (const [key, list] of this.parts) {
      const mesh = new THREE.Mesh(mergeGeometries(list), materials[key]);
      if (!materials[key]) throw new Error("no material " + key);
      mesh.castShadow = cast;
      mesh.receiveShadow = receive;
      mesh.name = key;
      out.push(mesh);
    }
    return out;
  }
}
