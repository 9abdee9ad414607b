// The street: carriageway and markings, pavements, buildings, trees, lamps, signs. All of it is static.
import * as THREE from "three";
import { Bag, canvas, rng, texture } from "./util.js";

const KERB = 5.75, WALL = 9.2, J0 = 32.4, J1 = 40.6; // half width of the road; house fronts; the side street's kerbs

function speckle(base, spread, seed, size = 512, blotch = 60) {
  const r = rng(seed);
  return canvas(size, size, (g) => {
    g.fillStyle = base;
    g.fillRect(0, 0, size, size);
    for (let i = 0; i < blotch; i++) {
      const x = r() * size,
        y = r() * size,
        R = 20 + r() * 90,
        k = r() > .5 ? "255,255,255" : "0,0,0";
      for (const ox of [-size, 0, size]) {
        for (const oy of [-size, 0, size]) {
          const rg = g.createRadialGradient(x + ox, y + oy, 0, x + ox, y + oy, R);
          rg.addColorStop(0, `rgba(${k},.05)`);
          rg.addColorStop(1, `rgba(${k},0)`);
          g.fillStyle = rg;
          g.fillRect(x + ox - R, y + oy - R, 2 * R, 2 * R);
        }
      }
    }
    const im = g.getImageData(0, 0, size, size), d = im.data;
    for (let i = 0; i < d.length; i += 4) {
      const n = (r() + r() - 1) * spread;
      d[i] += n;
      d[i + 1] += n;
      d[i + 2] += n;
    }
    g.putImageData(im, 0, 0);
  });
}

const tiled = (c, sx, sy = sx) => {
  const t = texture(c, { repeat: true });
  t.repeat.set(sx, sy);
  return t;
};
const std = (o) => new THREE.MeshStandardMaterial({ roughness: .9, ...o });

function wall(kind, seed) {
  const r = rng(seed);
  if (kind === "plaster") return std({ map: tiled(speckle("#ffffff", 14, seed, 256, 30), .25) });
  return std({
    map: tiled(
      canvas(512, 512, (g) => { // brick: 2 m x 2 m
        g.fillStyle = "#b9ada0";
        g.fillRect(0, 0, 512, 512);
        for (let j = 0; j < 28; j++) {
          for (let i = -1; i < 9; i++) {
            const k = .78 + r() * .3;
            g.fillStyle = `rgb(${255 * k | 0},${238 * k | 0},${228 * k | 0})`;
            g.fillRect(i * 60 + (j % 2) * 30, j * 18.3, 56, 15);
          }
        }
      }),
      .5,
    ),
  });
}

function sign(text, fg, bg, w, h, font = "700", sub = "") {
  const k = 220 / h;
  return texture(canvas(Math.round(w * k), 220, (g, W, H) => {
    g.fillStyle = bg;
    g.fillRect(0, 0, W, H);
    g.strokeStyle = fg;
    g.lineWidth = 6;
    g.strokeRect(8, 8, W - 16, H - 16);
    g.fillStyle = fg;
    g.textAlign = "center";
    g.textBaseline = "middle";
    g.font = `${font} ${sub ? 110 : 140}px 'Barlow Condensed'`;
    g.fillText(text, W / 2, sub ? H * .40 : H * .53, W * .88);
    if (sub) {
      g.font = "600 56px 'Barlow Condensed'";
      g.fillText(sub, W / 2, H * .78, W * .88);
    }
  }));
}

/** A decal lying on the road, drawn from a list of (x, D) outlines. */
function flat(material, shapes, y) {
  const list = new Bag();
  for (const pts of shapes) {
    const s = new THREE.ShapeGeometry(
      new THREE.Shape(pts.map(([x, d]) => new THREE.Vector2(x, d))),
    );
    list.add("m", s, new THREE.Matrix4().makeRotationX(-Math.PI / 2).setPosition(0, y, 0));
  }
  const [mesh] = list.meshes({ m: material }, { cast: false });
  mesh.userData.decal = true;
  mesh.renderOrder = 1;
  return mesh;
}
const bar = (x0, x1, d0, d1) => [[x0, d0], [x1, d0], [x1, d1], [x0, d1]];

function building(
  bag,
  { side, d0, d1, h, mat, trim, floors, shop, seed, sideWindows = true },
  extra,
) {
  const r = rng(seed), len = d1 - d0, depth = 14, x = side * (WALL + depth / 2), m = -(d0 + d1) / 2;
  const body = new THREE.BoxGeometry(depth, h, len);
  const p = body.attributes.position, n = body.attributes.normal, uv = body.attributes.uv; // metres as texture coordinates
  for (let i = 0; i < p.count; i++) {
    uv.setXY(i, Math.abs(n.getX(i)) > .5 ? p.getZ(i) : p.getX(i), p.getY(i));
  }
  bag.add(mat, body, new THREE.Matrix4().makeTranslation(x, h / 2, m));
  bag.box(trim, depth + .5, .35, len + .2, x, h - .1, m); // cornice
  bag.box("roof", depth - 1, .6, len - 1, x, h + .3, m);
  bag.box(trim, depth + .16, .22, len + .06, x, 3.75, m);
  bag.box("plinth", depth + .08, .55, len + .04, x, .27, m);
  const win = (alongX, u, y, w, hh) => { // a window on the street front, or on the end wall towards the camera
    const put = (key, ww, h2, dd, out, du = 0, dy = 0) => {
      if (alongX) bag.box(key, ww, h2, dd, u + du, y + dy, -d0 + out);
      else bag.box(key, dd, h2, ww, side * (WALL - out), y + dy, -(u + du));
    };
    put(trim, w + .24, hh + .24, .10, .03);
    put("pane", w, hh, .1, .045);
    put("sash", .07, hh, .12, .05);
    put("sash", w, .07, .12, .05, 0, hh * .18);
    put(trim, w + .36, .10, .26, .08, 0, -hh / 2 - .14);
    if (r() < .45) {
      put(r() < .5 ? "curtain" : "blind", w * .94, hh * (.25 + r() * .5), .1, .0475, 0, hh * .22);
    }
  };
  const fh = (h - 4.3) / floors, cols = Math.max(2, Math.round(len / 3));
  for (let f = 0; f < floors; f++) {
    for (let i = 0; i < cols; i++) {
      win(false, d0 + (i + .5) * len / cols, 4.3 + fh * (f + .52), 1.25, fh * .56);
    }
    if (sideWindows) {
      for (let i = 0; i < 4; i++) {
        win(true, side * (WALL + 1.8 + i * 3), 4.3 + fh * (f + .52), 1.15, fh * .56);
      }
    }
  }
  // shops along the street front
  const units = Math.max(1, Math.round(len / 7)), ul = len / units;
  for (let i = 0; i < units; i++) {
    const c = d0 + (i + .5) * ul,
      fx = side * (WALL - .06),
      colour = ["shopA", "shopB", "shopC", "shopD"][(seed + i) % 4];
    bag.box(colour, .2, 3.3, ul - .5, fx, 1.75, -c);
    bag.box("pane", .1, 2.0, ul * .5, fx - side * .09, 1.65, -(c - ul * .14));
    bag.box("pane", .1, 2.3, 1.0, fx - side * .09, 1.35, -(c + ul * .3));
    bag.box("sash", .12, 2.0, .08, fx - side * .1, 1.65, -(c - ul * .14));
    bag.box("glow", .1, .35, ul * .46, fx - side * .085, 2.45, -(c - ul * .14));
    if ((i + seed) % 2 === 0) {
      const a = new THREE.Shape(
        [[0, 0], [0, .9], [1.25, .18], [1.25, 0]].map(([q, w]) => new THREE.Vector2(q, w)),
      );
      const g = new THREE.ExtrudeGeometry(a, { depth: ul - 1.2, bevelEnabled: false });
      const mtx = new THREE.Matrix4().makeTranslation(side * WALL, 2.55, -(c + (ul - 1.2) / 2));
      if (side > 0) mtx.multiply(new THREE.Matrix4().makeScale(-1, 1, 1));
      if (side > 0) { // mirrored: turn the triangles round again
        const gi = g.index ? g.toNonIndexed() : g.clone(), pp = gi.attributes.position;
        for (let k = 0; k < pp.count; k += 3) {
          for (const c3 of [0, 1, 2]) {
            const t = pp.array[(k + 1) * 3 + c3];
            pp.array[(k + 1) * 3 + c3] = pp.array[(k + 2) * 3 + c3];
            pp.array[(k + 2) * 3 + c3] = t;
          }
        }
        gi.applyMatrix4(mtx);
        gi.computeVertexNormals();
        bag.add((i + seed) % 4 === 0 ? "awnA" : "awnB", gi);
      } else bag.add((i + seed) % 4 === 0 ? "awnA" : "awnB", g, mtx);
    }
    const s = shop[i % shop.length];
    if (s) {
      const board = new THREE.Mesh(
        new THREE.PlaneGeometry(ul - 1, .7),
        std({ map: sign(s[0], s[1], s[2], ul - 1, .7), roughness: .6 }),
      );
      board.position.set(side * (WALL - .2), 3.3, -c);
      board.rotation.y = -side * Math.PI / 2;
      board.receiveShadow = true;
      extra.add(board);
      if (s[3]) { // a sign that sticks out, facing the camera
        const w = s[4] ?? 1.1, hh = s[5] ?? .5;
        const hang = new THREE.Mesh(
          new THREE.BoxGeometry(w, hh, .07),
          std({ map: sign(s[3], s[1], s[2], w, hh), roughness: .6 }),
        );
        hang.position.set(side * (WALL - .35 - w / 2), 3.05 + (i % 2) * .5, -(c + ul * .42));
        hang.castShadow = hang.receiveShadow = true;
        extra.add(hang);
      }
    }
  }
}

function tree(bag, x, d, h, seed) {
  const r = rng(seed);
  bag.cyl("bark", .09, .15, h * .55, x, h * .275, -d, 8);
  for (let i = 0; i < 5; i++) {
    const a = r() * 6.28,
      m = new THREE.Matrix4().makeTranslation(x, h * .5, -d)
        .multiply(new THREE.Matrix4().makeRotationY(a)).multiply(
          new THREE.Matrix4().makeRotationZ(.5 + r() * .3),
        )
        .multiply(new THREE.Matrix4().makeTranslation(0, h * .13, 0));
    bag.add("bark", new THREE.CylinderGeometry(.03, .07, h * .3, 6), m);
  }
  const blobs = [];
  for (let i = 0; i < 9; i++) {
    const a = r() * 6.28, R = i ? h * .21 * Math.sqrt(r()) : 0;
    blobs.push([Math.cos(a) * R, h * (.62 + r() * .27), Math.sin(a) * R, h * (.10 + r() * .07)]);
  }
  const n = 1500,
    pos = [],
    nor = [],
    uv = [],
    v = new THREE.Vector3(),
    q = new THREE.Quaternion(),
    e = new THREE.Euler();
  for (let i = 0; i < n; i++) {
    const b = blobs[Math.floor(r() * blobs.length)];
    v.set(r() - .5, r() - .5, r() - .5).normalize();
    const k = b[3] * (.7 + .35 * Math.sqrt(r()));
    const c = [x + b[0] + v.x * k, b[1] + v.y * k * .85, -d + b[2] + v.z * k];
    const up = [v.x, v.y * .9 + .35, v.z];
    q.setFromEuler(e.set(r() * 6.28, r() * 6.28, r() * 6.28));
    const s = .11 + r() * .10, shade = r();
    const corner = [[-s, 0], [0, -s * .6], [s, 0], [0, s * .6]].map(([a, bb]) =>
      v.set(a, bb, 0).applyQuaternion(q).toArray()
    );
    for (const j of [0, 1, 2, 0, 2, 3]) {
      pos.push(c[0] + corner[j][0], c[1] + corner[j][1], c[2] + corner[j][2]);
      nor.push(...up);
      uv.push(shade, .5);
    }
  }
  const g = new THREE.BufferGeometry();
  g.setAttribute("position", new THREE.Float32BufferAttribute(pos, 3));
  g.setAttribute("normal", new THREE.Float32BufferAttribute(nor, 3));
  g.setAttribute("uv", new THREE.Float32BufferAttribute(uv, 2));
  bag.add("leaf", g);
}

export function buildStreet() {
  const root = new THREE.Group(), bag = new Bag(), extra = new THREE.Group();
  // ---- carriageway
  const asphalt = std({ map: tiled(speckle("#6b6c6e", 46, 7), 130, 130), roughness: .93 });
  const ground = new THREE.Mesh(new THREE.PlaneGeometry(400, 400), asphalt);
  ground.rotation.x = -Math.PI / 2;
  ground.position.z = -120;
  ground.receiveShadow = true;
  root.add(ground);

  const worn = tiled(
    canvas(512, 512, (g) => {
      const r = rng(11);
      g.fillStyle = "rgba(236,236,230,.93)";
      g.fillRect(0, 0, 512, 512);
      g.globalCompositeOperation = "destination-out";
      for (let i = 0; i < 2600; i++) {
        g.fillStyle = `rgba(0,0,0,${r() * .5})`;
        g.fillRect(r() * 512, r() * 512, 1 + r() * 6, 1 + r() * 6);
      }
    }),
    .5,
  );
  const markOpt = {
    transparent: true,
    depthWrite: false,
    polygonOffset: true,
    polygonOffsetFactor: -2,
    polygonOffsetUnits: -4,
    roughness: .75,
  };
  const white = std({ map: worn, ...markOpt });
  const marks = [];
  for (let d = -4; d < 24; d += 4.5) marks.push(bar(-.07, .07, d, d + 2.2));
  for (let d = 47; d < 150; d += 6) marks.push(bar(-.07, .07, d, d + 3));
  for (const [a, b] of [[-6, 26.4], [46.4, 150]]) {
    for (const x of [-3.55, 3.55]) marks.push(bar(x - .05, x + .05, a, b));
  }
  marks.push(bar(.15, 3.45, 26.7, 27.1), bar(-3.45, -.15, 45.9, 46.3));
  for (let x = -5.2; x < 5; x += 1.0) {
    marks.push(bar(x, x + .5, 28.2, 31.2), bar(x, x + .5, 41.8, 44.8));
  }
  for (const k of [-1, 1]) {
    for (const d of [13.1, 19.3, 25.3, 49.5, 56.2, 62.6]) {
      marks.push(bar(k * 3.55, k * KERB, d, d + .1));
    }
    marks.push(k > 0 ? bar(6.2, 6.6, 36.6, J1) : bar(-6.6, -6.2, J0, 36.4));
    for (let x = 8; x < 60; x += 4.5) marks.push(bar(k * x, k * (x + 2), 36.45, 36.57));
  }
  // arrow in the near lane
  marks.push(bar(1.68, 1.82, 18, 20.4), [[1.45, 20.4], [2.05, 20.4], [1.75, 21.6]]);
  root.add(flat(white, marks, .006));

  const r = rng(5), dark = std({ color: 0x3a3b3d, ...markOpt, opacity: .55, roughness: .9 });
  const patches = [
    bar(.6, 2.6, 8.6, 10.4),
    bar(-3.1, -1.9, 14, 19.5),
    bar(-1.2, .9, 22.2, 24),
    bar(2.2, 3.3, 50, 58),
    bar(-3.2, -.9, 62, 66),
    bar(-1.1, .2, 34, 36),
  ];
  root.add(flat(dark, patches, .003));
  const track = std({ color: 0x2a2b2c, ...markOpt, opacity: .18 });
  root.add(
    flat(
      track,
      [AWAY(-.75), AWAY(.75), COME(-.75), COME(.75)].map((x) => bar(x - .28, x + .28, -6, 150)),
      .004,
    ),
  );
  const oil = std({ color: 0x151515, ...markOpt, opacity: .22 });
  const blobs = [];
  for (let i = 0; i < 22; i++) {
    const x = (r() < .5 ? -1.75 : 1.75) + (r() - .5) * 1.4, d = 4 + r() * 60, a = .1 + r() * .35;
    blobs.push(
      Array.from(
        { length: 12 },
        (
          _,
          j,
        ) => [
          x + Math.cos(j / 12 * 6.283) * a * (.7 + r() * .5),
          d + Math.sin(j / 12 * 6.283) * a * (1 + r()),
        ],
      ),
    );
  }
  root.add(flat(oil, blobs, .005));
  const crack = std({ color: 0x1a1a1a, ...markOpt, opacity: .6 });
  const cracks = [];
  for (let i = 0; i < 9; i++) {
    let x = (r() - .5) * 7, d = 6 + r() * 22;
    for (let k = 0; k < 9; k++) {
      const nx = x + (r() - .5) * .5, nd = d + .15 + r() * .4;
      cracks.push([[x - .012, d], [x + .012, d], [nx + .012, nd], [nx - .012, nd]]);
      [x, d] = [nx, nd];
    }
  }
  root.add(flat(crack, cracks, .0045));
  const hole = texture(canvas(128, 128, (g) => {
    g.fillStyle = "#35342f";
    g.beginPath();
    g.arc(64, 64, 62, 0, 7);
    g.fill();
    g.strokeStyle = "#5a5850";
    g.lineWidth = 5;
    for (let i = 12; i < 124; i += 14) {
      g.beginPath();
      g.moveTo(i, 24);
      g.lineTo(i, 104);
      g.stroke();
    }
    g.strokeStyle = "#1d1c1a";
    g.lineWidth = 6;
    g.beginPath();
    g.arc(64, 64, 59, 0, 7);
    g.stroke();
  }));
  for (const [x, d] of [[.5, 11.6], [-2.3, 21.2], [1.2, 33.5], [-.6, 50]]) {
    const m = new THREE.Mesh(new THREE.PlaneGeometry(.72, .72), std({ map: hole, ...markOpt }));
    m.rotation.x = -Math.PI / 2;
    m.position.set(x, .007, -d);
    m.receiveShadow = true;
    m.userData.decal = true;
    root.add(m);
  }

  // ---- pavements: kerb stones, then slabs
  const slabs = tiled(
    canvas(512, 512, (g) => {
      const q = rng(21);
      g.drawImage(speckle("#a8a49c", 26, 22), 0, 0);
      for (let j = 0; j < 4; j++) {
        for (let i = 0; i < 4; i++) {
          g.fillStyle = `rgba(${q() < .5 ? "0,0,0" : "255,255,255"},${q() * .09})`;
          g.fillRect(i * 128, j * 128, 128, 128);
        }
      }
      g.strokeStyle = "rgba(60,56,50,.75)";
      g.lineWidth = 3;
      for (let i = 0; i <= 512; i += 128) {
        g.strokeRect(i, -5, 128, 522);
        g.strokeRect(-5, i, 522, 128);
      }
    }),
    .42,
  );
  const kerbMat = std({ color: 0xb4b0a8 }), slabMat = std({ map: slabs });
  const block = (side, d0, d1, corner, inset, h, mat) => {
    const x0 = KERB + inset, x1 = 70, R = 4, s = new THREE.Shape();
    const a = d0 + (corner === "start" ? inset : 0), b = d1 - (corner === "end" ? inset : 0);
    if (corner === "end") {
      s.moveTo(x1, a).lineTo(x0, a).lineTo(x0, b - R).absarc(
        x0 + R,
        b - R,
        R,
        Math.PI,
        Math.PI / 2,
        true,
      ).lineTo(x1, b);
    } else {
      s.moveTo(x1, b).lineTo(x0, b).lineTo(x0, a + R).absarc(
        x0 + R,
        a + R,
        R,
        Math.PI,
        Math.PI * 1.5,
        false,
      ).lineTo(x1, a);
    }
    const g = new THREE.ExtrudeGeometry(s, { depth: h, bevelEnabled: false, curveSegments: 10 });
    if (side < 0) g.scale(-1, 1, 1);
    g.rotateX(-Math.PI / 2);
    const mesh = new THREE.Mesh(g, mat.clone());
    mesh.material.side = THREE.DoubleSide;
    mesh.receiveShadow = true;
    root.add(mesh);
  };
  for (const k of [-1, 1]) {
    block(k, -30, J0, "end", 0, .13, kerbMat);
    block(k, -30, J0, "end", .16, .134, slabMat);
    block(k, J1, 170, "start", 0, .13, kerbMat);
    block(k, J1, 170, "start", .16, .134, slabMat);
  }

  // ---- buildings
  const B = (o) => building(bag, o, extra);
  const W = "#fff", K = "#1b1b1b";
  B({
    side: -1,
    d0: -14,
    d1: 11.5,
    h: 13,
    mat: "brick1",
    trim: "stone",
    floors: 3,
    seed: 3,
    shop: [["BLUMEN ROSA", W, "#28613f"]],
  });
  B({
    side: -1,
    d0: 11.5,
    d1: 29.6,
    h: 14.5,
    mat: "cream",
    trim: "stone",
    floors: 3,
    seed: 4,
    shop: [["BAKERY 1904", "#f5e3b8", "#5b2a1a", "BAKERY", 1.2, .5], [
      "CAFE 24",
      K,
      "#f2efe6",
      "CAFE 24",
      1.1,
      .34,
    ], ["TYRES 0800 4410", W, "#173f7a", "T 4410", 1.1, .4]],
  });
  B({
    side: -1,
    d0: 43.4,
    d1: 66,
    h: 16,
    mat: "brick2",
    trim: "stone",
    floors: 4,
    seed: 5,
    shop: [["HOTEL KRONE", "#f0d27a", "#31151a", "HOTEL", .5, 1.0], [
      "OPTIK 77",
      K,
      "#f4f4f4",
      "OPT 77",
      1.2,
      .36,
    ]],
  });
  B({
    side: -1,
    d0: 66,
    d1: 96,
    h: 12.5,
    mat: "grey",
    trim: "stone",
    floors: 3,
    seed: 6,
    shop: [["SUPERMARKT", W, "#a81f24", "MARKT 6", 1.5, .5], null],
  });
  B({
    side: -1,
    d0: 96,
    d1: 150,
    h: 17,
    mat: "cream",
    trim: "stone",
    floors: 4,
    seed: 7,
    shop: [null],
  });
  B({
    side: 1,
    d0: -14,
    d1: 10,
    h: 12,
    mat: "grey",
    trim: "stone",
    floors: 3,
    seed: 8,
    shop: [["BOOKS", W, "#333"]],
  });
  B({
    side: 1,
    d0: 10,
    d1: 29.4,
    h: 13,
    mat: "brick2",
    trim: "stone",
    floors: 3,
    seed: 9,
    shop: [["PIZZA 555-0142", "#fff2cc", "#8f1f1a", "555 0142", 1.2, .36], [
      "PHARMACY",
      W,
      "#11703f",
      "PHARM +",
      1.1,
      .42,
    ], ["COPY SHOP", K, "#ffd642", "COPY 5c", 1.1, .36]],
  });
  B({
    side: 1,
    d0: 43.6,
    d1: 60,
    h: 14,
    mat: "cream2",
    trim: "stone",
    floors: 3,
    seed: 10,
    shop: [["KIOSK 24H", K, "#f7c61c", "OPEN 24H", 1.2, .3], [
      "SALON MIRA",
      W,
      "#5a2b62",
      "SALON",
      1.0,
      .4,
    ]],
  });
  B({
    side: 1,
    d0: 60,
    d1: 92,
    h: 17.5,
    mat: "brick1",
    trim: "stone",
    floors: 4,
    seed: 11,
    shop: [["MOEBEL LAGER", W, "#20303f", "LAGER 3", 1.4, .5], null],
  });
  B({
    side: 1,
    d0: 92,
    d1: 150,
    h: 13.5,
    mat: "grey",
    trim: "stone",
    floors: 3,
    seed: 12,
    shop: [null],
  });
  // the street bends out of sight: a house across the end
  bag.box("cream", 60, 7, 12, 6, 3.5, -186);
  for (let f = 0; f < 2; f++) {
    for (let i = 0; i < 12; i++) {
      bag.box("pane", 1.3, 1.9, .2, -14 + i * 3.2, 2.4 + f * 3.2, -179.95);
    }
  }
  const gable = new THREE.CylinderGeometry(.01, 9, 3.4, 4, 1);
  bag.add(
    "roof",
    gable,
    new THREE.Matrix4().makeScale(5, 1, 1).multiply(new THREE.Matrix4().makeRotationY(Math.PI / 4))
      .setPosition(6, 8.6, -186),
  );
  bag.box("stone", 4, 15, 4, -3.4, 7.5, -196);
  bag.add(
    "roof",
    new THREE.CylinderGeometry(.01, 3.1, 5, 4, 1),
    new THREE.Matrix4().makeRotationY(Math.PI / 4).setPosition(-3.4, 17.4, -196),
  );
  // far sides of the side street
  for (const k of [-1, 1]) bag.box("brick2", 8, 13, 40, k * 78, 6.5, -36);

  // ---- trees, lamps, signals, signs, bollards, bins
  [
    [-7.3, 14.5, 6.4],
    [-7.4, 26, 6.8],
    [7.5, 25.6, 6.2],
    [-7.4, 49, 7],
    [7.4, 50.5, 6.6],
    [-7.3, 63, 7.2],
    [7.4, 66, 7],
    [-7.4, 78, 7],
    [7.3, 84, 7.2],
    [-7.3, 96, 7.5],
    [7.3, 104, 7],
    [-4, 160, 9],
    [3, 164, 10],
    [9, 161, 9],
  ]
    .forEach(([x, d, h], i) => tree(bag, x, d, h, 40 + i));
  for (
    const [x, d, k] of [[6.5, 19, -1], [-6.4, 45.6, 1], [6.5, 58, -1], [-6.4, 74, 1], [6.5, 92, -1]]
  ) {
    bag.cyl("pole", .055, .085, 6.6, x, 3.4, -d);
    bag.cyl("pole", .12, .14, .8, x, .5, -d);
    const m = new THREE.Matrix4().makeRotationZ(Math.PI / 2 - k * .15).setPosition(
      x + k * .85,
      6.75,
      -d,
    );
    bag.add("pole", new THREE.CylinderGeometry(.04, .045, 1.8, 8), m);
    bag.box("pole", .75, .1, .26, x + k * 1.8, 6.88, -d);
    bag.box("lampglass", .6, .03, .2, x + k * 1.8, 6.82, -d);
  }
  for (const [x, d, back] of [[6.35, 27, false], [-6.35, 45.9, true]]) {
    bag.cyl("pole", .06, .07, 3.1, x, 1.6, -d);
    bag.box("sigbox", .3, .9, .22, x, 3.25, -d);
    if (!back) {
      for (let i = 0; i < 3; i++) {
        bag.add(
          ["red", "off", "off"][i],
          new THREE.CircleGeometry(.1, 16),
          new THREE.Matrix4().makeTranslation(x, 3.53 - i * .28, -d + .112),
        );
      }
    }
  }
  for (const k of [-1, 1]) {
    for (const d of [27.8, 29.3, 30.8]) {
      if (!(d === 27.8 && k > 0)) bag.cyl("bollard", .06, .07, .95, k * 6.2, .55, -d, 10);
    }
  }
  for (const [x, d] of [[6.9, 21], [-6.9, 19.6], [6.9, 63]]) {
    bag.cyl("bin", .26, .23, .85, x, .56, -d, 14);
    bag.cyl("sigbox", .28, .28, .08, x, 1.02, -d, 14);
  }
  const post = (x, d, w, h, map, y = 2.35) => {
    bag.cyl("pole", .03, .03, y + h / 2, x, (y + h / 2) / 2 + .1, -d, 8);
    const m = new THREE.Mesh(new THREE.BoxGeometry(w, h, .03), std({ map, roughness: .5 }));
    m.position.set(x, y, -d + .05);
    m.castShadow = m.receiveShadow = true;
    extra.add(m);
  };
  post(6.3, 14.2, .42, .63, sign("P", W, "#1d4fa3", .42, .63, "700", "8-18 h"));
  post(-6.2, 24.6, .95, .26, sign("RINGSTR. 14", W, "#1d3f78", .95, .26));
  post(6.3, 47.5, 1.1, .3, sign("HAFEN 2 km", K, "#f4d03a", 1.1, .3));
  post(-6.3, 57, .6, .6, sign("30", K, "#f6f6f2", .6, .6));

  const mats = {
    brick1: wall("brick", 1),
    brick2: wall("brick", 2),
    cream: wall("plaster", 3),
    cream2: wall("plaster", 4),
    grey: wall("plaster", 5),
    stone: std({ color: 0xcfc9bd }),
    roof: std({ color: 0x5a4a44 }),
    plinth: std({ color: 0x6d6a66 }),
    pane: std({ color: 0x1a232b, roughness: .06, metalness: .4, envMapIntensity: 1.3 }),
    sash: std({ color: 0xe9e6de, roughness: .6 }),
    curtain: std({ color: 0xd9d2c4 }),
    blind: std({ color: 0x8d8a80 }),
    shopA: std({ color: 0x2c4a3d, roughness: .5 }),
    shopB: std({ color: 0x4a2a24, roughness: .5 }),
    shopC: std({ color: 0x25303f, roughness: .5 }),
    shopD: std({ color: 0x60584b, roughness: .5 }),
    glow: std({ color: 0xffe3ad, emissive: 0xffd890, emissiveIntensity: .35 }),
    bark: std({ color: 0x5a4a3c }),
    pole: std({ color: 0x4b5054, roughness: .45, metalness: .5 }),
    lampglass: std({ color: 0xe8e8e0, roughness: .3 }),
    sigbox: std({ color: 0x191b1c, roughness: .6 }),
    red: std({ color: 0xff3020, emissive: 0xff2010, emissiveIntensity: 1.6 }),
    off: std({ color: 0x202020 }),
    bollard: std({ color: 0x2b2f33, roughness: .5, metalness: .4 }),
    bin: std({ color: 0x33513e, roughness: .6 }),
    awnA: std({ color: 0xa33c2e, side: THREE.DoubleSide }),
    awnB: std({ color: 0x2f5d4a, side: THREE.DoubleSide }),
    leaf: std({
      side: THREE.DoubleSide,
      roughness: .8,
      map: texture(canvas(64, 4, (g) => {
        const lg = g.createLinearGradient(0, 0, 64, 0);
        lg.addColorStop(0, "#33491f");
        lg.addColorStop(.6, "#56732d");
        lg.addColorStop(1, "#86993f");
        g.fillStyle = lg;
        g.fillRect(0, 0, 64, 4);
      })),
    }),
  };
  mats.brick1.color.set(0xa2614a);
  mats.brick2.color.set(0x8a5a48);
  mats.cream.color.set(0xd8c9a4);
  mats.cream2.color.set(0xc4b6a8);
  mats.grey.color.set(0xa9aeb0);
  root.add(...bag.meshes(mats), extra);
  return root;
}
const AWAY = (k) => 1.75 + k, COME = (k) => -1.75 + k;
