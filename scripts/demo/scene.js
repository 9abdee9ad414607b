// Builds the scene and offers window.demo: frame(i) renders one picture, truth(i) measures what is in it.
import * as THREE from "three";
import { buildStreet } from "./street.js";
import { buildCar } from "./cars.js";
import { CARS, LOOP, place } from "./traffic.js";
import { canvas, rng, texture } from "./util.js";

const W = 1280, H = 720, FPS = 30, SS = 2; // SS: how much finer the ID pass is than the picture
const q = new URLSearchParams(location.search);
const ratio = Number(q.get("ratio") ?? 1);

for (
  const f of [
    "600 40px 'Barlow Condensed'",
    "700 40px 'Barlow Condensed'",
    "700 italic 40px 'Barlow Condensed'",
  ]
) await document.fonts.load(f);
await document.fonts.load("600 40px 'Noto Sans JP'", "見本きもす530");

const renderer = new THREE.WebGLRenderer({ antialias: true, preserveDrawingBuffer: true });
renderer.setPixelRatio(ratio);
renderer.setSize(W, H);
document.body.append(renderer.domElement);
renderer.shadowMap.enabled = true;
renderer.shadowMap.type = THREE.PCFShadowMap;
renderer.toneMapping = THREE.ACESFilmicToneMapping;
renderer.toneMappingExposure = 1.05;

const scene = new THREE.Scene();
const haze = new THREE.Color(0xc3cfd9);
scene.fog = new THREE.FogExp2(haze, 0.0052);

// ---- sky
function skyCanvas() {
  const r = rng(77);
  return canvas(1024, 512, (g, w, h) => {
    const lg = g.createLinearGradient(0, 0, 0, h);
    lg.addColorStop(0, "#4f86c6");
    lg.addColorStop(.38, "#93b8de");
    lg.addColorStop(.5, "#d4dfe8");
    lg.addColorStop(.52, "#b8b6b0");
    lg.addColorStop(1, "#6d6b68");
    g.fillStyle = lg;
    g.fillRect(0, 0, w, h);
    for (let i = 0; i < 70; i++) {
      const cx = r() * w, cy = h * (.12 + r() * .36), s = 14 + r() * 40;
      for (let k = 0; k < 12; k++) {
        const x = cx + (r() - .5) * s * 4, y = cy + (r() - .5) * s * .6, R = s * (.3 + r() * .6);
        const rg = g.createRadialGradient(x, y, 0, x, y, R);
        rg.addColorStop(0, "rgba(255,255,255,.16)");
        rg.addColorStop(1, "rgba(255,255,255,0)");
        g.fillStyle = rg;
        g.fillRect(x - R, y - R, 2 * R, 2 * R);
      }
    }
  });
}
const skyTex = texture(skyCanvas());
const sky = new THREE.Mesh(
  new THREE.SphereGeometry(330, 32, 16),
  new THREE.MeshBasicMaterial({ map: skyTex, side: THREE.BackSide, fog: false, depthWrite: false }),
);
sky.userData.decal = true;
scene.add(sky);

// ---- what paint and glass reflect: sky above, ground below, a row of houses on either side
{
  const env = new THREE.Scene();
  env.add(
    new THREE.Mesh(
      new THREE.SphereGeometry(100, 32, 16),
      new THREE.MeshBasicMaterial({ map: skyTex, side: THREE.BackSide }),
    ),
  );
  const slab = (c, w, h, d, x, y, z) => {
    const m = new THREE.Mesh(
      new THREE.BoxGeometry(w, h, d),
      new THREE.MeshBasicMaterial({ color: c }),
    );
    m.position.set(x, y, z);
    env.add(m);
  };
  const r = rng(9);
  for (const k of [-1, 1]) {
    for (let z = -60; z < 60; z += 9) {
      slab(new THREE.Color().setHSL(.08, .15, .16 + r() * .16), 6, 9 + r() * 7, 8.6, k * 18, 4, z);
    }
  }
  slab(0x57585a, 200, .5, 200, 0, -3, 0);
  const sunBall = new THREE.Mesh(
    new THREE.SphereGeometry(5, 16, 8),
    new THREE.MeshBasicMaterial({ color: new THREE.Color(40, 37, 31) }),
  );
  sunBall.position.set(-24, 62, 50);
  env.add(sunBall);
  const pm = new THREE.PMREMGenerator(renderer);
  scene.environment = pm.fromScene(env, 0.015).texture;
  scene.environmentIntensity = 0.62;
}

// ---- sun
const SUN = 3.6;
const sun = new THREE.DirectionalLight(0xfff0d8, SUN);
sun.position.set(-21, 52, 40 - 34);
sun.target.position.set(0, 0, -34);
sun.castShadow = true;
sun.shadow.mapSize.set(4096, 4096);
Object.assign(sun.shadow.camera, { left: -24, right: 24, top: 38, bottom: -32, near: 5, far: 130 });
sun.shadow.bias = -0.0004;
sun.shadow.normalBias = 0.03;
sun.shadow.radius = 1.6;
scene.add(sun, sun.target);
scene.add(new THREE.HemisphereLight(0xcfe0f2, 0x6a6660, 0.55));

// ---- camera: on a mast over the road, 3 m up, a long lens
const camera = new THREE.PerspectiveCamera(26.5, W / H, 1, 420);
camera.position.set(0.55, 3.0, 0);
camera.lookAt(-0.25, 3.0 - Math.tan(8.1 * Math.PI / 180) * 20, -20);
camera.updateMatrixWorld();

const street = buildStreet();
scene.add(street);

// ---- cars
const cars = CARS.map((c, i) => {
  const made = buildCar(c);
  const holder = new THREE.Group(), tilt = new THREE.Group();
  tilt.add(made.group);
  for (const w of made.wheels) holder.add(w.pivot);
  holder.add(tilt);
  scene.add(holder);
  const plates = [];
  holder.traverse((o) => {
    o.userData.car = i + 1;
    if (o.userData.plate) plates.push(o);
  });
  return { ...made, c, holder, tilt, plates, index: i + 1 };
});

function pose(i) {
  const t = i / FPS;
  for (const k of cars) {
    const p = place(k.c, t, k.spec.wb);
    k.holder.visible = !!p && p.D > -9 && p.D < 150;
    if (!p) continue;
    // place() speaks of the wheelbase's middle; the body's origin may be elsewhere
    const mid = k.spec.axle + k.spec.wb / 2;
    k.holder.position.set(p.x - Math.sin(p.yaw) * mid, 0, -p.D - Math.cos(p.yaw) * mid);
    k.holder.rotation.y = p.yaw;
    k.tilt.rotation.x = THREE.MathUtils.clamp((p.acc ?? 0) * 0.004, -.018, .012);
    k.tilt.position.y = k.c.park ? 0 : Math.sin(p.rolled * 1.9 + k.index) * .004;
    k.tail.emissiveIntensity = p.braking && !k.c.park ? 1.5 : .12;
    for (const w of k.wheels) {
      w.spin.rotation.x = -p.rolled / w.r;
      w.pivot.rotation.y = w.front ? THREE.MathUtils.clamp(p.steer * 2.2, -.55, .55) : 0;
    }
  }
  scene.updateMatrixWorld();
}

// ---- truth
const gl = renderer.getContext();
const flatMats = new Map();
const flatMat = (id) => {
  if (!flatMats.has(id)) {
    const m = new THREE.MeshBasicMaterial({
      fog: false,
      toneMapped: false,
      side: THREE.DoubleSide,
    });
    m.color.setRGB((id >> 8) / 255, (id & 255) / 255, 0);
    flatMats.set(id, m);
  }
  return flatMats.get(id);
};
const idOf = (o) =>
  o.userData.car
    ? (o.userData.car << 8) |
      (o.userData.plate ? 1 + cars[o.userData.car - 1].plates.indexOf(o) : 0)
    : 0;
const rt = new THREE.WebGLRenderTarget(W * SS, H * SS, {
  minFilter: THREE.NearestFilter,
  magFilter: THREE.NearestFilter,
  generateMipmaps: false,
});
const half = new THREE.WebGLRenderTarget(W / 2, H / 2, {
  minFilter: THREE.NearestFilter,
  magFilter: THREE.NearestFilter,
  generateMipmaps: false,
});
const bufBig = new Uint8Array(W * SS * H * SS * 4), bufHalf = new Uint8Array(W / 2 * H / 2 * 4);

function withIds(fn) {
  const saved = [];
  scene.traverse((o) => {
    if (!o.isMesh) return;
    saved.push([o, o.material, o.visible]);
    if (o.userData.decal) o.visible = false;
    o.material = flatMat(idOf(o));
  });
  const auto = renderer.shadowMap.autoUpdate;
  renderer.shadowMap.autoUpdate = false;
  renderer.setClearColor(0x000000, 1);
  fn();
  renderer.setRenderTarget(null);
  renderer.shadowMap.autoUpdate = auto;
  for (const [o, m, v] of saved) [o.material, o.visible] = [m, v];
}

const v3 = new THREE.Vector3();
function toPicture(p) {
  const c = v3.copy(p).applyMatrix4(camera.matrixWorldInverse);
  const depth = -c.z;
  c.applyMatrix4(camera.projectionMatrix);
  return [(c.x + 1) / 2 * W, (1 - c.y) / 2 * H, depth];
}
const area = (p) =>
  Math.abs(
    p.reduce((s, [x, y], i) => s + x * p[(i + 1) % p.length][1] - y * p[(i + 1) % p.length][0], 0) /
      2,
  );
function clip(poly) {
  const cut = (pts, inside, mix) =>
    pts.flatMap((p, i) => {
      const n = pts[(i + 1) % pts.length], a = inside(p), b = inside(n);
      return a && b ? [n] : a ? [mix(p, n)] : b ? [mix(p, n), n] : [];
    });
  const mx = (v) => (a, b) => [v, a[1] + (b[1] - a[1]) * (v - a[0]) / (b[0] - a[0])];
  const my = (v) => (a, b) => [a[0] + (b[0] - a[0]) * (v - a[1]) / (b[1] - a[1]), v];
  let o = cut(poly, (p) => p[0] >= 0, mx(0));
  o = cut(o, (p) => p[0] <= W, mx(W));
  o = cut(o, (p) => p[1] >= 0, my(0));
  return cut(o, (p) => p[1] <= H, my(H));
}
const r1 = (v) => Math.round(v * 10) / 10;
const bounds = (pts) => {
  const xs = pts.map((p) => p[0]), ys = pts.map((p) => p[1]);
  const [x0, y0, x1, y1] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].map(
    r1,
  );
  return [x0, y0, r1(x1 - x0), r1(y1 - y0)];
};
const parkedAlone = new Map();

/** The car's outline: every vertex of its meshes (thinned) into the picture; those behind the lens are left out. */
function carBox(k) {
  const pts = [];
  k.holder.traverse((o) => {
    if (!o.isMesh || o.userData.decal) return;
    const a = o.geometry.attributes.position, step = Math.max(1, Math.floor(a.count / 3000));
    for (let i = 0; i < a.count; i += step) {
      const p = toPicture(
        new THREE.Vector3().fromBufferAttribute(a, i).applyMatrix4(o.matrixWorld),
      );
      if (p[2] > 0.3) pts.push(p);
    }
  });
  if (!pts.length) return null;
  const xs = pts.map((p) => p[0]), ys = pts.map((p) => p[1]);
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const x of xs) [x0, x1] = [Math.min(x0, x), Math.max(x1, x)];
  for (const y of ys) [y0, y1] = [Math.min(y0, y), Math.max(y1, y)];
  const full = Math.max(1, (x1 - x0) * (y1 - y0));
  [x0, x1, y0, y1] = [Math.max(0, x0), Math.min(W, x1), Math.max(0, y0), Math.min(H, y1)];
  if (x1 - x0 < 2 || y1 - y0 < 2) return null;
  return { box: [r1(x0), r1(y0), r1(x1 - x0), r1(y1 - y0)], inside: (x1 - x0) * (y1 - y0) / full };
}

function truth(i) {
  pose(i);
  const count = new Map();
  const alone = new Map();
  withIds(() => {
    renderer.setRenderTarget(rt);
    renderer.render(scene, camera);
    renderer.readRenderTargetPixels(rt, 0, 0, W * SS, H * SS, bufBig);
    const u = new Uint32Array(bufBig.buffer);
    for (let p = 0; p < u.length; p++) {
      const id = ((u[p] & 255) << 8) | ((u[p] >> 8) & 255);
      if (id) count.set(id, (count.get(id) ?? 0) + 1);
    }
    // each car alone, at half size: how many pixels it would have if nothing stood before it
    const shown = scene.children.map((o) => [o, o.visible]);
    for (const k of cars) {
      if (!k.holder.visible) continue;
      if (k.c.park && parkedAlone.has(k.index)) {
        alone.set(k.index, parkedAlone.get(k.index));
        continue;
      }
      for (const [o] of shown) o.visible = o === k.holder;
      renderer.setRenderTarget(half);
      renderer.render(scene, camera);
      renderer.readRenderTargetPixels(half, 0, 0, W / 2, H / 2, bufHalf);
      let n = 0;
      for (let p = 0; p < bufHalf.length; p += 4) if (bufHalf[p]) n++;
      alone.set(k.index, n * 4 * SS * SS);
      if (k.c.park) parkedAlone.set(k.index, n * 4 * SS * SS);
      for (const [o, v] of shown) o.visible = v;
    }
  });
  const plates = [], list = [];
  for (const k of cars) {
    if (!k.holder.visible) continue;
    let seen = 0;
    for (let e = 0; e <= k.plates.length; e++) seen += count.get((k.index << 8) | e) ?? 0;
    const cb = carBox(k);
    if (cb && seen > 12 * SS * SS) {
      const vis = Math.min(1, seen / Math.max(1, alone.get(k.index))) * cb.inside;
      if (vis >= 0.02) {
        list.push({
          id: k.c.id,
          kind: k.kind,
          box: cb.box,
          visibility: Math.round(vis * 100) / 100,
        });
      }
    }
    k.plates.forEach((m, e) => {
      const { w, h, id, text, style } = m.userData.plate;
      const corners = [[-w / 2, h / 2], [w / 2, h / 2], [w / 2, -h / 2], [-w / 2, -h / 2]].map((
        [x, y],
      ) => m.localToWorld(new THREE.Vector3(x, y, 0)));
      const n = new THREE.Vector3(0, 0, 1).transformDirection(m.matrixWorld);
      if (n.dot(camera.position.clone().sub(corners[0])) <= 0) return;
      const poly = corners.map(toPicture);
      if (poly.some((p) => p[2] < 1)) return;
      const whole = area(poly), cutPoly = clip(poly.map((p) => [p[0], p[1]]));
      if (cutPoly.length < 3 || whole < 2) return;
      const vis = Math.min(1, (count.get((k.index << 8) | (e + 1)) ?? 0) / (SS * SS) / whole);
      if (vis < 0.02) return;
      const px = Math.hypot(poly[1][0] - poly[0][0], poly[1][1] - poly[0][1]);
      plates.push({
        id,
        text,
        style,
        width: r1(px),
        box: bounds(cutPoly),
        polygon: poly.map((p) => [r1(p[0]), r1(p[1])]),
        visibility: Math.round(vis * 100) / 100,
      });
    });
  }
  return { plates, cars: list };
}

// ---- the camera and the street stand still, so the street is drawn only once, finely, in two versions: sunlit
// (with its own shadows) and with the sun switched off. Each frame then shows that picture with its depth, draws
// the cars into it, and lets the cars' shadows fade from the first version to the second.
const PW = Math.round(W * ratio), PH = Math.round(H * ratio), pixels = new Uint8Array(PW * PH * 4);
const backdrop = { ready: false };

function snapshot(fine) {
  renderer.setPixelRatio(ratio * fine);
  renderer.render(scene, camera);
  const c = canvas(PW, PH, (g) => {
    g.imageSmoothingQuality = "high";
    g.drawImage(renderer.domElement, 0, 0, PW, PH);
  });
  renderer.setPixelRatio(ratio);
  const t = texture(c, { srgb: false, aniso: 1 });
  t.generateMipmaps = false;
  t.minFilter = t.magFilter = THREE.NearestFilter;
  return t;
}

function copyDepth(from, to, size) {
  const fb = (t) => renderer.properties.get(t).__webglFramebuffer;
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, fb(from));
  gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, fb(to));
  gl.blitFramebuffer(0, 0, size, size, 0, 0, size, size, gl.DEPTH_BUFFER_BIT, gl.NEAREST);
  gl.bindFramebuffer(gl.READ_FRAMEBUFFER, fb(to));
  gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, fb(to));
}

function prepare() {
  for (const k of cars) k.holder.visible = false;
  scene.updateMatrixWorld();
  const lit = snapshot(2);
  sun.intensity = 0;
  const shade = snapshot(2);
  sun.intensity = SUN;
  // the street's depth in the picture
  const depthRt = new THREE.WebGLRenderTarget(PW, PH, {
    depthTexture: new THREE.DepthTexture(PW, PH, THREE.FloatType),
  });
  renderer.shadowMap.autoUpdate = false;
  renderer.setRenderTarget(depthRt);
  scene.overrideMaterial = new THREE.MeshBasicMaterial({ side: THREE.DoubleSide });
  sky.visible = false;
  renderer.render(scene, camera);
  scene.overrideMaterial = null;
  renderer.setRenderTarget(null);
  renderer.shadowMap.autoUpdate = true;
  // the street's depth as the sun sees it: kept, and copied under the cars' each frame
  const map = sun.shadow.map, size = sun.shadow.mapSize.x, kept = map.clone();
  kept.depthTexture.compareFunction = map.depthTexture.compareFunction;
  renderer.initRenderTarget(kept);
  copyDepth(map, kept, size);
  renderer.setRenderTarget(null);
  renderer.resetState();
  const under = new THREE.Mesh(
    new THREE.BufferGeometry().setAttribute(
      "position",
      new THREE.Float32BufferAttribute(new Float32Array(9), 3),
    ),
    new THREE.MeshBasicMaterial(),
  );
  under.castShadow = true;
  under.frustumCulled = false;
  under.userData.decal = true;
  under.onBeforeShadow = () => copyDepth(kept, sun.shadow.map, size);
  scene.add(under);
  scene.children.unshift(scene.children.pop());
  const quad = new THREE.Mesh(
    new THREE.PlaneGeometry(2, 2),
    new THREE.ShaderMaterial({
      toneMapped: false,
      fog: false,
      depthFunc: THREE.AlwaysDepth,
      uniforms: {
        lit: { value: lit },
        shade: { value: shade },
        depth: { value: depthRt.depthTexture },
        still: { value: kept.depthTexture },
        full: { value: map.depthTexture },
        toWorld: {
          value: new THREE.Matrix4().multiplyMatrices(
            camera.matrixWorld,
            camera.projectionMatrixInverse,
          ),
        },
        toSun: { value: sun.shadow.matrix },
        texel: { value: 1 / size },
      },
      vertexShader:
        "varying vec2 vUv; void main() { vUv = uv; gl_Position = vec4(position.xy, 0., 1.); }",
      fragmentShader: `
        precision highp sampler2DShadow;
        uniform sampler2D lit, shade, depth;
        uniform sampler2DShadow still, full;
        uniform mat4 toWorld, toSun;
        uniform float texel;
        varying vec2 vUv;
        void main() {
          float d = texture2D(depth, vUv).r;
          vec4 w = toWorld * vec4(vec3(vUv, d) * 2. - 1., 1.);
          vec4 s = toSun * vec4(w.xyz / w.w, 1.);
          float a = 0., b = 0.;
          if (d < 1. && all(greaterThan(s.xy, vec2(0.))) && all(lessThan(s.xy, vec2(1.)))) {
            for (int i = 0; i < 8; i++) {
              float t = float(i) * 2.39996, r = sqrt((float(i) + .5) / 8.) * 3.2 * texel;
              vec3 p = vec3(s.xy + r * vec2(cos(t), sin(t)), s.z - .0012);
              a += texture(still, p);
              b += texture(full, p);
            }
          }
          float k = a > 0. ? min(1., b / a) : 1.;
          gl_FragColor = vec4(mix(texture2D(shade, vUv).rgb, texture2D(lit, vUv).rgb, k), 1.);
          gl_FragDepth = d;
        }`,
    }),
  );
  quad.frustumCulled = false;
  quad.renderOrder = -100;
  quad.userData.decal = true;
  scene.add(quad);
  Object.assign(backdrop, { ready: true, quad });
}

async function frame(i, url) {
  if (!backdrop.ready) prepare();
  pose(i);
  street.visible = sky.visible = false;
  backdrop.quad.visible = true;
  renderer.setRenderTarget(null);
  renderer.render(scene, camera);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.readPixels(0, 0, PW, PH, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  street.visible = sky.visible = true;
  backdrop.quad.visible = false;
  if (url) await fetch(url, { method: "POST", body: pixels });
}

globalThis.demo = { frame, truth, frames: LOOP * FPS, width: PW, height: PH };
document.title = "ready";
